"""The table of eksctl's fields cannot lie: every field has a row, every path and property exists, every yes is shown.

`goldens/eksctl-fields.txt` lists the fields of eksctl's ClusterConfig: the leaves of its schema, arrays walked once,
and those of the OIDC identity provider, which the schema keeps apart.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from bpc import facts, schema, source
from bpc.importing import eksctl
from bpc.importing.eksctl import carry, page, table
from bpc.importing.settle import fits
from parts import schemas

ROOT = Path(__file__).resolve().parent.parent
FIELDS = (ROOT / "tests/goldens/eksctl-fields.txt").read_text(encoding="utf-8").split()
ROWS = list(table.rows().values())
SUPPORTED = [row for row in ROWS if row.status == "supported"]

# The importer is ready for these, and the language is about to be.
PENDING: set[str] = set()
ARN = "arn:aws:iam::111122223333:role/team/Given"
BOUNDARY = "arn:aws:iam::111122223333:policy/Boundary"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
ACCESS = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
IMAGE = {"name": "workers", "ami": "ami-0123456789abcdef1"}
OUTPOST = "arn:aws:outposts:eu-west-1:111122223333:outpost/op-fedcba98765432100"
LOCAL = {"outpost": {"controlPlaneOutpostARN": OUTPOST, "controlPlaneInstanceType": "m5.xlarge"}}
REMOTE = {"remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["10.90.0.0/16"]}]}}
TAINT = {"key": "team", "value": "a", "effect": "NoSchedule"}
VOLUME = {"volumeName": "/dev/sdf"}
CENTER = {"idcInstanceArn": "arn:aws:sso:::instance/ssoins-fedcba9876543210"}
WHO = {"id": "08017340-8041-7093-3ffa-0123456789ab", "type": "SSO_GROUP"}
OVERRIDE = {
    "nodeMonitoringCondition": "NetworkNotReady",
    "nodeUnhealthyReason": "InterfaceNotUp",
    "minRepairWaitTimeMins": 10,
    "repairAction": "Restart",
}
BASE: dict[str, Any] = {
    "apiVersion": "eksctl.io/v1alpha5",
    "kind": "ClusterConfig",
    "metadata": {"name": "base", "region": "eu-west-1"},
}
# What an item of a list is without the field that is looked at.
ITEMS: dict[str, dict[str, Any]] = {
    "nodeGroups": {"name": "workers"},
    "managedNodeGroups": {"name": "workers"},
    "fargateProfiles": {"name": "web", "selectors": [{"namespace": "web"}]},
    "addons": {"name": "aws-ebs-csi-driver"},
    "capabilities": {"name": "gitops", "type": "ARGOCD", "configuration": {"argocd": {"awsIdc": CENTER}}},
    "identityProviders": {"type": "oidc", "name": "p", "issuerURL": "https://e.org", "clientID": "kubernetes"},
    "iamIdentityMappings": {"arn": ARN},
    "nodeGroups[].taints": TAINT,
    "managedNodeGroups[].taints": TAINT,
    "nodeGroups[].additionalVolumes": VOLUME,
    "managedNodeGroups[].additionalVolumes": VOLUME,
    "nodeGroups[].asgMetricsCollection": {"granularity": "1Minute"},
    "kubeSchedulerConfig.nodeResourcesFit.scoringStrategy.resources": {"name": "memory", "weight": 1},
    "managedNodeGroups[].nodeRepairConfig.nodeRepairConfigOverrides": OVERRIDE,
    "capabilities[].configuration.argocd.rbacRoleMappings": {"role": "VIEWER", "identities": [WHO]},
    "capabilities[].configuration.argocd.rbacRoleMappings[].identities": WHO,
    "accessConfig.accessEntries": {"principalARN": ARN},
    "accessConfig.accessEntries[].accessPolicies": {"policyARN": ACCESS},
    "iam.serviceAccounts": {"metadata": {"name": "app", "namespace": "team"}, "attachPolicyARNs": [BOUNDARY]},
    "iam.podIdentityAssociations": {"serviceAccountName": "app", "namespace": "team"},
    "addons[].podIdentityAssociations": {"serviceAccountName": "ebs-csi-controller-sa"},
}
# What must be there for a field to mean anything: beside it, or, with a +, anywhere in the document.
BESIDE: dict[str, dict[str, Any]] = {
    "accessConfig.accessEntries[].accessPolicies[].accessScope": {"type": "namespace"},
    "vpc.clusterEndpoints": {"privateAccess": True},
    "privateCluster": {"enabled": True},
    "kubeAPIServerConfig.serviceNodePortRange": {"minPort": 30100, "maxPort": 32100},
    "kubeSchedulerConfig.nodeResourcesFit.scoringStrategy": {"type": "LeastAllocated"},
    "nodeGroups[].ssh": {"publicKeyName": "operators", "sourceSecurityGroupIds": ["sg-0123456789abcdef1"]},
    "managedNodeGroups[].ssh": {"publicKeyName": "operators", "sourceSecurityGroupIds": ["sg-0123456789abcdef1"]},
    "nodeGroups[].overrideBootstrapCommand+": {"nodeGroups": [IMAGE]},
    "managedNodeGroups[].overrideBootstrapCommand+": {"managedNodeGroups": [IMAGE]},
    "managedNodeGroups[].launchTemplate": {"id": "lt-0123456789abcdef1"},
    "vpc.subnets": {
        "public": {
            "a": {"az": "eu-west-1a", "cidr": "192.168.0.0/24"},
            "b": {"az": "eu-west-1b", "cidr": "192.168.1.0/24"},
        }
    },
    "outpost": {"controlPlaneOutpostARN": OUTPOST, "controlPlaneInstanceType": "m5.xlarge"},
    "outpost.controlPlanePlacement.groupName+": LOCAL,
    "outpost.controlPlanePlacement.spreadLevel+": LOCAL,
    "outpost.etcdPlacement.spreadLevel+": LOCAL,
    "remoteNetworkConfig.remotePodNetworks[].cidrs+": REMOTE,
    "remoteNetworkConfig.iam.provider+": REMOTE,
    "remoteNetworkConfig.iam.caBundleCert+": REMOTE,
    "remoteNetworkConfig.iam.roleARN+": REMOTE,
    "remoteNetworkConfig.vpcGatewayID+": REMOTE,
    "iam.fargatePodExecutionRoleARN+": {"fargateProfiles": [ITEMS["fargateProfiles"]]},
    "iam.fargatePodExecutionRolePermissionsBoundary+": {"fargateProfiles": [ITEMS["fargateProfiles"]]},
    "vpc.sharedNodeSecurityGroup+": {"nodeGroups": [ITEMS["nodeGroups"]]},
    "addonsConfig.disableDefaultAddons+": {"addons": [{"name": "vpc-cni"}]},
}
TYPES = ["m6i.xlarge", "m6a.xlarge"]
SUBNETS = {"a": {"az": "eu-west-1a", "cidr": "192.168.32.0/24"}, "b": {"az": "eu-west-1b", "cidr": "192.168.33.0/24"}}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# What a field is set to, by the end of its path; the longest end counts.
SAMPLES: dict[str, Any] = {
    "karpenter.version": "1.14.1",
    "karpenter.withSpotInterruptionQueue": False,
    "metadata.name": "other",
    "metadata.region": "us-west-2",
    "metadata.version": "1.35",
    "metadata.tags": {"team": "platform"},
    "metadata.rollbackConfig.timeoutMinutes": 120,
    "availabilityZones": ["eu-west-1a", "eu-west-1b"],
    "localZones": ["us-west-2-lax-1a"],
    "vpc.id": "vpc-0123456789abcdef0",
    "vpc.cidr": "10.0.0.0/16",
    "vpc.ipv6Cidr": "2001:db8:1234::/56",
    "vpc.ipv6Pool": "ipv6pool-ec2-012345abc",
    "vpc.subnets.private": SUBNETS,
    "vpc.subnets.public": SUBNETS,
    "vpc.securityGroup": "sg-0123456789abcdef0",
    "vpc.sharedNodeSecurityGroup": "sg-0123456789abcdef0",
    "vpc.nat.gateway": "HighlyAvailable",
    "clusterEndpoints.publicAccess": False,
    "publicAccessCIDRs": ["8.8.8.0/24"],
    "extraCIDRs": ["10.9.0.0/16"],
    "extraIPv6CIDRs": ["2001:db8:9999::/56"],
    "hostnameType": "resource-name",
    "controlPlaneSubnetIDs": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "controlPlaneSecurityGroupIDs": ["sg-0123456789abcdef0"],
    "controlPlaneEgressMode": "CUSTOMER_ROUTED",
    "ipFamily": "IPv6",
    "serviceIPv4CIDR": "172.20.0.0/16",
    "additionalEndpointServices": ["logs"],
    "authenticationMode": "API",
    "bootstrapClusterCreatorAdminPermissions": False,
    "vpcResourceControllerPolicy": False,
    "principalARN": ARN,
    "arn": ARN,
    "accessEntries[].type": "EC2_LINUX",
    "policyARN": ACCESS,
    "accessScope.type": "namespace",
    "accessScope.namespaces": ["team"],
    "identityProviders[].type": "oidc",
    "issuerURL": "https://example.com",
    "requiredClaims": {"team": "platform"},
    "nodePools": ["system"],
    "nodeRoleARN": ARN,
    "permissionsBoundaryARN": BOUNDARY,
    "permissionsBoundary": BOUNDARY,
    "serviceRolePermissionsBoundary": BOUNDARY,
    "fargatePodExecutionRolePermissionsBoundary": BOUNDARY,
    "instanceRolePermissionsBoundary": BOUNDARY,
    "capabilities[].type": "ARGOCD",
    "roleArn": ARN,
    "roleARN": ARN,
    "nodeGroups[].iam.instanceRoleARN": ARN,
    "attachPolicyARNs": [BOUNDARY],
    "permissionPolicyARNs": [BOUNDARY],
    "attachPolicy": POLICY,
    "permissionPolicy": POLICY,
    "deletePropagationPolicy": "RETAIN",
    "idcInstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    "idcRegion": "us-west-2",
    "vpceIds": ["vpce-0123456789abcdef0"],
    "rbacRoleMappings[].role": "ADMIN",
    "identities[].id": "38414300-1041-708a-01af-0123456789ab",
    "identities[].type": "SSO_USER",
    "enableTypes": ["api"],
    "logRetentionInDays": 30,
    "keyARN": KEY,
    "supportType": "STANDARD",
    "tier": "tier-xl",
    "eventTTL": "2h",
    "minPort": 30000,
    "maxPort": 32000,
    "horizontalPodAutoscalerSyncPeriod": "30s",
    "scoringStrategy.type": "MostAllocated",
    "resources[].name": "cpu",
    "cidrs": ["10.80.0.0/16"],
    "remoteNetworkConfig.iam.provider": "IRA",
    "caBundleCert": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "vpcGatewayID": "tgw-0123456789abcdef0",
    "controlPlaneOutpostARN": "arn:aws:outposts:eu-west-1:111122223333:outpost/op-0123456789abcdef0",
    "outpostARN": "arn:aws:outposts:eu-west-1:111122223333:outpost/op-0123456789abcdef0",
    "controlPlaneInstanceType": "m5d.large",
    "etcdInstanceType": "m5d.large",
    "outpost.controlPlanePlacement.spreadLevel": "host",
    "outpost.etcdPlacement.spreadLevel": "rack",
    "serviceRoleARN": ARN,
    "fargatePodExecutionRoleARN": ARN,
    "podExecutionRoleARN": ARN,
    "serviceAccountRoleARN": ARN,
    "instanceRoleARN": ARN,
    "targetRoleARN": "arn:aws:iam::444455556666:role/Target",
    "attachRoleARN": ARN,
    "instanceProfileARN": "arn:aws:iam::111122223333:instance-profile/Nodes",
    "subjectPattern": "system:serviceaccount:team:*",
    "podIdentityAssociations[].policy": json.dumps(POLICY),
    "annotations": {"example.com/a": "b"},
    "addons[].name": "aws-efs-csi-driver",
    "addons[].version": "v1.29.1-eksbuild.1",
    "configurationValues": '{"controller": {"replicaCount": 1}}',
    "resolveConflicts": "preserve",
    "fargateProfiles[].subnets": ["subnet-0123456789abcdef0"],
    "amiFamily": "Bottlerocket",
    "ami": "ami-0123456789abcdef0",
    "instanceType": "m6i.xlarge",
    "instanceTypes": TYPES,
    "memory": "8GiB",
    "cpuArchitecture": "arm64",
    "allow": "m7g.*",
    "ssh.allow": False,
    "publicKeyName": "developers",
    "deny": "m7gd.*",
    "volumeSize": 120,
    "volumeType": "gp2",
    "volumeIOPS": 4000,
    "volumeThroughput": 200,
    "volumeName": "/dev/sdb",
    "volumeKmsKeyID": KEY,
    "snapshotID": "snap-0123456789abcdef0",
    "effect": "NoExecute",
    "nodeGroups[].subnets": ["subnet-0123456789abcdef0"],
    "managedNodeGroups[].subnets": ["subnet-0123456789abcdef0"],
    "nodeGroups[].availabilityZones": ["eu-west-1a"],
    "managedNodeGroups[].availabilityZones": ["eu-west-1a"],
    "sourceSecurityGroupIds": ["sg-0123456789abcdef0"],
    "enableSsm": False,
    "attachIDs": ["sg-0123456789abcdef0"],
    "preBootstrapCommands": ["echo hello"],
    "overrideBootstrapCommand": "#!/bin/bash\n/etc/eks/bootstrap.sh base\n",
    "disableIMDSv1": False,
    "placement.spreadLevel": "rack",
    "capacityReservationPreference": "open",
    "capacityReservationID": "cr-0123456789abcdef0",
    "capacityReservationResourceGroupARN": "arn:aws:resource-groups:eu-west-1:111122223333:group/reserved",
    "marketType": "capacity-block",
    "settings": {"motd": "hello"},
    "releaseVersion": "1.34.1-20261001",
    "launchTemplate.id": "lt-0123456789abcdef0",
    "launchTemplate.version": "3",
    "maxUnavailable": 2,
    "maxPrice": 0.05,
    "onDemandBaseCapacity": 1,
    "onDemandPercentageAboveBaseCapacity": 40,
    "spotAllocationStrategy": "capacity-optimized",
    "granularity": "1Minute",
    "metrics": ["GroupMinSize"],
    "asgSuspendProcesses": ["AZRebalance"],
    "maxInstanceLifetime": 604800,
    "targetGroupARNs": ["arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef"],
    "clusterDNS": "169.254.20.10",
    "kubeletExtraConfig": {"evictionHard": {"memory.available": "200Mi"}},
    "cpuCredits": "unlimited",
    "nodeMonitoringCondition": "AcceleratedInstanceNotReady",
    "nodeUnhealthyReason": "NvidiaXID13Error",
    "repairAction": "Replace",
    "containerRuntime": "containerd",
}
KINDS: dict[str, Any] = {
    "any": "sample",
    "text": "sample",
    "number": 3,
    "flag": True,
    "list": ["sample"],
    "map": {"a": "b"},
}


def sample(row: table.Row) -> Any:
    fitting = [end for end in SAMPLES if row.path == end or row.path.endswith(f".{end}")]
    return SAMPLES[max(fitting, key=len)] if fitting else KINDS[row.kind]


def documents(row: table.Row) -> tuple[dict[str, Any], dict[str, Any]]:
    """A ClusterConfig with the field, and the same without it."""
    given = copy.deepcopy(BASE | BESIDE.get(f"{row.path}+", {}))
    at: Any = given
    parts = row.path.split(".")
    for place, part in enumerate(parts[:-1]):
        name = part.removesuffix("[]")
        here = ".".join(parts[: place + 1]).removesuffix("[]")
        if part.endswith("[]"):
            at = at.setdefault(name, [copy.deepcopy(ITEMS.get(here, {}))])[0]
        else:
            at = at.setdefault(name, {})
        at.update({key: one for key, one in copy.deepcopy(BESIDE.get(here, {})).items() if key != parts[-1]})
    without = copy.deepcopy(given)
    at[parts[-1]] = copy.deepcopy(sample(row))
    drop(without, parts)
    return given, without


def drop(document: Any, parts: list[str]) -> None:
    """Take a companion of the same name away, with the item that cannot be without it."""
    above, at = None, document
    for part in parts[:-1]:
        above, at = at, at[part.removesuffix("[]")]
        at = at[0] if part.endswith("[]") else at
    if parts[-1] in at and document["metadata"] is not at:
        del at[parts[-1]]
        if isinstance(above, dict) and parts[-2].endswith("[]"):
            del above[parts[-2].removesuffix("[]")]


def found(data: Any, ours: str) -> list[Any]:
    """The values of one of our paths in a blueprint."""
    values = [data]
    for part in ours.split("."):
        values = [one for value in values if isinstance(value, dict) for one in below(value, part.removesuffix("[]"))]
        if part.endswith("[]"):
            values = [one for value in values for one in (value if isinstance(value, list) else [])]
    return values


def below(value: dict[str, Any], part: str) -> list[Any]:
    return list(value.values()) if part == "<name>" else [value[part]] if part in value else []


def names(data: Any, ours: str) -> list[Any]:
    """The keys of a mapping whose keys are the user's."""
    return [list(value) for value in found(data, ours)]


def imported(document: dict[str, Any]) -> dict[str, Any]:
    read, wrong = source.parse(json.dumps(document).encode())
    assert read and not wrong
    draft, wrong = eksctl.convert(read, "111122223333")
    assert not wrong
    filled: dict[str, Any] = schema.accept(draft.data)
    return filled


def everything() -> dict[str, Any]:
    """One ClusterConfig with every field there is."""
    whole: dict[str, Any] = {}
    for row in ROWS:
        lay(whole, documents(row)[0] if row.path not in ("apiVersion", "kind") else {})
    return whole


def lay(below: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        under = below.setdefault(key, value)
        if isinstance(value, dict) and isinstance(under, dict):
            lay(under, value)
        elif isinstance(value, list) and isinstance(value[0], dict):
            lay(under[0], value[0])
        else:
            below[key] = value


def test_every_field_at_once_is_carried_or_explained() -> None:
    read, _ = source.parse(json.dumps(everything()).encode())
    assert read
    draft, wrong = eksctl.convert(read)
    assert not wrong
    said = draft.carried | {note.source for note in draft.notes}
    silent = [row.path for row in ROWS if not spoken(row.path, said)]
    assert silent == ["apiVersion", "kind"]


def spoken(path: str, said: set[str]) -> bool:
    """Whether a field is named by what was carried over or noted, itself or by what is around it."""
    plain = {re.sub(r"\[\d+\]", "[]", one) for one in said}
    parts = path.split(".")
    return any(".".join(parts[:length]) in plain for length in range(1, len(parts) + 1)) or any(
        one.startswith(f"{path}.") or one.removesuffix("[]") == path for one in plain
    )


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_value_is_a_mistake_of_ours(data: st.DataObject) -> None:
    document = everything()
    for _ in range(data.draw(st.integers(1, 3))):
        places = [place for place in strategies.places(document) if place]
        *above, last = data.draw(st.sampled_from(places))
        at: Any = document
        for part in above:
            at = at[part]
        at[last] = data.draw(strategies.anything)
    read, wrong = source.parse(json.dumps(document).encode())
    if read and not wrong:
        draft, wrong = eksctl.convert(read)
        assert wrong or fits(draft.data)


def test_every_field_has_one_row() -> None:
    raw = facts.eksctl()["sections"].values()
    expanded = [path for lines in raw for line in lines for path in table.expanded(line[0])]
    assert sorted(expanded) == sorted(FIELDS)


@pytest.mark.parametrize("row", SUPPORTED, ids=lambda row: row.path)
def test_what_is_called_supported_is_converted(row: table.Row) -> None:
    given, without = documents(row)
    paths = table.expanded(row.ours)
    look = names if row.ours.endswith(".<name>") else found
    paths = [path.removesuffix(".<name>") for path in paths]
    values = [look(imported(given), path) for path in paths]
    others = [look(imported(without), path) for path in paths]
    assert any(values) or any(others), f"{json.dumps(given)} does not set {row.ours}"
    assert values != others


def exists(property: str) -> bool:
    """Whether a resource type has a property; references and lists are followed."""
    kind, _, path = property.partition(".")
    body = schemas.schema(kind, "us-east-1").body
    nodes = [body]
    for step in path.split(".") if path else []:
        nodes = [
            one["properties"][step]
            for node in nodes
            for one in followed(node, body)
            if step in one.get("properties", {})
        ]
    return bool(nodes)


def followed(node: dict[str, Any], body: dict[str, Any]) -> list[dict[str, Any]]:
    """A node behind its reference, its list and its alternatives."""
    while "$ref" in node or "items" in node:
        if "items" in node:
            node = node["items"]
            continue
        target: Any = body
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return [
        node,
        *(deep for key in ("anyOf", "oneOf", "allOf") for one in node.get(key, []) for deep in followed(one, body)),
    ]


@pytest.mark.parametrize("property", sorted({row.becomes for row in ROWS if row.becomes.startswith("AWS::")}))
def test_cloudformation_has_the_property(property: str) -> None:
    assert exists(property)


def test_a_property_can_be_missing() -> None:
    assert not exists("AWS::EKS::Cluster.Nonsense")


READS = {"Effect": "Allow", "Action": ["S3:Get*", "s3:List*"], "Resource": "*"}
# An IAM policy, and what the language makes of it: nothing, where a part of it cannot be said.
POLICIES: list[tuple[Any, Any]] = [
    ({"Statement": READS}, [{"actions": ["s3:Get*", "s3:List*"], "resources": ["*"]}]),
    (
        {"Statement": [{"Sid": "", "Effect": "Deny", "NotAction": "s3:*", "NotResource": ["arn:aws:s3:::a"]}]},
        [{"effect": "deny", "notActions": ["s3:*"], "notResources": ["arn:aws:s3:::a"]}],
    ),
    ({"Statement": [READS, {**READS, "Principal": "*"}]}, None),
    (
        {"Statement": [READS, {**READS, "Effect": "Deny", "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::a"}}]},
        None,
    ),
    ({"Statement": "s3:GetObject"}, None),
]


@pytest.mark.parametrize(("policy", "ours"), POLICIES)
def test_a_policy_is_imported_as_a_whole(policy: Any, ours: Any) -> None:
    """Without its denials, or without a condition, it would allow more."""
    accounts = [ITEMS["iam.serviceAccounts"] | {"attachPolicy": policy}]
    associations = [ITEMS["iam.podIdentityAssociations"] | {"policy": json.dumps(policy)}]
    iam = {"withOIDC": True, "serviceAccounts": accounts, "podIdentityAssociations": associations}
    read, _ = source.parse(json.dumps(BASE | {"iam": iam}).encode())
    assert read
    draft, _ = eksctl.convert(read)
    first, second = draft.data["serviceAccounts"]
    assert (first.get("iam", {}).get("permissions"), second.get("sessionPolicy")) == (ours, ours)
    lost = [one.source for one in draft.notes if one.lost and "olicy" in one.source]
    assert lost == ([] if ours else ["iam.serviceAccounts[0].attachPolicy", "iam.podIdentityAssociations[0].policy"])


TIMES = [("2h", 60, 120), ("1h30m", 60, 90), ("90s", 60, "90s"), ("90s", 1, 90), ("", 1, ""), ("soon", 1, "soon")]


@pytest.mark.parametrize(("text", "each", "ours"), TIMES)
def test_a_time_is_a_number_where_it_comes_out_even(text: str, each: int, ours: int | str) -> None:
    assert carry.seconds(text, each) == ours


def test_every_row_says_why_or_what() -> None:
    for row in ROWS:
        assert row.why if row.status in table.NOTHING and row.how in table.NOTHING else row.becomes, row.path
        assert row.status == "none" or row.becomes, row.path


def test_every_path_of_ours_is_in_the_language() -> None:
    claimed = [row for row in ROWS if row.how.partition(":")[0] not in table.NOTHING]
    missing = {row.path for row in claimed for path in table.expanded(row.ours) if not table.known(path)}
    assert missing <= PENDING


def test_most_of_what_has_a_home_is_covered() -> None:
    assert page.share() >= 95


def test_the_page_is_up_to_date(update: bool) -> None:
    written = ROOT / "docs" / "eksctl.md"
    if update:
        written.write_text(page.markdown(), encoding="utf-8")
    assert written.read_text(encoding="utf-8") == page.markdown()


def test_settings_of_the_kubelet_that_have_fields_of_their_own() -> None:
    extra = {"maxPods": 20, "clusterDNS": ["169.254.20.10"], "kubeReserved": {"cpu": "100m"}}
    group: dict[str, Any] = {"name": "a", "kubeletExtraConfig": extra}
    (found,) = imported(BASE | {"nodeGroups": [group]})["nodeGroups"]
    assert (found["maxPods"], found["clusterDns"]) == (20, ["169.254.20.10"])
    assert found["kubelet"] == {"kubeReserved": {"cpu": "100m"}}
    (found,) = imported(BASE | {"nodeGroups": [group | {"maxPodsPerNode": 30}]})["nodeGroups"]
    assert found["maxPods"] == 30
