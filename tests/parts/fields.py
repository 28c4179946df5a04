"""A blueprint before and after a change, for each field of the language: with what the field needs to matter."""

from __future__ import annotations

import base64
import copy
from pathlib import Path
from typing import Any

from bpc import addon_fields, catalogue, reference
from bpc.addon import AddOn
from bpc.beside import Beside

Blueprint = dict[str, Any]

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
    "gitops": {"engine": "flux"},
    "environments": {"dev": {}, "prod": {"region": "us-west-2"}},
    "overrides": {
        "cloudformation": [
            {"stack": "cluster", "patch": [{"op": "add", "path": "/Resources/Cluster/Metadata", "value": {}}]}
        ]
    },
}

# The files that stand beside these blueprints.
BESIDE = Beside(str(Path(__file__).resolve().parent.parent / "cases" / "beside"))
CHART = {"repository": "https://charts.example.com", "name": "my-own", "version": "1.2.3"}

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
PERMISSION = {"sid": "A", "effect": "allow", "actions": ["s3:PutObject"], "resources": ["arn:aws:s3:::a/*"]}

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
STORED = {
    "storage.classes[].fileSystem": "another",
    "storage.classes[].perUnitStorageThroughput": 250,
    "storage.fsx[].perUnitStorageThroughput": 250,
    "storage.fsx[].storageCapacity": 2400,
    "storage.classes[].fileSystemId": "fs-0123456789abcdef0",
    "storage.classes[].driver": "ebs-auto-mode",
    "storage.classes[].type": "st1",
    "storage.classes[].fsType": "xfs",
    "storage.classes[].volumeBindingMode": "immediate",
    "storage.snapshotClasses[].driver": "ebs-auto-mode",
    "storage.fileSystems[].accessPoints[].uid": 8,
    "storage.fileSystems[].accessPoints[].gid": 8,
}

# What a field is set to, where its first other value would not do, and what must be so for it to matter.
VALUES: dict[str, Any] = {
    # As new as the cluster, or up to three minor versions older.
    "addons.kube-proxy.version": "v1.35.3-eksbuild.2",
    "serviceAccounts[].identity": "irsa",
    "cloudformation.gitSync.parameters": {"WorkersMaxSize": 9},
    "cloudformation.pipeline.approval": "once",
    "cloudformation.pipeline.parameters": {"WorkersMaxSize": 9},
    "cloudformation.pipeline.waves": [["dev"], ["prod"]],
    "cloudformation.stackSets.parameters": {"WorkersMaxSize": 9},
    "cloudformation.stackSets.waves": [["dev"], ["prod"]],
    "images.registries": ["quay.io"],
    "addons.fluent-bit.outputs": ["opensearch"],
    "observability.openSearch.instanceCount": 4,
    "observability.alarms[].comparisonOperator": "LessThanThreshold",
    "observability.alarms[].statistic": "Sum",
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
    "network.flowLogs.aggregationIntervalSeconds": 60,
    "network.flowLogs.destination": "cloud-watch-logs",
    "network.existing.cidr": "10.100.0.0/16",
    **{f"network.existing.{kind}SubnetIds": TWO_IDS for kind in SUBNETS},
    "bastion.instanceTypes": ["t3.medium", "t3.small"],
    "bastion.clusterAccess": "edit",
    "bastion.keyName": "key",
    **STORED,
    "bastion.privateIp": "192.168.128.10",
    "bastion.userData": "echo hello\n",
    "bastion.os": "al2",
    "cluster.version": "1.35",
    "cluster.vpcResourceController": True,
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
    "nodeGroups[].localZones": ["eu-west-1-abc-1a"],
    "nodeGroups[].placement.partitionCount": 3,
    "nodeGroups[].placement.strategy": "spread",
    **{f"nodeGroups[].instanceRequirements.{key}.max": 1000 for key in ("vcpus", "memoryMiB")},
    "nodeGroups[].ebsOptimized": True,
    "nodeGroups[].repair.overrides": [OVERRIDE],
    "nodeGroups[].repair.overrides[].action": "reboot",
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
    "addons.cluster-autoscaler.scaleDownUnneededMinutes": 5,
    "addons.<name>.chart": CHART,
    "teams[].podSecurity": "baseline",
    "gitops.engine": "argocd",
    "gitops.repository": "https://github.com/example/other",
    "gitops.clusterResourceWhitelist": [{"group": "example.com", "kind": "Widget"}],
    "gitops.charts": "vendored",
}
ZONES = {"environments": {"dev": {}}, "network.availabilityZones": ["eu-west-1a", "eu-west-1b"]}
CHOSEN = {"nodeGroups": [{"name": "workers", "instanceRequirements": {"vcpus": {"min": 2}, "memoryMiB": {"min": 64}}}]}
LOCAL = {"environments": {"dev": {}}, "network.localZones": ["eu-west-1-abc-1a"]}
NO_TYPES = {"nodeGroups": [{"name": "workers", "launchTemplate": {"id": "lt-0123456789abcdef0"}}]}
GIVEN = {"nodeGroups": [{"name": "workers", "launchTemplate": {"id": {"import": "a"}}}]}
SSH = {"nodeGroups[].ssh": {"keyName": "old", "sourceSecurityGroupIds": [{"import": "a"}]}}
OWN = {"nodeGroups[].type": "self-managed"}
SPOT = {**OWN, "nodeGroups[].capacity": "spot"}
LABEL = "app/old/0123456789abcdef/targetgroup/old/0123456789abcdef"
FLOWS = {"network.flowLogs": {"destination": "s3", "bucketArn": "arn:aws:s3:::old"}}
TABLES = {"network.existing": {"privateRouteTableIds": [{"import": "one"}]}, "network.endpoints": ["s3"]}
SETS: dict[str, Any] = {
    "environments": {"dev": {"account": "111122223333"}, "prod": {"account": "444455556666"}},
    "cloudformation": {"layout": "single", "stackSets": {}},
}
ORGANIZATION = {"permissionModel": "service-managed", "organizationalUnitIds": ["r-ab12"]}
# Every account of the organization, and not one account.
EVERYWHERE = {
    "environments": {"dev": {}, "prod": {"region": "eu-central-1"}},
    "cloudformation.stackSets": {**ORGANIZATION, "accountFilterType": "none"},
}
FIRST: dict[str, dict[str, Any]] = {
    "nodeGroups[].mixedInstances.spotInstancePools": {
        "nodeGroups[].mixedInstances.spotAllocationStrategy": "lowest-price"
    },
    "nodeGroups[].scalingPolicies[].resourceLabel": {
        "nodeGroups[].scalingPolicies": [{"metric": "alb-request-count", "target": 9, "resourceLabel": LABEL}]
    },
    **{
        f"cloudformation.stackSets.{key}": {"cloudformation.stackSets": ORGANIZATION}
        for key in ("organizationalUnitIds", "callAs")
    },
    **{
        f"cloudformation.stackSets.autoDeployment.{key}": {"cloudformation.stackSets.autoDeployment": {}}
        for key in ("enabled", "retainStacksOnAccountRemoval")
    },
    "cloudformation.stackSets.operationPreferences.maxConcurrentCount": {
        "cloudformation.stackSets.operationPreferences": {"failureTolerancePercentage": 50}
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
    **{
        f"cluster.remoteNetwork.{key}": {"cluster.remoteNetwork.credentials": {"provider": "ssm"}}
        for key in ("iam.roleArn", "credentials.provider")
    },
    "cluster.secretsEncryption.keyArn": {"environments": {"dev": {}}},
    **{f"storage.{key}": {"environments": {"dev": {}}} for key in ("classes[].keyArn", "classes[].zones")},
    **{f"storage.{key}[].keyArn": {"environments": {"dev": {}}} for key in ("fileSystems", "fsx")},
    "bastion.sessionLog.keyArn": {"environments": {"dev": {}}},
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
    "nodeGroups[].localZones": LOCAL,
    "nodeGroups[].instanceProfileArn": {
        "nodeGroups[].type": "self-managed",
        "nodeGroups[].iam": {"roleArn": "arn:aws:iam::111122223333:role/Nodes"},
    },
    **{
        f"nodeGroups[].repair.overrides[].{key}": {"nodeGroups[].repair": {"overrides": [OVERRIDE]}} for key in OVERRIDE
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
    "network.subnets.prefix.pods": {
        "network.secondaryCidrs": ["100.64.0.0/16"],
        "network.subnets.perZone": {"pods": 1},
    },
    "network.subnets.perZone.pods": {"network.secondaryCidrs": ["100.64.0.0/16"]},
    "network.subnets.prefix.controlPlane": {"network.subnets.perZone": {"controlPlane": 1}},
    **dict.fromkeys(("network.flowLogs.destination", "network.flowLogs.bucketArn"), FLOWS),
    "network.vpnGateway.id.import": {"network.vpnGateway": {"id": {"import": "old"}}},
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
ACCOUNT = {"name": "api", "namespace": "shop", "iam": {"roleArn": "arn:aws:iam::111122223333:role/old"}}
# A role that the template makes, which `permissions` and the like are for.
MADE = ACCOUNT | {"iam": {"wellKnownPolicies": ["image-builder"]}}
GRANT = [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::old/*"]}]
FIRST |= {
    f"serviceAccounts[].{key}": {"serviceAccounts": [ACCOUNT | {"create": True}]} for key in ("labels", "annotations")
}
# What has one value in AWS, and so nothing that it could change.
# An add-on that can be installed in one way says which all the same: it may have been said before it was known.
ONE_SOURCE = [f"addons.{one.name}.source" for one in catalogue.addons() if len(one.sources) == 1]
SINGLE = ("nodeGroups[].metricsCollection[].granularity", *ONE_SOURCE)
FIRST["serviceAccounts[].subjectPattern"] = {"serviceAccounts": [MADE | {"identity": "irsa"}]}
FIRST["gitops.engine"] = {"addons": {"keda": {}}}
FIRST["gitops.charts"] = FIRST["gitops.engine"]
FIRST["serviceAccounts[].os"] = {"serviceAccounts": [MADE]}
FIRST["serviceAccounts[].identity"] = {"serviceAccounts": [MADE]}
# What is there first, for every field below a path.
BELOW: dict[str, Any] = {
    "cloudformation.stackSets": SETS,
    "cloudformation.stackSets.autoDeployment": SETS | EVERYWHERE,
    "cloudformation.stackSets.operationPreferences": SETS | EVERYWHERE,
    "network.flowLogs": {"network.flowLogs": {}},
    "network.transitGateway": {"network.transitGateway": {"id": {"import": "old"}, "routes": ["10.0.0.0/16"]}},
    "network.vpnGateway": {"network.vpnGateway": {}},
    "network.proxy": {"network.proxy": {"httpsProxy": "http://old.example.com:3128"}},
    "network.eipAllocationIds[]": {"network.eipAllocationIds": [{"import": "old"}]},
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
        (
            "nodeGroups[].suspendProcesses",
            "nodeGroups[].maxInstanceLifetimeSeconds",
            "nodeGroups[].classicLoadBalancerNames",
        ),
        OWN,
    ),
    "serviceAccounts[]": {"serviceAccounts": [ACCOUNT]},
    "serviceAccounts[].permissions[]": {"serviceAccounts": [MADE]},
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
    "cluster.capabilities.ack": {"cluster.capabilities": {"ack": {}}},
    "cluster.capabilities.kro": {"cluster.capabilities": {"kro": {}}},
    "cluster.oidcIdentityProvider": {
        "cluster.oidcIdentityProvider": {
            "name": "other",
            "issuerUrl": "https://other.example.com",
            "clientId": "other",
            "groupsClaim": "others",
        }
    },
}
OPENED = {"name": "old", "protocol": "tcp", "fromPort": 9000}
FROM_GROUP = OPENED | {"securityGroupId": {"import": "old"}}
for above in ("cluster", "nodeGroups[]"):
    rules = f"{above}.securityGroupRules"
    BELOW[rules] = {rules: [FROM_GROUP]}
    VALUES |= {f"{rules}[].protocol": "udp", f"{rules}[].toPort": 9110}
    BELOW[f"{rules}[].cidr"] = {rules: [OPENED | {"cidr": "10.99.0.0/16"}]}
    BELOW[f"{rules}[].prefixListId"] = {rules: [OPENED | {"prefixListId": {"import": "old"}}]}
FILE = {"url": "https://example.com/other.yaml", "sha256": "0" * 64}
BELOW |= {
    "bastion.bootstrap": {
        "bastion": {"clusterAccess": "cluster-admin", "bootstrap": {"kubectl": {**FILE}, "manifests": [FILE]}}
    },
    "bastion.sessionLog": {"bastion.sessionLog": {}},
    "bastion.sessionLog.bucketArn": {
        "bastion.sessionLog": {"destination": "s3", "bucketArn": "arn:aws:s3:::other"},
    },
}
DRIVERS: dict[str, Any] = {"aws-ebs-csi-driver": {}, "aws-efs-csi-driver": {}, "snapshot-controller": {}}
FSX: dict[str, Any] = {"addons": {"aws-fsx-csi-driver": {}}}
LUSTRE = {"name": "a", "driver": "fsx", "deploymentType": "persistent-2"}
POINT = {"name": "a", "path": "/a", "uid": 7, "gid": 7}
BELOW |= {
    "storage.classes": {"addons": DRIVERS, "storage": {"classes": [{"name": "other"}]}},
    **{
        f"storage.classes[].{key}": {
            "addons": DRIVERS,
            "storage": {
                "classes": [{"name": "a", "driver": "efs", "fileSystem": "other", "basePath": "/a"}],
                "fileSystems": [{"name": "other"}, {"name": "another"}],
            },
        }
        for key in ("fileSystem", "basePath", "directoryPerms")
    },
    "storage.classes[].fileSystemId": {
        "addons": DRIVERS,
        "storage": {"classes": [{"name": "a", "driver": "efs", "fileSystemId": "fs-00000000"}]},
    },
    "storage.fsx": {"storage": {"classes": [], "fsx": [{"name": "other"}]}},
    "storage.fsx[].subnet.import": {"storage": {"classes": [], "fsx": [{"name": "a", "subnet": {"import": "a"}}]}},
    **{
        f"storage.classes[].{key}": FSX | {"storage": {"classes": [LUSTRE]}}
        for key in ("deploymentType", "perUnitStorageThroughput", "dataCompressionType", "subnet")
    },
    "storage.classes[].subnet.import": FSX | {"storage": {"classes": [LUSTRE | {"subnet": {"import": "a"}}]}},
    "storage.snapshotClasses": {"addons": DRIVERS, "storage": {"snapshotClasses": [{"name": "other"}]}},
    "storage.fileSystems": {"storage": {"classes": [], "fileSystems": [{"name": "other", "accessPoints": [POINT]}]}},
    "storage.fileSystems[].subnets": {
        "storage": {"classes": [], "fileSystems": [{"name": "other", "subnets": [{"import": "a"}]}]}
    },
    "storage.fileSystems[].provisionedThroughput": {
        "storage": {
            "classes": [],
            "fileSystems": [{"name": "a", "throughputMode": "provisioned", "provisionedThroughput": 64}],
        }
    },
}
AUTO = "cluster.autoMode"
OWN, POOL = f"{AUTO}.nodeClasses[]", f"{AUTO}.customNodePools[]"
TERMS = [{"tags": {"tier": "a"}}]
TAINT = {"key": "old", "value": "old", "effect": "NoExecute"}
BELOW |= {
    f"{AUTO}.nodeClasses": {f"{AUTO}.nodeClasses": [{"name": "own"}]},
    **{
        f"{OWN}.{kind}SelectorTerms": {f"{OWN}.{kind}SelectorTerms": TERMS}
        for kind in ("subnet", "securityGroup", "podSubnet", "capacityReservation")
    },
    f"{OWN}.podSecurityGroupSelectorTerms": {f"{OWN}.podSubnetSelectorTerms": TERMS},
    f"{OWN}.podSecurityGroupSelectorTerms[]": {f"{OWN}.podSecurityGroupSelectorTerms": TERMS},
    f"{OWN}.certificateBundles": {
        f"{OWN}.certificateBundles": [{"name": "other", "data": base64.b64encode(PEM.encode() * 2).decode()}]
    },
    f"{AUTO}.customNodePools": {
        f"{AUTO}.nodeClasses": [{"name": "own"}, {"name": "batch"}],
        f"{AUTO}.customNodePools": [{"name": "own"}],
    },
    f"{POOL}.requirements": {
        f"{POOL}.requirements": [{"key": "karpenter.sh/capacity-type", "operator": "NotIn", "values": ["spot"]}]
    },
    f"{POOL}.taints": {f"{POOL}.taints": [TAINT]},
    f"{POOL}.startupTaints": {f"{POOL}.startupTaints": [TAINT]},
    f"{POOL}.disruption.budgets": {
        f"{POOL}.disruption.budgets": [{"nodes": "1", "schedule": "@daily", "duration": "1h", "reasons": ["Empty"]}]
    },
    f"{AUTO}.ingressClasses": {f"{AUTO}.ingressClasses": [{"name": "other"}]},
}
BELOW |= {
    f"{OWN}.{kind}SelectorTerms[].name": {f"{OWN}.{kind}SelectorTerms": [{"name": "old"}]}
    for kind in ("securityGroup", "podSecurityGroup")
}
FIRST |= {
    f"{OWN}.advancedNetworking.noProxy": {f"{OWN}.advancedNetworking": {"httpsProxy": "http://other.example.com:3128"}},
    f"{OWN}.advancedNetworking.enableV4Egress": {"network.ipFamily": "ipv6"},
    f"{OWN}.advancedSecurity.fips": {"metadata.region": "us-east-1", "environments": {"dev": {}}},
    f"{POOL}.requirements[].minValues": {
        f"{POOL}.requirements": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64", "arm64"]}]
    },
}
IN_GIT = {"repository": "https://github.com/example/platform"}
OTHER_KIND = {"group": "other.example.com", "kind": "Other"}
BELOW |= {
    **{
        f"gitops.{key}": {"addons": {"keda": {}}, "gitops": {"engine": "flux"} | IN_GIT}
        for key in ("repository", "revision", "path", "namespace", "intervalSeconds", "secretRef")
    },
    "gitops.secretRef.name": {"gitops.secretRef": {"name": "other"}},
    "gitops.clusterResourceWhitelist": {
        "addons": {"keda": {}},
        "gitops": {"engine": "argocd", "clusterResourceWhitelist": [OTHER_KIND]} | IN_GIT,
    },
}
SECRETS = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache"
CACHED: dict[str, Any] = {
    "addons": {"cluster-autoscaler": {}},
    "environments": {"dev": {"account": "111122223333"}},
    "images": {"mirror": "pull-through-cache"},
}
BELOW |= {
    "images": CACHED,
    "images.credentials": CACHED | {"images.credentials": {"docker.io": f"{SECRETS}/old-AbCdEf"}},
}
RECIPIENTS: dict[str, Any] = {
    "email": {"email": "old@example.com"},
    "https": {"https": "https://old.example.com"},
    "topicArn": {"topicArn": "arn:aws:sns:eu-west-1:111122223333:old"},
    "slack": {"slack": {"workspaceId": "TOLD", "channelId": "COLD"}},
}
WATCHED: dict[str, Any] = {
    "addons": {"amazon-cloudwatch-observability": {}},
    "observability": {
        "notify": [{"email": "old@example.com"}],
        "alarms": [{"name": "old", "metric": "Old", "namespace": "Old", "threshold": 1}],
        "queries": [{"name": "old", "logs": ["host"], "query": "limit 1"}],
    },
}
OLD_LOG = {"name": "old", "log": "application", "contains": ["OLD"]}
BELOW |= {
    "observability": WATCHED,
    **{f"observability.notify[].{key}": {"observability.notify": [one]} for key, one in RECIPIENTS.items()},
    "observability.guardDuty": {"observability": {"notify": [{"email": "old@example.com"}], "guardDuty": {}}},
    "observability.imageScanning": {
        "observability": {"notify": [{"email": "old@example.com"}], "imageScanning": {"scanType": "ENHANCED"}}
    },
    "observability.imageScanning.scanType": {
        "observability": {"notify": [{"email": "old@example.com"}], "imageScanning": {}}
    },
    "observability.alarms[].datapointsToAlarm": {"observability.alarms[].evaluationPeriods": 2},
    **{
        f"observability.alarms[].{key}": {"observability.alarms": [OLD_LOG]}
        for key in ("contains", "container", "kubernetesNamespace")
    },
    "observability.alarms[].log": {"observability.alarms": [{"name": "old", "log": "host", "contains": ["OLD"]}]},
    "observability.alarms[].pattern": {"observability.alarms": [{"name": "old", "log": "host", "pattern": "OLD"}]},
}
OLD_RULE: dict[str, Any] = {"alert": "Old", "expr": "old > 1"}
METRICS = {
    "observability.prometheus": {
        "collector": {"jobs": [{"job_name": "old", "static_configs": [{"targets": ["192.0.2.1:80"]}]}]},
        "limits": [{"labels": {"old": "old"}, "maxSeries": 5}],
        "remoteWrite": [{"namespace": "old", "serviceAccount": "old"}],
        "ruleGroups": [{"name": "old", "rules": [OLD_RULE]}],
    }
}
BELOW |= {
    "observability.prometheus": WATCHED | METRICS,
    "observability.prometheus.collector.enabled": WATCHED | {"observability.prometheus": {}},
    "observability.prometheus.ruleGroups[].rules[].record": WATCHED
    | METRICS
    | {"observability.prometheus.ruleGroups[].rules": [{"record": "old", "expr": "old > 1"}]},
}
SHOWN: dict[str, Any] = {
    "authentication": ["aws-sso", "saml"],
    "access": {"prefixListIds": ["pl-01"], "vpcEndpointIds": ["vpce-01"]},
    "saml": {"metadataUrl": "https://old.example.com/saml", "adminRoles": ["old"], "editorRoles": ["older"]},
}
BELOW["observability.grafana"] = {"observability": {"prometheus": {}, "grafana": SHOWN}}
VALUES["observability.grafana.authentication"] = ["saml"]
MEMBER = "arn:aws:iam::111122223333:role/Member"
SELECTED = {"matchLabels": {"app": "old"}}
WAY = {"name": "old", "from": [{"podSelector": SELECTED}], "to": [{"podSelector": SELECTED}], "ports": [{"port": 1}]}
TEAM: dict[str, Any] = {
    "name": "old",
    "namespaces": ["shop", "older"],
    "access": [{"principals": [MEMBER], "group": "old", "rules": [{"resources": ["secrets"], "verbs": ["create"]}]}],
    "limits": [{"default": {"memory": "1Gi"}}],
    "networkPolicy": {"allow": [WAY]},
    "gitops": {"repository": "https://github.com/example/old"},
}
COUNTED = {"name": "old", "hard": {"pods": 1}, "scopeSelector": [{"scopeName": "PriorityClass", "values": ["old"]}]}
TEAMS: dict[str, Any] = {"addons": {"vpc-cni": {"values": {"enableNetworkPolicy": "true"}}}, "teams": [TEAM]}
EXPRESSION = {"matchExpressions": [{"key": "old", "operator": "NotIn", "values": ["old"]}]}
BLOCK = {"ipBlock": {"cidr": "10.0.0.0/7", "except": ["10.1.1.0/24"]}}
BELOW |= {
    "teams": TEAMS,
    "teams[].scopedQuotas[]": {"teams[].scopedQuotas": [COUNTED]},
    "teams[].access[].role": {"teams[].access": [{"principals": [MEMBER], "role": "edit"}]},
    "teams[].access[].clusterRole": {"teams[].access": [{"group": "old", "clusterRole": "edit"}]},
    **{
        f"teams[].networkPolicy.allow[].{end}[].{selector}": {
            "teams[].networkPolicy.allow": [WAY | {end: [{selector: SELECTED | EXPRESSION}]}]
        }
        for end in ("from", "to")
        for selector in ("podSelector", "namespaceSelector")
    },
    **{
        f"teams[].networkPolicy.allow[].{end}[].ipBlock": {"teams[].networkPolicy.allow": [WAY | {end: [BLOCK]}]}
        for end in ("from", "to")
    },
}
FIRST["teams[].limits[].type"] = {"teams[].limits": [{"max": {"memory": "1Gi"}}]}
FIRST["teams[].scopedQuotas[].scopeSelector[].scopeName"] = {
    "teams[].scopedQuotas": [COUNTED | {"scopeSelector": [{"scopeName": "PriorityClass"}]}]
}
VALUES["teams[].scopedQuotas[].scopeSelector[].operator"] = "NotIn"
VALUES["teams[].scopedQuotas[].scopeSelector[].scopeName"] = "NotTerminating"
VALUES["teams[].serviceAccounts[].namespace"] = "older"
# A team's service accounts are the same as the blueprint's.
OF_ALL = "serviceAccounts[]"
VALUES |= {f"teams[].{path}": value for path, value in VALUES.items() if path.startswith(OF_ALL)}
for needed in (FIRST, BELOW):
    needed |= {
        f"teams[].{path}": {f"teams[].{key}": value for key, value in some.items()}
        for path, some in needed.items()
        if path.startswith(OF_ALL)
    }
SEARCHED: dict[str, Any] = {
    "addons": {"fluent-bit": {"outputs": ["opensearch"]}},
    "observability": {"openSearch": {"masterUserArn": "arn:aws:iam::111122223333:role/Old"}},
}
BELOW |= {
    "observability.openSearch": SEARCHED,
    "observability.openSearch.subnets[]": {"observability.openSearch.subnets": [{"import": "one"}, {"import": "two"}]},
}
ORDERS: dict[str, Any] = {
    "name": "orders",
    "image": "ghcr.io/example/orders:1",
    "ports": [{"containerPort": 8080}, {"containerPort": 9090}],
    "env": {"dev": {"secretKeyRef": {"name": "old", "key": "old"}}},
}
PROBES = ("startup", "liveness", "readiness")
FIRST["apps[].volumes[].secretName"] = {"apps[].volumes": [{"name": "old", "mountPath": "/old"}]}
SCALED = {"max": 5, "cpu": 50, "triggers": [{"type": "kafka", "metadata": {"topic": "old"}}]}
WITH_APPS: dict[str, Any] = {
    "cluster": {"version": "1.35"},
    "addons": {
        "metrics-server": {},
        "cert-manager": {},
        "aws-load-balancer-controller": {},
        "nginx-ingress": {},
        "aws-ebs-csi-driver": {},
        "keda": {},
        "vertical-pod-autoscaler": {},
        "external-secrets": {
            "clusterStores": ["secrets-manager", "parameter-store"],
            "secrets": ["*"],
            "parameters": ["/*"],
        },
    },
    "storage": {"classes": [{"name": "gp3", "default": True}, {"name": "fast"}]},
    "apps": [ORDERS],
}
BELOW |= {
    "apps": WITH_APPS,
    "apps[].autoscaling": {"apps[].autoscaling": SCALED},
    "apps[].config": {"apps[].config": {"mountPath": "/old", "files": {"old.conf": "old"}}},
    **{f"apps[].{key}Probe": {f"apps[].{key}Probe": {"path": "/old"}} for key in PROBES},
    **{
        f"apps[].{key}Probe.command": {f"apps[].{key}Probe": {"command": ["old"], "periodSeconds": 7}} for key in PROBES
    },
    "apps[].env.<name>.fieldRef": {"apps[].env": {"dev": {"fieldRef": {"fieldPath": "metadata.uid"}}}},
    "apps[].nodeSelector": {"nodeGroups": [{"name": "workers", "labels": {"tier": "web"}}]},
    "apps[].envFrom[]": {"apps[].envFrom": [{"secretRef": "old"}]},
    "apps[].envFrom[].configMapRef": {"apps[].envFrom": [{"configMapRef": "old"}]},
    "apps[].externalSecrets[]": {"apps[].externalSecrets": [{"name": "old", "key": "/old/old"}]},
    "apps[].tolerations[]": {"apps[].tolerations": [{"key": "old", "value": "old", "effect": "NoExecute"}]},
    "apps[].tolerations[].operator": {"apps[].tolerations": [{"key": "old"}]},
    "apps[].service.scheme": {"apps[].service": {"type": "LoadBalancer"}},
    "apps[].ingress": {"apps[].ingress": {}},
    "apps[].ingress.https": {"apps[].ingress": {"host": "old.example.com"}},
    "apps[].ingress.tlsSecretName": {"apps[].ingress": {"class": "nginx"}},
    "apps[].topologySpread[]": {"apps[].topologySpread": [{"topologyKey": "kubernetes.io/hostname"}]},
    "apps[].verticalAutoscaling": {"apps[].verticalAutoscaling": {}},
    "apps[].volumes[]": {"apps[].volumes": [{"name": "old", "mountPath": "/old", "storage": "1Gi"}]},
}
VALUES |= {
    "apps[].namespace": "shop",
    "apps[].serviceAccount": "shop",
    "apps[].podSecurity": "baseline",
    "apps[].replicas": 3,
    "apps[].kind": "StatefulSet",
    "apps[].externalSecrets[].store": "parameter-store",
    "apps[].volumes[].accessModes": ["ReadWriteOncePod"],
    "apps[].enabled": False,
    **{f"apps[].{key}Probe.port": 9090 for key in PROBES},
    "apps[].ports[].name": "web",
    "apps[].ports[].protocol": "UDP",
    "apps[].service.type": "NodePort",
    "apps[].service.scheme": "internet-facing",
    "apps[].ingress.scheme": "internet-facing",
    "apps[].ingress.https": True,
    "apps[].disruptionBudget.maxUnavailable": "25%",
    "apps[].verticalAutoscaling.updateMode": "Initial",
    "apps[].topologySpread[].whenUnsatisfiable": "DoNotSchedule",
    "apps[].volumes[].readOnly": True,
}
BUILT: dict[str, Any] = {
    "source": {"codeCommit": "old"},
    "images": [{"name": "old"}],
    "deploy": {"path": "old", "method": "apply", "namespaces": ["old"]},
}
CONNECTION = "arn:aws:codeconnections:eu-west-1:111122223333:connection/old"
BEHIND = {"pipeline.source": {"connectionArn": CONNECTION, "repository": "old/old"}}
BELOW |= {
    "pipeline": {"pipeline": BUILT},
    "pipeline.source.connectionArn": BEHIND,
    "pipeline.source.repository": BEHIND,
}
BELOW |= {
    "pipeline.deploy.repository": {"pipeline.deploy.repository": {"codeCommit": "older"}},
    **{
        f"pipeline.deploy.repository.{key}": {"pipeline.deploy.repository": BEHIND["pipeline.source"]}
        for key in ("connectionArn", "repository")
    },
}
DELIVERED: dict[str, Any] = {
    "source": {"codeCommit": "old"},
    "path": "old.yaml",
    "install": ["old"],
    "region": "eu-central-1",
}
BELOW |= {
    "cloudformation.pipeline": {"cloudformation": {"pipeline": DELIVERED}},
    "cloudformation.pipeline.account": {
        "environments": {
            "dev": {"account": "111122223333"},
            "prod": {"account": "444455556666", "region": "us-west-2"},
        },
        "cloudformation.pipeline.account": "777766665555",
    },
    "cloudformation.pipeline.source.connectionArn": {"cloudformation.pipeline.source": BEHIND["pipeline.source"]},
    "cloudformation.pipeline.source.repository": {"cloudformation.pipeline.source": BEHIND["pipeline.source"]},
}
# Refused instead, because alone it would do nothing or cannot be: the diagnostic says why.
REFUSED = {
    "pipeline.deploy.method",
    "addons.appmesh-controller.despiteItsEnd",
    "addons.cloudforet.acknowledged",
    "addons.spinnaker.acknowledged",
    "gitops.charts",
    "bastion.sessionLog.destination",
    "storage.classes[].driver",
    "storage.snapshotClasses[].driver",
    "cloudformation.stackSets.permissionModel",
    "cloudformation.stackSets.accountFilterType",
    "cluster.remoteNetwork.credentials.provider",
    "addons.eks-pod-identity-agent.enabled",
    "addons.kubecost.subscribed",
    "addons.flux.namespace",
    "bastion.access",
    "cluster.endpoint.access",
    "cluster.access[].policies[].scope.type",
    "network.existing.cidr",
    "network.flowLogs.destination",
    "overrides.cloudformation[].stack",
    "overrides.cloudformation[].patch[].op",
}

# What changes with a field that cannot change alone, where another blueprint can have it.
TOGETHER: dict[str, dict[str, Any]] = {
    "network.flowLogs.destination": {"network.flowLogs": {"destination": "cloud-watch-logs"}},
    "cluster.remoteNetwork.credentials.provider": {
        "cluster.remoteNetwork.credentials": {"provider": "iam-roles-anywhere", "caBundle": PEM}
    },
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


def pair(field: reference.Field) -> tuple[Blueprint, Blueprint]:
    """The two blueprints, which differ in this field alone."""
    if field in OPTIONS:
        return _option(field)
    before = copy.deepcopy(BASE)
    for path, value in first(field.path).items():
        put(before, path, copy.deepcopy(value))
    after = copy.deepcopy(before)
    put(after, field.path, other_value(field))
    return before, after


def update(field: reference.Field) -> tuple[Blueprint, Blueprint] | None:
    """The same for a platform that goes from one to the other; none where the field cannot change alone."""
    before, after = pair(field)
    if field.path not in REFUSED:
        return before, after
    if field.path not in TOGETHER:
        return None
    after = copy.deepcopy(before)
    for path, value in TOGETHER[field.path].items():
        put(after, path, copy.deepcopy(value))
    return before, after


FREE: dict[str, Any] = {"values": {"a": 1}, "iam": ACCOUNT["iam"]}


def _option(field: reference.Field) -> tuple[Blueprint, Blueprint]:
    """Of an add-on, which is there already, beside those that it requires."""
    _, name, option = field.path.split(".")
    before = copy.deepcopy(BASE)
    if name == "<name>":
        before["addons"] = {"teleport": _unlisted(option)}
        name = "teleport"
    else:
        entry = catalogue.addon(name)
        before |= around(entry, before["nodeGroups"])
        before["addons"] = {other: _needed(catalogue.addon(other)) for other in entry.requires}
        before["addons"][name] = _needed(entry) | _source(entry, option)
    after = copy.deepcopy(before)
    after["addons"][name][option] = FREE.get(option) or other_value(field)
    return before, after


def around(entry: type[AddOn], groups: list[Any]) -> dict[str, Any]:
    """The sections without which an add-on is refused: the endpoint, the nodes or the account that it wants."""
    sections: dict[str, Any] = {}
    if entry.by_token:
        sections["environments"] = {"dev": {"account": "111122223333"}}
    if entry.only_by_endpoint:
        sections["network"] = {"endpoints": [*entry.endpoints]}
    if "outputs" in entry.options:
        sections["observability"] = SEARCHED["observability"]
    if entry.accelerator:
        sections["nodeGroups"] = [
            *groups,
            {"name": "gpu", "instanceTypes": ["g4dn.xlarge"], "variant": entry.accelerator},
        ]
    if entry.reads_metadata:
        sections["nodeGroups"] = [*groups, {"name": "open", "metadataOptions": {"httpPutResponseHopLimit": 2}}]
    return sections


def _needed(entry: type[AddOn]) -> dict[str, Any]:
    """What an add-on cannot do without: the last example, for a change is to the first."""
    properties = entry.schema()["properties"]
    return {one: properties[one]["examples"][-1] for one in entry.required}


def _source(entry: type[AddOn], option: str) -> dict[str, Any]:
    """The source that an option of an add-on is for: its own are for all of them, but manifests have them plainest."""
    of_eks = option in addon_fields.EKS or (option in addon_fields.ROLE and not entry.service_account)
    if of_eks and len(entry.sources) > 1:
        return {"source": next(one for one in ("eks", "chart", "manifests") if one in entry.sources)}
    if option == "patches" and len(entry.sources) > 1:
        return {"source": "manifests" if "manifests" in entry.sources else "chart"}
    if option in ("source", *addon_fields.EKS) or "manifests" not in entry.sources:
        return {}
    return {"source": "manifests"} if len(entry.sources) > 1 else {}


def _unlisted(option: str) -> dict[str, Any]:
    """An add-on that is not in the catalogue: a chart where the option is one, else an EKS add-on."""
    if option in ("chart", "patches"):
        return {"chart": CHART | {"version": "1.2.2"}, "namespace": "teleport"}
    if option == "manifests":
        return {"manifests": ["manifests/other.yaml"]}
    role = {} if option == "iam" else {"serviceAccount": "collector", "iam": {"permissions": GRANT}}
    return {"source": "eks"} | role


def put(data: Any, path: str, value: Any) -> None:
    """Set a field by its path; the first item of a list, the environment dev."""
    *above, last = path.replace("[]", ".[]").replace("<name>", "dev").split(".")
    for key in above:
        data = data[0] if key == "[]" else data.setdefault(key, {})
    data[0 if last == "[]" else last] = value


def first(path: str) -> dict[str, Any]:
    """What must be so for a field to matter."""
    below = {key: value for above, needed in BELOW.items() if path.startswith(above) for key, value in needed.items()}
    return below | FIRST.get(path, {}) | _role(path) | _statement(path)


def _role(path: str) -> dict[str, Any]:
    """Where the field is of a role that the template makes, permissions that it has already."""
    above, inside, key = path.partition(".iam.")
    return {f"{above}.iam": {"permissions": GRANT}} if inside and key != "roleArn" else {}


def _statement(path: str) -> dict[str, Any]:
    """Where the field is of a statement, one that is for the same: actions, or all but some."""
    above, _, key = path.rpartition("[].")
    if not above.endswith((".permissions", ".sessionPolicy")):
        return {}
    opposite = {"notActions": "actions", "notResources": "resources"}
    statement = {one: value for one, value in PERMISSION.items() if one != opposite.get(key)}
    made = {"notActions": ["sns:Publish"], "notResources": ["arn:aws:s3:::b/*"]}
    return {above: [statement | ({key: made[key]} if key in made else {})]}


def other_value(field: reference.Field) -> Any:
    node = field.node
    if field.path in VALUES:
        return VALUES[field.path]
    if node.get("type") == "boolean":
        return not node.get("default", True)
    if "enum" in node:
        return next(one for one in node["enum"] if one != node.get("default"))
    if node.get("type") == "integer":
        return node.get("default", node["minimum"]) + 1
    if node.get("items", {}).get("enum"):
        return node["items"]["enum"][:1]
    if node.get("examples"):
        return node["examples"][0]
    return {"team": "platform"} if node["type"] == "object" else "other"
