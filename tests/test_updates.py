"""docs/updates.md tells the truth: each field that it names is changed in a real blueprint, and what CloudFormation
does then is worked out from the two templates and the provider schemas.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bpc import pipeline
from bpc.verify import TEMPLATE
from parts import fields, schemas, templates
from parts.memory import Memory

ROOT = Path(__file__).resolve().parent.parent
DOC = (ROOT / "docs" / "updates.md").read_text(encoding="utf-8")
OTHERS = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
# But for what has one value wherever it is: nobody can change it.
LANGUAGE = [
    one
    for one in re.findall(r"^\| `([^`]+)`", (ROOT / "docs" / "language.md").read_text(encoding="utf-8"), re.M)
    if one not in fields.ONE_SOURCE
]
REGION = "eu-west-1"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/{}"
ROLE = "arn:aws:iam::111122223333:role/{}"
BOUNDARY = "arn:aws:iam::111122223333:policy/{}"
NODES = {"name": "workers", "instanceTypes": ["m7g.large"]}
SEVERAL = {"name": "several", "instanceTypes": ["m7g.xlarge", "m6g.xlarge"]}
RULE = {"name": "a", "protocol": "tcp", "fromPort": 9100, "cidr": "10.0.0.0/16"}
HOOK = {"name": "a", "transition": "launching"}
TARGETS = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/{}/0123456789abcdef"
POLICY = {
    "metric": "alb-request-count",
    "target": 9,
    "resourceLabel": "app/a/0123456789abcdef/targetgroup/a/0123456789abcdef",
}
OWN = {
    "name": "own",
    "type": "self-managed",
    "instanceTypes": ["m7g.xlarge", "m6g.xlarge"],
    "capacity": "spot",
    "mixedInstances": {"spotAllocationStrategy": "lowest-price"},
    "lifecycleHooks": [HOOK],
    "metricsCollection": [{}],
    "scalingPolicies": [POLICY],
}
GRANT = [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::a/*"]}]
BOTTLES = {"name": "bottles", "ami": "Bottlerocket", "instanceTypes": ["m7g.large"]}
BLUEPRINT: dict[str, Any] = {
    "apiVersion": "bpc/v1",
    "kind": "Blueprint",
    "metadata": {"name": "demo", "region": REGION},
    "cloudformation": {"permissionsBoundary": BOUNDARY.format("a")},
    "network": {
        "cidr": "10.0.0.0/16",
        "availabilityZones": ["eu-west-1a", "eu-west-1b"],
        "subnets": {"public": ["10.0.0.0/24", "10.0.1.0/24"], "private": ["10.0.2.0/24", "10.0.3.0/24"]},
    },
    "bastion": {"access": "ssh", "keyName": "a", "allowedCidrs": ["203.0.113.7/32"], "tools": ["kubectl"]},
    "cluster": {
        "version": "1.35",
        "endpoint": {"access": "public-and-private", "publicCidrs": ["203.0.113.7/32"]},
        "secretsEncryption": {"keyArn": KEY.format("a")},
        "authentication": "api-and-config-map",
        "access": [{"principal": ROLE.format("a"), "groups": ["a"], "policies": [{"policy": "view"}]}],
    },
    "nodeGroups": [NODES, SEVERAL, OWN, BOTTLES],
    "fargateProfiles": [{"name": "a", "selectors": [{"namespace": "a"}]}],
    "addons": {
        "aws-ebs-csi-driver": {},
        "aws-node-termination-handler": {},
        "cluster-autoscaler": {},
        "external-dns": {"zones": ["ZA"]},
        "metrics-server": {},
        "teleport": {"source": "eks", "serviceAccount": "collector", "iam": {"policyArns": [BOUNDARY.format("a")]}},
    },
    # The account is known, so manifests can say the ARN of a role.
    "environments": {"prod": {"account": "111122223333"}},
    "serviceAccounts": [{"name": "a", "namespace": "shop", "create": True, "iam": {"permissions": GRANT}}],
}

TAINTS = [{"key": "a", "value": "b", "effect": "NoSchedule"}]
SCOPE = {"type": "namespace", "namespaces": ["b"]}
OTHER = [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::b/*"]}]
EBS = "addons.aws-ebs-csi-driver"


class Instead(dict[str, Any]):
    """Other fields than the one in question, where it cannot change alone. None takes one away."""


# A field and what it becomes. A list without a number means its first item.
CHANGES: dict[str, Any] = {
    "metadata.tags": {"a": "b"},
    "cloudformation.permissionsBoundary": BOUNDARY.format("b"),
    "network.topology": Instead(
        {"network.topology": "public", "network.subnets.private": None, "network.nat": "none", "fargateProfiles": None}
    ),
    "network.cidr": "10.0.0.0/20",
    "network.availabilityZones": ["eu-west-1a", "eu-west-1c"],
    "network.subnets.public": ["10.0.4.0/24", "10.0.1.0/24"],
    "network.subnets.private": ["10.0.2.0/24", "10.0.5.0/24"],
    "network.subnets.*[].cidr": Instead({"network.subnets.public": [{"cidr": "10.0.4.0/24"}, "10.0.1.0/24"]}),
    "network.subnets.*[].availabilityZone": Instead(
        {
            "network.subnets.public": [
                {"cidr": "10.0.0.0/24", "availabilityZone": "eu-west-1b"},
                {"cidr": "10.0.1.0/24", "availabilityZone": "eu-west-1a"},
            ]
        }
    ),
    "network.subnets.*[].tags": Instead(
        {"network.subnets.public": [{"cidr": "10.0.0.0/24", "tags": {"a": "b"}}, "10.0.1.0/24"]}
    ),
    "network.ipFamily": "ipv6",
    "network.ipv6.*": Instead({"network.ipv6": {"autoAllocate": True}}),
    "network.subnets.pods": ["10.0.7.0/24", "10.0.8.0/24"],
    "network.subnets.controlPlane": ["10.0.6.0/27", "10.0.6.32/27"],
    "network.subnets.perZone.*": Instead({"network.subnets.private": None, "network.subnets.perZone": {"private": 2}}),
    "network.subnets.prefix.*": Instead({"network.subnets.private": None, "network.subnets.prefix": {"private": 24}}),
    "network.secondaryCidrs": ["10.1.0.0/16"],
    "network.localZones": Instead(
        {
            "network.localZones": ["eu-west-1-abc-1a"],
            "network.subnets.public": ["10.0.0.0/24", "10.0.1.0/24", "10.0.4.0/24"],
            "network.subnets.private": ["10.0.2.0/24", "10.0.3.0/24", "10.0.5.0/24"],
        }
    ),
    "network.hostnameType": "resource-name",
    "network.nat": "per-zone",
    "bastion.enabled": False,
    "bastion.instanceType": "t3.large",
    "bastion.instanceTypes": ["t3.medium", "t3.large"],
    "bastion.access": Instead({"bastion": {"access": "ssm"}}),
    "bastion.keyName": "b",
    "bastion.allowedCidrs": ["203.0.113.8/32"],
    "bastion.os": "al2",
    "bastion.tools": ["git", "kubectl"],
    "bastion.timezone": "Asia/Seoul",
    "bastion.privateIp": "10.0.0.9",
    "bastion.volumeSize": 40,
    "bastion.userData": "true",
    "cluster.version": "1.36",
    "cluster.endpoint.access": Instead({"cluster.endpoint": {"access": "private"}}),
    "network.proxy.*": Instead({"network.proxy": {"httpsProxy": "http://proxy.example.com:3128"}}),
    "cluster.securityGroupRules[].*": Instead({"cluster.securityGroupRules": [RULE]}),
    "cluster.endpoint.publicCidrs": ["203.0.113.8/32"],
    "cluster.logging.types": ["audit"],
    "cluster.logging.retentionDays": 30,
    "cluster.logging.keyArn": KEY.format("b"),
    "cluster.secretsEncryption.enabled": Instead({"cluster.secretsEncryption": {"enabled": False}}),
    "cluster.secretsEncryption.keyArn": KEY.format("b"),
    "cluster.upgradePolicy": "extended",
    "cluster.deletionProtection": False,
    "cluster.serviceCidr": "172.20.0.0/16",
    "cluster.authentication": "api",
    "cluster.bootstrapClusterCreatorAdminPermissions": False,
    "cluster.access[].principal": ROLE.format("b"),
    "cluster.access[].username": "b",
    "cluster.access[].groups": ["b"],
    "cluster.iam.permissionsBoundary": BOUNDARY.format("b"),
    "cluster.vpcResourceController": True,
    "cluster.access[].policies[].policy": "edit",
    "cluster.access[].policies[].scope.type": Instead({"cluster.access[].policies[].scope": SCOPE}),
    "cluster.access[].policies[].scope.namespaces": Instead({"cluster.access[].policies[].scope": SCOPE}),
    "nodeGroups[].name": "others",
    "nodeGroups[].ami": "Bottlerocket",
    "nodeGroups[].instanceTypes": ["m6g.large"],
    "nodeGroups[].capacity": "spot",
    "nodeGroups[].scaling.min": 1,
    "nodeGroups[].scaling.desired": 3,
    "nodeGroups[].scaling.max": 9,
    "nodeGroups[].warmPool.enabled": Instead({"nodeGroups[].warmPool": {"enabled": False}}),
    **{
        f"nodeGroups[].warmPool.{key}": Instead({"nodeGroups[].warmPool": {key: value}})
        for key, value in {
            "minSize": 1,
            "maxGroupPreparedCapacity": 3,
            "state": "running",
            "reuseOnScaleIn": True,
        }.items()
    },
    **{
        f"nodeGroups[].{key}": Instead({f"nodeGroups[2].{key}": value})
        for key, value in {
            "mixedInstances.onDemandBaseCapacity": 1,
            "mixedInstances.onDemandPercentageAboveBaseCapacity": 9,
            "mixedInstances.spotAllocationStrategy": "capacity-optimized",
            "mixedInstances.spotInstancePools": 3,
            "mixedInstances.spotMaxPrice": "0.05",
            "capacityRebalance": True,
            "lifecycleHooks[].name": "b",
            "lifecycleHooks[].transition": "terminating",
            "lifecycleHooks[].heartbeatTimeoutSeconds": 60,
            "lifecycleHooks[].defaultResult": "abandon",
            "lifecycleHooks[].notificationMetadata": "b",
            "metricsCollection[].metrics": ["GroupMinSize"],
            "scalingPolicies[].target": 8,
            "scalingPolicies[].resourceLabel": POLICY["resourceLabel"].replace("app/a", "app/b"),
            "scalingPolicies[].disableScaleIn": True,
            "scalingPolicies[].instanceWarmupSeconds": 9,
            "suspendProcesses": ["AZRebalance"],
            "maxInstanceLifetimeSeconds": 86400,
            "targetGroupArns": [TARGETS.format("a")],
            "classicLoadBalancerNames": ["a"],
        }.items()
    },
    **{
        f"nodeGroups[].lifecycleHooks[].{key}": Instead(
            {
                "nodeGroups[2].lifecycleHooks": [
                    {**HOOK, "notificationTargetArn": {"import": "a"}, "roleArn": ROLE.format("a")}
                ]
            }
        )
        for key in ("notificationTargetArn", "roleArn")
    },
    "nodeGroups[].scalingPolicies[].metric": Instead(
        {"nodeGroups[2].scalingPolicies": [{"metric": "cpu", "target": 9}]}
    ),
    "nodeGroups[].disk.size": 99,
    "nodeGroups[].disk.type": "gp2",
    "nodeGroups[].subnets": "public",
    "nodeGroups[].labels": {"a": "b"},
    "nodeGroups[].taints[].key": Instead({"nodeGroups[].taints": TAINTS}),
    "nodeGroups[].taints[].value": Instead({"nodeGroups[].taints": TAINTS}),
    "nodeGroups[].taints[].effect": Instead({"nodeGroups[].taints": TAINTS}),
    "nodeGroups[].update.maxUnavailable": 2,
    "nodeGroups[].update.maxUnavailablePercentage": 33,
    "nodeGroups[].update.strategy": "minimal",
    "nodeGroups[].update.force": True,
    "nodeGroups[].variant": "nvidia",
    "nodeGroups[].version": "1.34",
    "nodeGroups[].releaseVersion": "1.35.1-20261101",
    "nodeGroups[].amiId": "ami-0123456789abcdef0",
    "nodeGroups[].amiParameter": "/images/mine",
    "nodeGroups[].instanceRequirements.*": Instead(
        {
            "nodeGroups[].instanceTypes": None,
            "nodeGroups[].architecture": "arm64",
            "nodeGroups[].instanceRequirements": {"vcpus": {"min": 2}, "memoryMiB": {"min": 4096}},
        }
    ),
    **{
        f"nodeGroups[].disk.{key}": value
        for key, value in {
            "iops": 4000,
            "throughput": 250,
            "keyArn": KEY.format("a"),
            "snapshotId": "snap-0123456789abcdef0",
            "deviceName": "/dev/sda1",
        }.items()
    },
    "nodeGroups[].volumes[].*": Instead({"nodeGroups[].volumes": [{"deviceName": "/dev/xvdf"}]}),
    "nodeGroups[].metadataOptions.*": Instead({"nodeGroups[].metadataOptions": {"httpPutResponseHopLimit": 2}}),
    "nodeGroups[].ebsOptimized": True,
    "nodeGroups[].detailedMonitoring": True,
    "nodeGroups[].enclave": True,
    "nodeGroups[].cpuCredits": Instead(
        {"nodeGroups[].instanceTypes": ["t4g.large"], "nodeGroups[].cpuCredits": "standard"}
    ),
    "nodeGroups[].capacityReservation.*": Instead({"nodeGroups[].capacityReservation": {"preference": "none"}}),
    "nodeGroups[].securityGroupIds": ["sg-0123456789abcdef0"],
    "nodeGroups[].securityGroupRules[].*": Instead({"nodeGroups[].securityGroupRules": [RULE]}),
    "nodeGroups[].ssh.*": Instead(
        {"nodeGroups[].ssh": {"keyName": "a", "sourceSecurityGroupIds": ["sg-0123456789abcdef0"]}}
    ),
    "nodeGroups[].nodeName": "b",
    "nodeGroups[].placement.*": Instead({"nodeGroups[].placement": {"strategy": "spread"}}),
    "nodeGroups[].efa": Instead(
        {
            "nodeGroups[].instanceTypes": ["m7g.16xlarge"],
            "nodeGroups[].placement": {"groupName": "a"},
            "nodeGroups[].efa": True,
        }
    ),
    "nodeGroups[].launchTemplate.*": Instead(
        {
            "nodeGroups[].launchTemplate": {"id": "lt-0123456789abcdef0", "version": "2"},
            "nodeGroups[].architecture": "arm64",
            "nodeGroups[].instanceTypes": None,
        }
    ),
    "nodeGroups[].availabilityZones": ["eu-west-1a"],
    "nodeGroups[].localZones": Instead(
        {
            "network.localZones": ["eu-west-1-abc-1a"],
            "network.subnets.public": ["10.0.0.0/24", "10.0.1.0/24", "10.0.4.0/24"],
            "network.subnets.private": ["10.0.2.0/24", "10.0.3.0/24", "10.0.5.0/24"],
            "nodeGroups[].localZones": ["eu-west-1-abc-1a"],
        }
    ),
    "nodeGroups[].kubelet": {"podPidsLimit": 99},
    "nodeGroups[].maxPods": 20,
    "nodeGroups[].clusterDns": ["169.254.20.10"],
    "nodeGroups[].userData": "echo",
    "nodeGroups[].bootstrapCommand": "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}\n",
    "nodeGroups[].bottlerocket.*": Instead({"nodeGroups[3].bottlerocket": {"adminContainer": True}}),
    "nodeGroups[].repair.*": Instead({"nodeGroups[].repair": {"maxParallel": 1}}),
    "nodeGroups[].iam.roleArn": ROLE.format("b"),
    "nodeGroups[].instanceProfileArn": Instead(
        {
            "nodeGroups[2].iam.roleArn": ROLE.format("b"),
            "nodeGroups[2].instanceProfileArn": "arn:aws:iam::111122223333:instance-profile/b",
        }
    ),
    "nodeGroups[].iam.roleName": "b",
    "nodeGroups[].iam.policyArns": [BOUNDARY.format("b")],
    "nodeGroups[].iam.wellKnownPolicies": ["cloud-watch"],
    "nodeGroups[].iam.permissions[].*": Instead(
        {"nodeGroups[].iam.permissions": [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::a/*"]}]}
    ),
    "nodeGroups[].iam.permissionsBoundary": BOUNDARY.format("b"),
    "nodeGroups[].repair": False,
    "nodeGroups[].ssm": True,
    "nodeGroups[].tags": {"a": "b"},
    "fargateProfiles[].name": "b",
    "fargateProfiles[].selectors[].namespace": "b",
    "fargateProfiles[].selectors[].labels": {"a": "b"},
    "fargateProfiles[].iam.roleArn": ROLE.format("b"),
    "fargateProfiles[].iam.permissionsBoundary": BOUNDARY.format("b"),
    "fargateProfiles[].subnets": ["subnet-0123456789abcdef0"],
    "fargateProfiles[].tags": {"a": "b"},
    "addons.*.enabled": Instead({f"{EBS}.enabled": False}),
    "addons.*.version": Instead({f"{EBS}.version": "v1.2.3-eksbuild.1"}),
    "addons.*.values": Instead({f"{EBS}.values": {"controller": {"replicaCount": 1}}}),
    "addons.*.resolveConflicts": Instead({f"{EBS}.resolveConflicts": "none"}),
    "addons.*.namespace": Instead({f"{EBS}.namespace": "b"}),
    "addons.*.preserveOnDelete": Instead({f"{EBS}.preserveOnDelete": True}),
    "addons.*.tags": Instead({f"{EBS}.tags": {"a": "b"}}),
    "addons.*.iam.policyArns": Instead({f"{EBS}.iam.policyArns": [BOUNDARY.format("b")]}),
    "addons.*.iam.permissions[].*": Instead({f"{EBS}.iam.permissions": GRANT}),
    "addons.*.iam.policyName": Instead({f"{EBS}.iam.permissions": GRANT, f"{EBS}.iam.policyName": "b"}),
    "addons.*.iam.wellKnownPolicies": Instead({f"{EBS}.iam.wellKnownPolicies": ["image-builder"]}),
    "addons.*.iam.permissionsBoundary": Instead({f"{EBS}.iam.permissionsBoundary": BOUNDARY.format("b")}),
    "addons.*.iam.roleName": Instead({f"{EBS}.iam.roleName": "b"}),
    "addons.*.podIdentityAssociations[].*": Instead(
        {f"{EBS}.podIdentityAssociations": [{"serviceAccount": "b", "iam": {"policyArns": [BOUNDARY.format("b")]}}]}
    ),
    "addons.<name>.serviceAccount": Instead({"addons.teleport.serviceAccount": "b"}),
    "serviceAccounts[].name": "b",
    "serviceAccounts[].namespace": "b",
    "serviceAccounts[].identity": "irsa",
    "serviceAccounts[].os": "windows",
    "serviceAccounts[].subjectPattern": Instead(
        {"serviceAccounts[].identity": "irsa", "serviceAccounts[].subjectPattern": "system:serviceaccount:shop:*"}
    ),
    "cluster.identity": "irsa",
    "addons.*.iam.roleArn": Instead({f"{EBS}.iam.roleArn": ROLE.format("b")}),
    "serviceAccounts[].create": Instead({"serviceAccounts[].create": False}),
    "serviceAccounts[].labels": {"a": "b"},
    "serviceAccounts[].annotations": {"a": "b"},
    "serviceAccounts[].iam.roleArn": Instead(
        {"serviceAccounts[].iam.roleArn": ROLE.format("b"), "serviceAccounts[].iam.permissions": None}
    ),
    "serviceAccounts[].iam.roleName": "b",
    "serviceAccounts[].iam.policyArns": [BOUNDARY.format("b")],
    "serviceAccounts[].iam.permissions[].*": Instead({"serviceAccounts[].iam.permissions": OTHER}),
    "serviceAccounts[].iam.policyName": "b",
    "serviceAccounts[].iam.wellKnownPolicies": ["image-builder"],
    "serviceAccounts[].iam.permissionsBoundary": BOUNDARY.format("b"),
    "serviceAccounts[].targetRoleArn": ROLE.format("b"),
    "serviceAccounts[].sessionPolicy": GRANT,
    "serviceAccounts[].sessionPolicy[].*": Instead({"serviceAccounts[].sessionPolicy": GRANT}),
    "serviceAccounts[].disableSessionTags": True,
    "serviceAccounts[].tags": {"a": "b"},
    "addons.metrics-server.source": "manifests",
    "addons.external-dns.zones": ["ZB"],
    "addons.aws-node-termination-handler.events": ["spot-interruption"],
    "addons.cluster-autoscaler.expander": "random",
    "addons.cluster-autoscaler.scaleDownUnneededMinutes": 5,
}
# The same fields in other situations, of which the page speaks, too.
VARIANTS: dict[str, Any] = {
    "bastion.instanceType, another architecture": Instead({"bastion.instanceType": "t4g.medium"}),
    "nodeGroups[].instanceTypes, another architecture": Instead({"nodeGroups[].instanceTypes": ["m7i.large"]}),
    "nodeGroups[].instanceTypes, from one to several": Instead(
        {"nodeGroups[].instanceTypes": ["m7g.large", "m6g.large"]}
    ),
    "nodeGroups[].instanceTypes, several": Instead({"nodeGroups[1].instanceTypes": ["m7g.xlarge", "r7g.xlarge"]}),
}
# What is no change of a platform, and why.
ELSEWHERE = {
    "metadata.name": "makes another platform",
    "metadata.region": "makes another platform",
    "environments.*": "adds or takes away a platform, or changes the fields of one",
    "network.existing.*": "moves a platform to another network: everything in it is made anew",
    "nodeGroups[].type": "makes another group, which needs another name",
    "addons.kubecost.subscribed": "says what somebody did in the AWS Marketplace, and is taken only as true",
    "addons.appmesh-controller.despiteItsEnd": "says that somebody knows of the end, and is taken only as true",
    "addons.<name>.source": "is how an add-on that bpc does not know is installed, and has one value",
    "addons.*.*.*": "is a part of a field above it, and changes what that changes",
    "nodeGroups[].architecture": "goes with the instance types, or with the launch template",
    "nodeGroups[].metricsCollection[].granularity": "has one value",
    "cloudformation.*": "changes the form of the files, and what is beside the templates",
    "overrides.*": "does what the patch does",
    "*.iam": "is told key by key",
    "iam.*": "is told of each thing that has a role",
    "*.import": "is as a change of the field that it is the value of",
}


Stacks = dict[str, dict[str, Any]]
Properties = dict[str, Any]
Resource = tuple[str, Properties]
Output = tuple[Stacks, dict[str, bytes]]
Measured = tuple[str, frozenset[str]]

EFFECTS = ("refused", "replaces", "rolls", "restarts", "adds or removes", "in place")  # the hardest first
OWN_GROUP = "AWS::AutoScaling::AutoScalingGroup"
# What two resources cannot both have at a time (Amazon EKS API Reference; Amazon EC2 User Guide, IP addressing).
NAMES = {
    "AWS::CodeBuild::Project": ("Name",),
    "AWS::CodePipeline::Pipeline": ("Name",),
    "AWS::ECR::Repository": ("RepositoryName",),
    "AWS::EKS::Cluster": ("Name",),
    "AWS::EKS::Nodegroup": ("NodegroupName",),
    "AWS::EKS::FargateProfile": ("FargateProfileName",),
    "AWS::EKS::Addon": ("AddonName",),
    "AWS::EKS::AccessEntry": ("PrincipalArn",),
    "AWS::ECR::PullThroughCacheRule": ("EcrRepositoryPrefix",),
    "AWS::EC2::Instance": ("NetworkInterfaces", "*", "PrivateIpAddress"),
}


def changed(field: str, value: Any) -> dict[str, Any]:
    """The blueprint after a change."""
    blueprint = copy.deepcopy(BLUEPRINT)
    for path, one in (value if isinstance(value, Instead) else {field: value}).items():
        *steps, last = re.findall(r"[^.\[\]]+|\[\d*\]", path)
        node: Any = blueprint
        for step in steps:
            node = node[int(step[1:-1] or 0)] if step.startswith("[") else node.setdefault(step, {})
        node[last] = one
        if one is None:
            del node[last]
    return blueprint


def compiled(blueprint: dict[str, Any], only: str = "") -> Output:
    memory = Memory()
    result = pipeline.compile_blueprint(
        json.dumps(blueprint).encode(), "demo.yaml", lambda _: memory, only, beside=fields.BESIDE
    )
    assert not result.failed, result.diagnostics
    stacks = {
        path.split("/")[-1].removesuffix(".yaml"): templates.load(content.decode())
        for path, content in memory.items()
        if TEMPLATE.fullmatch(path)
    }
    return stacks, {path: content for path, content in memory.items() if path.startswith("kubernetes/")}


@cache
def base() -> Output:
    return compiled(BLUEPRINT)


def resources(stacks: Stacks) -> dict[str, Resource]:
    """Type and properties of every resource, with parameters as their defaults."""
    return {
        title: (one["Type"], defaulted(properties(one), template.get("Parameters", {})))
        for template in stacks.values()
        for title, one in template["Resources"].items()
    }


def properties(resource: dict[str, Any]) -> Properties:
    """With what CloudFormation alone reads of an Auto Scaling group."""
    own: Properties = resource.get("Properties", {})
    return own | ({"UpdatePolicy": resource["UpdatePolicy"]} if "UpdatePolicy" in resource else {})


def defaulted(node: Any, parameters: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [defaulted(one, parameters) for one in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"}:
        return parameters.get(node["Ref"], {}).get("Default", node)
    return {key: defaulted(value, parameters) for key, value in node.items()}


def happens(before: Stacks, after: Stacks) -> dict[str, str]:
    """What CloudFormation does to each resource that changes, by the provider schemas."""
    old, new = resources(before), resources(after)
    found = {title: "adds or removes" for title in {**old, **new} if (title in old) != (title in new)}
    both = [title for title in old if title in new]
    found |= {title: effect(old[title][0], old[title][1], new[title][1]) for title in both if old[title] != new[title]}
    moved = {title for title, what in found.items() if what == "rolls"}
    found |= {one: "rolls" for one in both if new[one][0] == OWN_GROUP and moved & set(referred(new[one][1]))}
    while more := [one for one in both if found.get(one) != "replaces" and follows(new[one], found)]:
        found |= dict.fromkeys(more, "replaces")
    for title in [one for one, what in found.items() if what == "replaces"]:
        if keeps_its_name(old[title], new[title]) or title in imported_elsewhere(after):
            found[title] = "refused"
    return found


def effect(kind: str, old: Properties, new: Properties) -> str:
    schema = schemas.schema(kind, REGION)
    conditional = [tuple(one.split("/")[2:]) for one in schema.body.get("conditionalCreateOnlyProperties", [])]
    if schema.replacing(old, new):
        return "replaces"
    # Template Reference, AWS::EC2::Instance BlockDeviceMapping.
    if kind == "AWS::EC2::Instance" and old["BlockDeviceMappings"] != new["BlockDeviceMappings"]:
        return "replaces"
    # EKS moves a node group to a new version of its launch template, or of its image, node by node.
    if kind == "AWS::EC2::LaunchTemplate":
        return "rolls"
    if kind == "AWS::EKS::Nodegroup":
        # AWS::EKS::Nodegroup, LaunchTemplateSpecification: another id is no update.
        if old["LaunchTemplate"]["Id"] != new["LaunchTemplate"]["Id"]:
            return "refused"
        if any(old.get(one) != new.get(one) for one in ("Version", "ReleaseVersion")):
            return "rolls"
    if any(schemas.values(old, path) != schemas.values(new, path) for path in conditional):
        # With AutoScalingRollingUpdate it is the nodes that are replaced, not their group.
        return "rolls" if kind == OWN_GROUP else "restarts"
    return "in place"


def follows(resource: Resource, found: dict[str, str]) -> bool:
    """Whether a property that cannot be changed refers to something that is replaced."""
    kind, properties = resource
    held = [schemas.values(properties, path) for path in schemas.schema(kind, REGION).create_only]
    return any(found.get(title) == "replaces" for title in referred(held))


def keeps_its_name(old: Resource, new: Resource) -> bool:
    """Whether the new one would need a name, or an address, that the old one still has."""
    path = NAMES.get(old[0], ())
    before = schemas.values(old[1], path)
    return bool(path and before) and before == schemas.values(new[1], path)


def imported_elsewhere(stacks: Stacks) -> set[str]:
    """What other stacks import: CloudFormation changes no export that is in use."""
    text = json.dumps(stacks)
    outputs = [one for template in stacks.values() for one in template.get("Outputs", {}).values() if "Export" in one]
    used = [one for one in outputs if "Stack}-" + one["Export"]["Name"]["Fn::Sub"].rpartition("-")[2] in text]
    return {title for one in used for title in referred(one["Value"])}


def referred(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from referred(one)
    elif isinstance(node, dict):
        if "Ref" in node:
            yield node["Ref"]
        if "Fn::GetAtt" in node:
            target = node["Fn::GetAtt"]
            yield target.partition(".")[0] if isinstance(target, str) else target[0]
        for one in node.values():
            yield from referred(one)


@cache
def measured(case: str) -> Measured:
    value = CHANGES[case] if case in CHANGES else VARIANTS[case]
    return measure(base(), compiled(changed(case, value)))


def measure(old: Output, new: Output) -> Measured:
    """The hardest thing that happens, and the parameters whose defaults change."""
    (before, old_manifests), (after, manifests) = old, new
    found = happens(before, after).values()
    quiet = "manifests" if manifests != old_manifests else "nothing"
    return min(found, key=EFFECTS.index, default=quiet), frozenset(new_defaults(before, after))


def new_defaults(before: Stacks, after: Stacks) -> Iterator[str]:
    old, new = (
        {title: one for template in stacks.values() for title, one in template.get("Parameters", {}).items()}
        for stacks in (before, after)
    )
    yield from (one for one in old if one in new and old[one].get("Default") != new[one].get("Default"))


class Row(NamedTuple):
    """What the page says of one field, or of one in a certain situation."""

    case: str
    effect: str
    parameters: list[str]


def rows() -> Iterator[Row]:
    for line in DOC.splitlines():
        if line.startswith("| `"):
            what, effect, parameters, _ = (cell.strip() for cell in line.strip("|").split("|"))
            plain = what.replace("`", "")
            for case in [plain] if ", " in plain else plain.split():
                yield Row(case, effect, re.findall(r"`([^`]+)`", parameters))


ROWS = list(rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.case))
def test_a_row_is_true(row: Row) -> None:
    effect, parameters = measured(row.case)
    assert row.effect == effect
    assert all(any(fnmatchcase(one, shown.replace("…", "*")) for shown in row.parameters) for one in parameters)
    assert all(any(fnmatchcase(one, shown.replace("…", "*")) for one in parameters) for shown in row.parameters)


def test_each_row_is_there_once() -> None:
    assert sorted(row.case for row in ROWS) == sorted([*CHANGES, *VARIANTS])


def matches(field: str, pattern: str) -> bool:
    return fnmatchcase(field, pattern.replace("[]", "[[]]"))


def has_words(field: str) -> bool:
    return any(matches(field, case) for case in CHANGES)


def is_elsewhere(field: str) -> bool:
    return any(matches(field, pattern) for pattern in ELSEWHERE)


@pytest.mark.parametrize("field", LANGUAGE)
def test_every_field_of_the_language_is_spoken_of(field: str) -> None:
    """Here in words, or in the table of all others, which is made and not written."""
    assert has_words(field) or is_elsewhere(field) or f"`{field}`" in OTHERS


def test_every_effect_happens_and_is_explained() -> None:
    assert {row.effect for row in ROWS} == set(EFFECTS) | {"manifests", "nothing"}
    assert all(f"- **{effect}**" in DOC for effect in (*EFFECTS, "manifests", "nothing"))


def test_a_fixed_address_stands_in_the_way_of_a_new_host() -> None:
    before = changed("bastion.privateIp", "10.0.0.9")
    after = copy.deepcopy(before)
    after["bastion"]["os"] = "al2"
    assert happens(compiled(before)[0], compiled(after)[0]) == {"BastionHost": "refused"}


def test_the_termination_handler_rolls_the_nodes() -> None:
    without = compiled(changed("addons.aws-node-termination-handler", None))[0]
    assert happens(without, base()[0])["WorkersLaunchTemplate"] == "rolls"


def test_nothing_outlives_its_stack() -> None:
    own_key = compiled(changed("cluster.secretsEncryption", {}))[0]
    both = [one for template in own_key.values() for one in template["Resources"].items() if "DeletionPolicy" in one[1]]
    assert {one["DeletionPolicy"] for _, one in both} == {"Delete"}
    assert {title for title, one in both if one["UpdateReplacePolicy"] == "Retain"} == {"SecretsKey", "ClusterLogGroup"}
