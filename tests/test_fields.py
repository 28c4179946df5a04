"""Every field that the schema accepts changes the output: nothing is only parsed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from bpc import pipeline, reference
from bpc.verify import TEMPLATE
from parts import fields, schemas
from parts.memory import Memory

# A blueprint in which every section has something to say.
BASE: dict[str, Any] = {
    "apiVersion": "bpc/v1",
    "kind": "Blueprint",
    "metadata": {"name": "base", "region": "eu-west-1"},
    "bastion": {},
    "cluster": {
        "endpoint": {"access": "public-and-private", "publicCidrs": ["8.8.8.0/24"]},
        "access": [{"principal": "arn:aws:iam::111122223333:role/Admin", "policies": [{"policy": "view"}]}],
    },
    "nodeGroups": [
        {"name": "workers", "taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]},
        {"name": "more"},
    ],
    "fargateProfiles": [{"name": "web", "selectors": [{"namespace": "web"}]}],
    "addons": {},
    "environments": {"dev": {}, "prod": {"region": "us-west-2"}},
    "overrides": {
        "cloudformation": [
            {"stack": "cluster", "patch": [{"op": "add", "path": "/Resources/Cluster/Metadata", "value": {}}]}
        ]
    },
}

# Subnets for the three zones of the base, and networks that exist.
SUBNETS: dict[str, list[Any]] = {
    kind: [{"cidr": f"192.168.{third + index}.0/24"} for index in range(3)]
    for kind, third in {"public": 0, "private": 128, "controlPlane": 250, "pods": 100}.items()
}
ZONED: dict[str, list[Any]] = {
    kind: [{**one, "availabilityZone": f"eu-west-1{'abb'[index]}"} for index, one in enumerate(some)]
    for kind, some in SUBNETS.items()
}
ZONED["pods"] = ZONED["pods"][:2]  # one in each zone, and no more
THERE: dict[str, Any] = {
    "vpcId": {"import": "vpc"},
    **{f"{kind}SubnetIds": [{"import": "one"}, {"import": "two"}] for kind in SUBNETS if kind != "pods"},
}
PODS: dict[str, Any] = {
    "network": {
        "availabilityZones": ["eu-west-1a", "eu-west-1b"],
        "existing": {"podSubnetIds": [{"import": "one"}, {"import": "two"}]},
    },
    "environments": {"dev": {}},
}
RANGE = {"cidr": "2001:db8:1234:5600::/56", "pool": "ipv6pool-ec2-0123456789abcdef0"}
TWO_IDS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
OVERRIDE = {"condition": "Any", "reason": "Any", "waitMinutes": 9, "action": "replace"}
PERMISSION = {"sid": "A", "effect": "allow", "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::a/*"]}

ARN = "arn:aws:outposts:eu-west-1:111122223333:outpost/op-{}"
OUTPOST: dict[str, Any] = {
    "network": {"existing": {"vpcId": "vpc-0123456789abcdef0", "privateSubnetIds": TWO_IDS}},
    "bastion": {"enabled": False},
    "cluster": {
        "secretsEncryption": {"enabled": False},
        "authentication": "config-map",
        "outpost": {"arn": ARN.format("0"), "controlPlaneInstanceType": "m5d.xlarge"},
    },
    "nodeGroups": [],
    "fargateProfiles": [],
    "overrides": {},
}
ETCD: dict[str, Any] = {"cluster.authentication": "api", "cluster.outpost.etcdInstanceType": "m5d.large"}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
# What a field is set to, where its first other value would not do, and what must be so for it to matter.
VALUES: dict[str, Any] = {
    "serviceAccounts[].identity": "irsa",
    "cloudformation.gitSync.parameters": {"WorkersMaxSize": 9},
    "metadata.name": "other",
    "network.cidr": "10.0.0.0/16",
    "network.topology": "public",
    "network.availabilityZones": 2,
    "network.nat": "per-zone",
    "bastion.instanceType": "t3.large",
    "network.subnets.public": ["192.168.1.0/24", "192.168.2.0/24", "192.168.3.0/24"],
    "network.subnets.private": ["192.168.128.0/24", "192.168.129.0/24", "192.168.130.0/24"],
    "network.subnets.controlPlane": ["192.168.250.0/24", "192.168.251.0/24", "192.168.252.0/24"],
    "network.subnets.pods": ["192.168.100.0/24", "192.168.101.0/24", "192.168.102.0/24"],
    **{f"network.subnets.{kind}[].cidr": some[0]["cidr"].replace("/24", "/25") for kind, some in SUBNETS.items()},
    **{f"network.subnets.{kind}[].availabilityZone": "eu-west-1c" for kind in SUBNETS},
    "network.subnets.prefix.public": 24,
    "network.subnets.prefix.private": 24,
    "network.subnets.prefix.controlPlane": 27,
    "network.subnets.prefix.pods": 24,
    "network.existing.podSubnetIds": TWO_IDS,
    "network.ipv6.autoAllocate": True,
    "network.ipv6.cidr": "2001:db8:1234:5700::/56",
    "network.ipv6.pool": "ipv6pool-ec2-0123456789abcdef1",
    "network.localZones": ["eu-west-1-abc-1a"],
    "network.flowLogs.aggregationInterval": 60,
    "network.flowLogs.destination": "cloud-watch-logs",
    "network.existing.cidr": "10.100.0.0/16",
    **{f"network.existing.{kind}SubnetIds": TWO_IDS for kind in SUBNETS},
    "bastion.instanceTypes": ["t3.medium", "t3.small"],
    "bastion.clusterAccess": "edit",
    "bastion.keyName": "key",
    "bastion.privateIp": "192.168.128.10",
    "bastion.userData": "echo hello\n",
    "bastion.os": "al2",
    "cluster.version": "1.35",
    "cluster.endpoint.publicCidrs": ["9.9.9.0/24"],
    "cluster.secretsEncryption.keyArn": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "cluster.logging.keyArn": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "cluster.serviceCidr": "172.20.0.0/16",
    "cluster.kubeApiServer.serviceNodePortRange.minPort": 30001,
    "cluster.kubeApiServer.serviceNodePortRange.maxPort": 32000,
    "cluster.remoteNetwork.credentials.caBundle": PEM,
    "cluster.outpost.etcdPlacement.spreadLevel": "host",
    "cluster.outpost.placement.spreadLevel": "host",
    "cluster.access[].type": "ec2",
    "cluster.access[].principal": "arn:aws:iam::111122223333:role/Other",
    "cluster.access[].policies[].scope.type": "namespace",
    "cluster.access[].policies[].scope.namespaces": ["web"],
    "nodeGroups[].name": "others",
    "nodeGroups[].instanceTypes": ["m7g.large"],
    "nodeGroups[].scaling.min": 3,
    "nodeGroups[].scaling.desired": 3,
    "nodeGroups[].subnets": "public",
    "nodeGroups[].availabilityZones": ["eu-west-1a"],
    "nodeGroups[].placement.partitionCount": 3,
    "nodeGroups[].placement.strategy": "spread",
    **{f"nodeGroups[].instanceRequirements.{key}.max": 1000 for key in ("vcpus", "memoryMiB")},
    "nodeGroups[].ebsOptimized": True,
    "nodeGroups[].repair.overrides": [OVERRIDE],
    "nodeGroups[].repair.overrides[].action": "reboot",
    "nodeGroups[].iam.permissions[].actions": ["s3:PutObject"],
    "nodeGroups[].architecture": "arm64",
    "nodeGroups[].disk.iops": 4000,
    "nodeGroups[].cpuCredits": "unlimited",
    "nodeGroups[].disk.type": "gp2",
    "nodeGroups[].capacityReservation.preference": "none",
    "nodeGroups[].volumes[].iops": 4000,
    "nodeGroups[].releaseVersion": "1.36.1-20261101",
    "nodeGroups[].taints[].key": "other",
    "nodeGroups[].taints[].effect": "NoExecute",
    "nodeGroups[].update.maxUnavailable": 2,
    "fargateProfiles[].name": "other",
    "fargateProfiles[].selectors[].namespace": "other",
    "environments.<name>.account": "111122223333",
    "environments.<name>.region": "eu-central-1",
    "environments.<name>.with": {"network": {"nat": "per-zone"}},
    "overrides.cloudformation[].stack": "nodes",
    "overrides.cloudformation[].patch[].op": "test",
    "overrides.cloudformation[].patch[].path": "/Resources/ClusterRole/Metadata",
    "overrides.cloudformation[].patch[].from": "/Outputs/ClusterEndpoint",
    "overrides.cloudformation[].patch[].value": {"Reviewed": "yes"},
    "addons.cluster-autoscaler.scaleDownUnneededTime": "5m",
    "addons.external-dns.zones": ["Z0123456789ABCDEFGHIJ"],
}
ZONES = {"environments": {"dev": {}}, "network.availabilityZones": ["eu-west-1a", "eu-west-1b"]}
CHOSEN = {"nodeGroups": [{"name": "workers", "instanceRequirements": {"vcpus": {"min": 2}, "memoryMiB": {"min": 64}}}]}
NO_TYPES = {"nodeGroups": [{"name": "workers", "launchTemplate": {"id": "lt-0123456789abcdef0"}}]}
GIVEN = {"nodeGroups": [{"name": "workers", "launchTemplate": {"id": {"import": "a"}}}]}
SSH = {"nodeGroups[].ssh": {"keyName": "old", "sourceSecurityGroupIds": [{"import": "a"}]}}
OWN = {"nodeGroups[].type": "self-managed"}
SPOT = {**OWN, "nodeGroups[].capacity": "spot"}
LABEL = "app/old/0123456789abcdef/targetgroup/old/0123456789abcdef"
FLOWS = {"network.flowLogs": {"destination": "s3", "bucketArn": "arn:aws:s3:::old"}}
TABLES = {"network.existing": {"privateRouteTableIds": [{"import": "one"}]}, "network.endpoints": ["s3"]}
FIRST: dict[str, dict[str, Any]] = {
    "nodeGroups[].mixedInstances.spotInstancePools": {
        "nodeGroups[].mixedInstances.spotAllocationStrategy": "lowest-price"
    },
    "nodeGroups[].scalingPolicies[].resourceLabel": {
        "nodeGroups[].scalingPolicies": [{"metric": "alb-request-count", "target": 9, "resourceLabel": LABEL}]
    },
    "cloudformation.gitSync.parameters": {"cloudformation": {"gitSync": {"folder": "."}}},
    "bastion.keyName": {"bastion.access": "ssh", "bastion.allowedCidrs": ["8.8.8.8/32"]},
    "bastion.allowedCidrs": {"bastion.access": "ssh", "bastion.allowedCidrs": ["8.8.8.8/32"]},
    "cluster.outpost.etcdInstanceType": {
        "cluster.authentication": "api",
        "cluster.outpost.etcdInstanceType": "m5d.4xlarge",
    },
    "cluster.autoMode.enabled": {"nodeGroups": [{"name": "workers"}]},
    "cluster.remoteNetwork.credentials.caBundle": {
        "cluster.remoteNetwork.credentials": {"provider": "iam-roles-anywhere", "caBundle": PEM.replace("IB", "IC")}
    },
    "cluster.remoteNetwork.credentials.roleArn": {"cluster.remoteNetwork.credentials": {"provider": "ssm"}},
    "cluster.capabilities.ack.roleArn": {"cluster.capabilities": {"ack": {}}},
    "cluster.capabilities.kro.roleArn": {"cluster.capabilities": {"kro": {}}},
    "cluster.secretsEncryption.keyArn": {"environments": {"dev": {}}},
    "cluster.logging.keyArn": {"environments": {"dev": {}}},
    "overrides.cloudformation[].patch[].from": {
        "overrides.cloudformation[].patch[]": {
            "op": "copy",
            "from": "/Outputs/ClusterName",
            "path": "/Outputs/Copy",
        }
    },
    "cluster.access[].policies[].scope.type": {"cluster.access[].policies[].scope": {"namespaces": []}},
    "cluster.access[].policies[].scope.namespaces": {
        "cluster.access[].policies[].scope": {"type": "namespace", "namespaces": ["old"]}
    },
    "network.topology": {"nodeGroups": [{"name": "workers"}], "fargateProfiles": []},
    "network.subnets.public": {"network.subnets": {}},
    "nodeGroups[].subnets[].import": {"nodeGroups[].subnets": [{"import": "a"}]},
    "nodeGroups[].availabilityZones": ZONES,
    "nodeGroups[].iam.instanceProfileArn": {
        "nodeGroups[].type": "self-managed",
        "nodeGroups[].iam": {"roleArn": "arn:aws:iam::111122223333:role/Nodes"},
    },
    **{
        f"nodeGroups[].repair.overrides[].{key}": {"nodeGroups[].repair": {"overrides": [OVERRIDE]}} for key in OVERRIDE
    },
    **{
        f"nodeGroups[].iam.permissions[].{key}": {"nodeGroups[].iam": {"permissions": [PERMISSION]}}
        for key in ("sid", "effect", "actions", "resources", "conditions")
    },
    "fargateProfiles[].subnets[].import": {"fargateProfiles[].subnets": [{"import": "a"}]},
    "nodeGroups[].efa": ZONES
    | {"nodeGroups[].instanceTypes": ["m6i.32xlarge"], "nodeGroups[].subnets": [{"import": "a"}]},
    "nodeGroups[].placement.spreadLevel": {"nodeGroups[].placement": {"strategy": "spread"}},
    "nodeGroups[].placement.partitionCount": {"nodeGroups[].placement": {"strategy": "partition"}},
    **{one.path: CHOSEN for one in reference.fields() if one.path.startswith("nodeGroups[].instanceRequirements.")},
    **dict.fromkeys(("nodeGroups[].architecture", "nodeGroups[].launchTemplate.hasImage"), NO_TYPES),
    **dict.fromkeys(("nodeGroups[].launchTemplate.version", "nodeGroups[].launchTemplate.id.import"), GIVEN),
    "nodeGroups[].securityGroupIds[].import": {"nodeGroups[].securityGroupIds": [{"import": "a"}]},
    "nodeGroups[].ssh.keyName": SSH,
    "nodeGroups[].ssh.sourceSecurityGroupIds": SSH,
    "nodeGroups[].ssh.sourceSecurityGroupIds[].import": SSH,
    "nodeGroups[].cpuCredits": {"nodeGroups[].instanceTypes": ["t3.large"]},
    "nodeGroups[].capacity": {"nodeGroups[].instanceTypes": ["m6i.large", "m5.large"]},
    **{
        f"nodeGroups[].volumes[].{key}": {"nodeGroups[].volumes": [{"deviceName": "/dev/xvdf"}]}
        for key in ("deviceName", "size", "type", "iops", "throughput", "keyArn", "snapshotId")
    },
    "nodeGroups[].bottlerocket.settings": {"nodeGroups[].ami": "Bottlerocket"},
    "nodeGroups[].bottlerocket.adminContainer": {"nodeGroups[].ami": "Bottlerocket"},
    **{
        f"network.subnets.{kind}[].{key}": {f"network.subnets.{kind}": some[kind], "environments": {"dev": {}}}
        for key, some in {"cidr": SUBNETS, "tags": SUBNETS, "availabilityZone": ZONED}.items()
        for kind in SUBNETS
    },
    "network.localZones": {"environments": {"dev": {}}},
    **{f"network.existing.{field}": {"network.existing": {}} for field in ("vpcId", "cidr")},
    "network.existing.publicSubnetIds": {"network.existing": {}, "nodeGroups[].subnets": "public"},
    **{f"network.existing.{kind}SubnetIds": {"network.existing": {}} for kind in ("private", "controlPlane")},
    "network.ipv6.cidr": {"network.ipv6": RANGE},
    "network.ipv6.pool": {"network.ipv6": RANGE},
    "network.existing.podSubnetIds": PODS,
    "network.existing.podSubnetIds[].import": PODS,
    "network.subnets.prefix.pods": {"network.secondaryCidrs": ["100.64.0.0/16"]},
    **dict.fromkeys(("network.flowLogs.destination", "network.flowLogs.bucketArn"), FLOWS),
    "network.endpointPolicy": {"network.endpoints": ["s3"]},
    "network.existing.privateRouteTableIds": TABLES,
    "network.existing.privateRouteTableIds[].import": TABLES,
    "network.existing.vpcId.import": {"network.existing": THERE},
    "network.existing.publicSubnetIds[].import": {"network.existing": THERE, "nodeGroups[].subnets": "public"},
    **{
        f"network.existing.{kind}SubnetIds[].import": {"network.existing": THERE}
        for kind in ("private", "controlPlane")
    },
}
OTHER = {"actions": ["s3:ListBucket"], "resources": ["arn:aws:s3:::other"]}
ACCOUNT = {"name": "api", "namespace": "shop", "roleArn": "arn:aws:iam::111122223333:role/old"}
# A role that the template makes, which `policy` and the like are for.
MADE = {key: value for key, value in ACCOUNT.items() if key != "roleArn"} | {"wellKnownPolicies": ["image-builder"]}
POLICY = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::old/*"}]}
FIRST |= {
    f"serviceAccounts[].{key}": {"serviceAccounts": [MADE | {"policy": POLICY}]}
    for key in ("roleName", "policyArns", "policy", "policyName", "wellKnownPolicies", "permissionsBoundary")
}
FIRST |= {
    f"serviceAccounts[].{key}": {"serviceAccounts": [ACCOUNT | {"create": True}]} for key in ("labels", "annotations")
}
# What has one value in AWS, and so nothing that it could change.
SINGLE = ("nodeGroups[].metricsCollection[].granularity",)
FIRST["serviceAccounts[].subjectPattern"] = {"serviceAccounts": [MADE | {"identity": "irsa"}]}
FIRST["serviceAccounts[].os"] = {"serviceAccounts": [MADE]}
FIRST["serviceAccounts[].identity"] = {"serviceAccounts": [MADE]}
# What is there first, for every field below a path.
BELOW: dict[str, Any] = {
    "network.flowLogs": {"network.flowLogs": {}},
FILE = {"url": "https://example.com/other.yaml", "sha256": "0" * 64}
# What is there first, for every field below a path.
BELOW: dict[str, Any] = {
    "bastion.bootstrap": {
        "bastion": {"clusterAccess": "cluster-admin", "bootstrap": {"kubectl": {**FILE}, "manifests": [FILE]}}
    },
    "bastion.sessionLog": {"bastion.sessionLog": {}},
    "bastion.sessionLog.bucketArn": {
        "bastion.sessionLog": {"destination": "s3", "bucketArn": "arn:aws:s3:::other"},
    },
    "nodeGroups[].warmPool": {"nodeGroups[].warmPool": {}},
    "nodeGroups[].mixedInstances": {**SPOT, "nodeGroups[].mixedInstances": {}},
    "nodeGroups[].capacityRebalance": SPOT,
    "nodeGroups[].lifecycleHooks": {
        **OWN,
        "nodeGroups[].lifecycleHooks": [
            {
                "name": "old",
                "transition": "terminating",
                "notificationTargetArn": {"import": "old"},
                "roleArn": {"import": "old"},
            }
        ],
    },
    "nodeGroups[].metricsCollection": {**OWN, "nodeGroups[].metricsCollection": [{}]},
    "nodeGroups[].scalingPolicies": {**OWN, "nodeGroups[].scalingPolicies": [{"metric": "network-in", "target": 9}]},
    "nodeGroups[].targetGroupArns": {**OWN, "nodeGroups[].targetGroupArns": [{"import": "old"}]},
    **dict.fromkeys(
        ("nodeGroups[].suspendProcesses", "nodeGroups[].maxInstanceLifetime", "nodeGroups[].classicLoadBalancerNames"),
        OWN,
    ),
    "serviceAccounts[]": {"serviceAccounts": [ACCOUNT]},
    "cluster.securityGroupIds[].import": {"cluster.securityGroupIds": [{"import": "shared-SecurityGroup"}]},
    "cluster.kubeApiServer.serviceNodePortRange": {
        "cluster.kubeApiServer": {"serviceNodePortRange": {"minPort": 30000, "maxPort": 32767}}
    },
    "cluster.kubeScheduler": {
        "cluster.kubeScheduler": {
            "nodeResourcesFit": {
                "scoringStrategy": {"type": "most-allocated", "resources": [{"name": "memory", "weight": 5}]}
            }
        }
    },
    "cluster.remoteNetwork": {
        "cluster.remoteNetwork": {"nodes": ["10.99.0.0/16"]},
        "cluster.endpoint": {"access": "private"},
    },
    "cluster.outpost": OUTPOST,
    "cluster.outpost.placement.groupName": {"cluster.outpost.placement": {"groupName": "other"}},
    "cluster.outpost.placement.spreadLevel": ETCD | {"cluster.outpost.placement": {"spreadLevel": "rack"}},
    "cluster.outpost.etcdPlacement": ETCD | {"cluster.outpost.etcdPlacement": {"spreadLevel": "rack"}},
    "cluster.autoMode": {"cluster.autoMode": {}, "nodeGroups": []},
    "cluster.capabilities.argocd": {
        "cluster.capabilities": {"argocd": {"identityCenter": {"instanceArn": "arn:aws:sso:::instance/ssoins-other"}}}
    },
    "cluster.capabilities.argocd.rbacRoleMappings": {
        "cluster.capabilities.argocd.rbacRoleMappings": [{"role": "viewer", "identities": [{"id": "other"}]}]
    },
    "cluster.capabilities.argocd.vpcEndpointIds[].import": {
        "cluster.capabilities.argocd.vpcEndpointIds": [{"import": "other"}]
    },
    "cluster.capabilities.argocd.permissions": {"cluster.capabilities.argocd.permissions": [OTHER]},
    "cluster.capabilities.ack": {"cluster.capabilities": {"ack": {"permissions": [OTHER]}}},
    "cluster.capabilities.kro": {"cluster.capabilities": {"kro": {"permissions": [OTHER]}}},
    "cluster.oidcIdentityProvider": {
        "cluster.oidcIdentityProvider": {
            "name": "other",
            "issuerUrl": "https://other.example.com",
            "clientId": "other",
            "groupsClaim": "others",
        }
    },
}
# Refused instead, because alone it would do nothing or cannot be: the diagnostic says why.
REFUSED = {
    "bastion.sessionLog.destination",
    "cluster.remoteNetwork.credentials.provider",
    "addons.eks-pod-identity-agent.enabled",
    "bastion.access",
    "cluster.endpoint.access",
    "cluster.access[].policies[].scope.type",
    "network.existing.cidr",
    "network.flowLogs.destination",
    "overrides.cloudformation[].stack",
    "overrides.cloudformation[].patch[].op",
}

LEAVES = [
    one
    for one in reference.fields()
    if "x-cloudformation" in one.node
    and ("properties" not in one.node or "string" in one.node["type"])
    and not one.path.startswith("addons.")
]
OPTIONS = [
    one
    for one in reference.fields()
    if one.path.startswith("addons.") and one.path.count(".") == 2 and one.path != "addons.<name>.source"
]


def compiled(data: Any) -> tuple[Memory, list[str]]:
    output = Memory()
    # JSON is YAML, so this is the way of every blueprint.
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "base.yaml", lambda _: output)
    return output, [one.rule.code for one in result.diagnostics if one.rule.severity == "error"]


@pytest.mark.parametrize(
    "field",
    [one for one in (*fields.LEAVES, *fields.OPTIONS) if one.path not in fields.SINGLE],
    ids=lambda one: one.path,
)
def test_field_changes_the_output(field: reference.Field) -> None:
    before, after = fields.pair(field)
    assert before != after
    (old, complaints), (new, refused) = compiled(before), compiled(after)
    if field.path in fields.REFUSED:
        assert refused
        return
    assert (complaints, refused) == ([], [])
    assert old != new


@pytest.mark.parametrize("path", fields.SINGLE)
def test_field_with_one_value_takes_no_other(path: str) -> None:
    found = reference.find(path)
    assert found
    assert len(found.node["enum"]) == 1


def test_every_role_has_the_permissions_boundary() -> None:
    data = copy.deepcopy(fields.BASE)
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    data["cloudformation"] = {"permissionsBoundary": boundary, "format": "json"}
    data["addons"] = {"cluster-autoscaler": {}, "aws-ebs-csi-driver": {}}
    output, complaints = compiled(data)
    assert complaints == []
    templates = [json.loads(content) for path, content in output.items() if TEMPLATE.fullmatch(path)]
    roles = [one for made in templates for one in made["Resources"].values() if one["Type"] == "AWS::IAM::Role"]
    assert len(roles) > 10
    assert {one["Properties"].get("PermissionsBoundary") for one in roles} == {boundary}


def test_the_platforms_tags_are_on_every_resource_that_takes_tags() -> None:
    """Which types take tags, and in which property, is what AWS's own resource schemas say."""
    data = copy.deepcopy(fields.BASE)
    data["metadata"]["tags"] = {"team": "platform"}
    data["network"] = {"topology": "public-private", "nat": "per-zone"}
    data["addons"] = {"aws-ebs-csi-driver": {}, "aws-node-termination-handler": {}, "cluster-autoscaler": {}}
    alone = copy.deepcopy(data) | {"network": {"topology": "private"}, "nodeGroups": [{"name": "a"}], "overrides": {}}
    alone["addons"] = {"aws-ebs-csi-driver": {}}
    seen = set()
    for one in (data, alone):
        one["cloudformation"] = {"format": "json"}
        output, complaints = compiled(one)
        assert complaints == []
        for path, content in output.items():
            for title, made in json.loads(content)["Resources"].items() if TEMPLATE.fullmatch(path) else ():
                body = schemas.schema(made["Type"], "us-west-2").body
                tagging = body.get("tagging", {"taggable": body.get("taggable", "Tags" in body["properties"])})
                if tagging.get("taggable"):
                    where = tagging.get("tagProperty", "/properties/Tags").rpartition("/")[2]
                    assert "platform" in json.dumps(made["Properties"].get(where)), f"{path}: {title} lacks {where}"
                    seen.add(made["Type"])
    assert len(seen) >= 20
