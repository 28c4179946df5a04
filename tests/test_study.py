"""The study's platform is in our output: its resources, its parameters, and what eksctl then makes by hand.

What the study has is written down here as facts. Whatever differs is in DIFFERENCES, with what the study has and
what we have, and in a table of docs/study.md; both are exactly what a comparison finds, no more and no less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from bpc import verify

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = next(one for one in verify.outputs(str(ROOT / "out")) if one.name == "myeks")
TEMPLATES = {one.stack: one for one in OUTPUT.templates()}
DOC = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")

Facts = dict[str, Any]
ANY = ...  # what is there is not the point, only that it is there


# The study's template: 16 resources, twelve parameters, one output. Parameters are already their defaults.


def ref(title: str) -> Facts:
    return {"Ref": title}


def name(suffix: str, **more: str) -> Facts:
    return {"Name": f"myeks-{suffix}"} | more


def subnet(kind: str, number: int) -> Facts:
    public = kind == "Public"
    role = "kubernetes.io/role/elb" if public else "kubernetes.io/role/internal-elb"
    return {
        "Type": "AWS::EC2::Subnet",
        "AvailabilityZone": {1: "ap-northeast-2a", 2: "ap-northeast-2c"}[number],
        "CidrBlock": f"192.168.{number if public else number + 2}.0/24",
        "VpcId": ref("EksVPC"),
        "Tags": name(f"{kind}Subnet{number}", **{role: "1"}),
    } | ({"MapPublicIpOnLaunch": True} if public else {})


def route_table(kind: str) -> Facts:
    title = f"{kind}SubnetRouteTable"
    return {"Type": "AWS::EC2::RouteTable", "VpcId": ref("EksVPC"), "Tags": name(title)}


def association(kind: str, number: int) -> Facts:
    table, one = ref(f"{kind}SubnetRouteTable"), ref(f"{kind}Subnet{number}")
    return {"Type": "AWS::EC2::SubnetRouteTableAssociation", "SubnetId": one, "RouteTableId": table}


SCRIPT: Facts = {
    "hostname": "myeks-host",
    "timezone": "Asia/Seoul",
    "tools": "docker eksctl git helm htop jq krew kube-ps1 kubectl lynx tree yh",
    "krew": "ctx ns get-all",
    "exports": {"AWS_DEFAULT_REGION": "ap-northeast-2", "AWS_PAGER": "", "CLUSTER_NAME": "myeks"},
    "aliases": {"k": "kubectl", "vi": "vim"},
    "completion": "aws kubectl",
    "kubectl": "1.25.7, whatever the cluster has",
    "pinned": "krew kubectl yh",
    "checked": "",
    "becomes-root": True,
    "makes-a-key": True,
}

RESOURCES: dict[str, Facts] = {
    "EksVPC": {
        "Type": "AWS::EC2::VPC",
        "CidrBlock": "192.168.0.0/16",
        "EnableDnsSupport": True,
        "EnableDnsHostnames": True,
        "Tags": name("VPC"),
    },
    "PublicSubnet1": subnet("Public", 1),
    "PublicSubnet2": subnet("Public", 2),
    "InternetGateway": {"Type": "AWS::EC2::InternetGateway"},
    "VPCGatewayAttachment": {
        "Type": "AWS::EC2::VPCGatewayAttachment",
        "InternetGatewayId": ref("InternetGateway"),
        "VpcId": ref("EksVPC"),
    },
    "PublicSubnetRouteTable": route_table("Public"),
    "PublicSubnetRoute": {
        "Type": "AWS::EC2::Route",
        "RouteTableId": ref("PublicSubnetRouteTable"),
        "DestinationCidrBlock": "0.0.0.0/0",
        "GatewayId": ref("InternetGateway"),
    },
    "PublicSubnet1RouteTableAssociation": association("Public", 1),
    "PublicSubnet2RouteTableAssociation": association("Public", 2),
    "PrivateSubnet1": subnet("Private", 1),
    "PrivateSubnet2": subnet("Private", 2),
    "PrivateSubnetRouteTable": route_table("Private"),
    "PrivateSubnet1RouteTableAssociation": association("Private", 1),
    "PrivateSubnet2RouteTableAssociation": association("Private", 2),
    "EKSEC2SG": {
        "Type": "AWS::EC2::SecurityGroup",
        "GroupDescription": "eksctl-host Security Group",
        "VpcId": ref("EksVPC"),
        "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}],
        "Tags": name("HOST-SG"),
    },
    "EKSEC2": {
        "Type": "AWS::EC2::Instance",
        "InstanceType": "t3.medium",
        "ImageId": "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2",
        "KeyName": ref("KeyName"),
        "NetworkInterfaces": [
            {
                "DeviceIndex": 0,
                "SubnetId": ref("PublicSubnet1"),
                "GroupSet": [ref("EKSEC2SG")],
                "AssociatePublicIpAddress": True,
                "PrivateIpAddress": "192.168.1.100",
            }
        ],
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {"VolumeType": "gp3", "VolumeSize": 20, "DeleteOnTermination": True},
            }
        ],
        "UserData": SCRIPT,
        "Tags": name("host"),
    },
}

HOST, ZONES, RANGES = "EKSCTL MY EC2", "Region AZ", "VPC Subnet"  # each between five arrows
IMAGE = RESOURCES["EKSEC2"]["ImageId"]
PARAMETERS: dict[str, Facts] = {
    "ClusterBaseName": {
        "Group": HOST,
        "Type": "String",
        "Default": "myeks",
        "AllowedPattern": "[a-zA-Z][-a-zA-Z0-9]*",
        "ConstraintDescription": "ClusterBaseName - must be a valid Allowed Pattern",
    },
    "KeyName": {
        "Group": HOST,
        "Type": "AWS::EC2::KeyPair::KeyName",
        "ConstraintDescription": "must be the name of an existing EC2 KeyPair.",
    },
    "MyInstanceType": {
        "Group": HOST,
        "Type": "String",
        "Default": "t3.medium",
        "AllowedValues": ["t2.micro", "t2.small", "t2.medium", "t3.micro", "t3.small", "t3.medium"],
    },
    "LatestAmiId": {
        "Group": HOST,
        "Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
        "Default": IMAGE,
        "AllowedValues": [IMAGE],
    },
    "TargetRegion": {"Group": ZONES, "Type": "String", "Default": "ap-northeast-2"},
    "AvailabilityZone1": {"Group": ZONES, "Type": "String", "Default": "ap-northeast-2a"},
    "AvailabilityZone2": {"Group": ZONES, "Type": "String", "Default": "ap-northeast-2c"},
    "VpcBlock": {"Group": RANGES, "Type": "String", "Default": "192.168.0.0/16"},
    "PublicSubnet1Block": {"Group": RANGES, "Type": "String", "Default": "192.168.1.0/24"},
    "PublicSubnet2Block": {"Group": RANGES, "Type": "String", "Default": "192.168.2.0/24"},
    "PrivateSubnet1Block": {"Group": RANGES, "Type": "String", "Default": "192.168.3.0/24"},
    "PrivateSubnet2Block": {"Group": RANGES, "Type": "String", "Default": "192.168.4.0/24"},
}

# What `eksctl create cluster` of release 0.231.0 makes with the study's flags, where CloudFormation can see it.
EKSCTL: Facts = {
    "Network": {"VPC": "a second one", "NAT": "one gateway", "Zones": 3},
    "Cluster": {
        "Name": "myeks",
        "Version": "1.34",
        "Endpoint": "public, open to the world",
        "Subnets": "public and private",
        "AuthenticationMode": "API_AND_CONFIG_MAP",
        "BootstrapClusterCreatorAdminPermissions": True,
        "BootstrapSelfManagedAddons": False,
        "IpFamily": "ipv4",
        "EncryptionConfig": None,
        "Logging": None,
        "LogRetention": None,
        "UpgradePolicy": "EXTENDED",
        "DeletionProtection": False,
    },
    "AddOns": {"coredns": "eks", "kube-proxy": "eks", "metrics-server": "eks", "vpc-cni": "eks"},
    "NodeGroup": {
        "Name": "myeks-nodeg24",
        "AmiType": "AL2023_x86_64_STANDARD",
        "CapacityType": "ON_DEMAND",
        "InstanceTypes": ["m5.large"],
        "MinSize": 2,
        "DesiredSize": 2,
        "MaxSize": 2,
        "Subnets": "public",
        "VolumeType": "gp3",
        "VolumeSize": 80,
        "Encrypted": None,
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 2,
        "SSH": "from the whole world",
        "KeyName": "the one made on the host",
        "NodeRepair": False,
        "Labels": "alpha.eksctl.io",
        "ManagedPolicies": {
            "AmazonEC2ContainerRegistryPullOnly": True,
            "AmazonEKSWorkerNodePolicy": True,
            "AmazonEKS_CNI_Policy": True,
            "AmazonSSMManagedInstanceCore": True,
        },
        "ExternalDns": "every hosted zone, for every pod",
    },
}

# What is deliberately different: the study's logical IDs and parameters by other names, or as constants …
RENAMED = {
    "EKSEC2": "BastionHost",
    "EKSEC2SG": "BastionSecurityGroup",
    "MyInstanceType": "InstanceType",
    "eksctlhost": "Connect",
}
CONSTANTS = {"ClusterBaseName": "metadata.name", "TargetRegion": "metadata.region"}

RANGE = r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})"
AL2023 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"

# … and every property whose value is not the same: what the study has, what we have. `*` is any number of letters.
DIFFERENCES: dict[str, tuple[Any, Any]] = {
    "InternetGateway.Tags": (None, name("InternetGateway")),
    "PublicSubnetRoute.DependsOn": (None, "VPCGatewayAttachment"),
    "BastionSecurityGroup.GroupDescription": ("eksctl-host Security Group", "The bastion host"),
    "BastionSecurityGroup.SecurityGroupIngress.0.CidrIp": ("0.0.0.0/0", "203.0.113.7/32"),
    "BastionSecurityGroup.SecurityGroupIngress.0.Description": (None, ANY),
    "BastionSecurityGroup.SecurityGroupEgress": (None, ANY),
    "BastionHost.ImageId": (IMAGE, AL2023),
    "BastionHost.IamInstanceProfile": (None, ref("BastionInstanceProfile")),
    "BastionHost.MetadataOptions": (
        None,
        {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1},
    ),
    "BastionHost.BlockDeviceMappings.0.Ebs.Encrypted": (None, True),
    "BastionHost.PropagateTagsToVolumeOnCreation": (None, True),
    "BastionHost.UserData.tools": (SCRIPT["tools"], SCRIPT["tools"].replace("lynx ", "")),
    "BastionHost.UserData.kubectl": (SCRIPT["kubectl"], "the cluster's version"),
    "BastionHost.UserData.pinned": (SCRIPT["pinned"], "eksctl helm krew kube-ps1 kubectl yh"),
    "BastionHost.UserData.checked": ("", "eksctl helm krew kube-ps1 kubectl"),
    "BastionHost.UserData.becomes-root": (True, False),
    "BastionHost.UserData.makes-a-key": (True, False),
    "BastionRole": (None, ANY),
    "BastionInstanceProfile": (None, ANY),
    "Parameters.*.Group": (HOST, "Bastion host"),
    "Parameters.SgIngressSshCidr": (None, ANY),
    "Parameters.NetworkStack": (None, ANY),
    "Parameters.LatestAmiId.Default": (IMAGE, AL2023),
    "Parameters.LatestAmiId.AllowedValues.0": (IMAGE, AL2023),
    "Parameters.AvailabilityZone*.Type": ("String", "AWS::EC2::AvailabilityZone::Name"),
    "Parameters.*Block.AllowedPattern": (None, RANGE),
    "Parameters.*Block.ConstraintDescription": (None, "must be an IP range of the form x.x.x.x/x"),
    "Parameters.*Block.MinLength": (None, 9),
    "Parameters.*Block.MaxLength": (None, 18),
    "Outputs.Connect": ("BastionHost.PublicIp", "ssh ec2-user@BastionHost.PublicIp"),
    "Network.VPC": ("a second one", "the study's"),
    "Network.NAT": ("one gateway", "none"),
    "Network.Zones": (3, 2),
    "Cluster.Version": ("1.34", ANY),
    "Cluster.Endpoint": ("public, open to the world", "private"),
    "Cluster.Subnets": ("public and private", "private"),
    "Cluster.AuthenticationMode": ("API_AND_CONFIG_MAP", "API"),
    "Cluster.EncryptionConfig": (None, "secrets"),
    "Cluster.Logging": (None, "api audit authenticator"),
    "Cluster.LogRetention": (None, 90),
    "Cluster.UpgradePolicy": ("EXTENDED", "STANDARD"),
    "Cluster.DeletionProtection": (False, True),
    "AddOns.metrics-server": ("eks", "manifests"),
    "AddOns.eks-pod-identity-agent": (None, "eks"),
    "AddOns.external-dns": (None, "eks"),
    "AddOns.cluster-autoscaler": (None, "manifests"),
    "NodeGroup.MaxSize": (2, 4),
    "NodeGroup.Encrypted": (None, True),
    "NodeGroup.HttpPutResponseHopLimit": (2, 1),
    "NodeGroup.SSH": ("from the whole world", None),
    "NodeGroup.KeyName": ("the one made on the host", None),
    "NodeGroup.NodeRepair": (False, True),
    "NodeGroup.Labels": ("alpha.eksctl.io", None),
    "NodeGroup.ManagedPolicies.AmazonEKS_CNI_Policy": (True, None),
    "NodeGroup.ExternalDns": ("every hosted zone, for every pod", "Z0123456789EXAMPLE, by Pod Identity"),
}


# Ours, in the same terms.


def resolved(stack: str, node: Any) -> Any:
    """A value with parameters as their defaults, tags as a mapping, and imports as what the other stack exports."""
    if isinstance(node, list):
        tags = bool(node) and all(isinstance(one, dict) and set(one) == {"Key", "Value"} for one in node)
        return {one["Key"]: one["Value"] for one in node} if tags else [resolved(stack, one) for one in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"}:
        return TEMPLATES[stack].section("Parameters").get(node["Ref"], {}).get("Default", node)
    if set(node) == {"Fn::ImportValue"}:
        parameter, _, key = node["Fn::ImportValue"]["Fn::Sub"].removeprefix("${").partition("}-")
        other = parameter.removesuffix("Stack").lower()
        return resolved(other, TEMPLATES[other].section("Outputs")[key]["Value"])
    if node == {"Fn::GetAtt": ["BastionSecurityGroup", "GroupId"]}:
        return ref("BastionSecurityGroup")  # a Ref to a security group of a VPC is its id, too
    return {key: resolved(stack, value) for key, value in node.items()}


def resources(*stacks: str) -> Facts:
    return {
        title: {key: one[key] for key in ("Type", "DependsOn") if key in one} | resolved(stack, one["Properties"])
        for stack in stacks
        for title, one in TEMPLATES[stack].resources.items()
    }


def parameters() -> Facts:
    found: Facts = {}
    for stack in ("network", "bastion"):
        groups = TEMPLATES[stack].data["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
        group_of = {one: group["Label"]["default"] for group in groups for one in group["Parameters"]}
        for title, one in TEMPLATES[stack].section("Parameters").items():
            found[title] = {"Group": group_of[title]} | {k: v for k, v in one.items() if k != "Description"}
    return found


def words(found: list[str]) -> str:
    return " ".join(sorted(found))


def one(pattern: str, text: str) -> str:
    (found,) = re.findall(pattern, text)
    return str(found)


def script() -> Facts:
    """What our first boot does, read off the script."""
    text = TEMPLATES["bastion"].resources["BastionHost"]["Properties"]["UserData"]["Fn::Base64"]
    steps = {tool: body for body, tool in re.findall(r"install_\w+\(\) \{\n(.*?)\n\}\nattempt ([\w-]+) ", text, re.S)}
    packages = re.findall(r"^attempt ([\w-]+) dnf ", text, re.M)
    fetched = {tool: body for tool, body in steps.items() if "fetch " in body}
    version = one(r"/release/v([\d.]+)/bin/linux/amd64/kubectl", text)
    minor = TEMPLATES["cluster"].resources["Cluster"]["Properties"]["Version"]
    return {
        "hostname": one(r"set-hostname --static (\S+)", text),
        "timezone": one(r'set-timezone "(\S+)"', text),
        "tools": words([*steps, *(tool for tool in packages if tool not in ("bash-completion", "unzip"))]),
        "krew": one(r"install krew (.+)", text),
        "exports": dict(re.findall(r"^export (\w+)=([^\"\s]*)$", text, re.M)),
        "aliases": dict(re.findall(r"^alias (\w+)=(\w+)$", text, re.M)),
        "completion": words(
            [tool for tool in ("aws", "kubectl") if re.search(f"{tool}(_completer| completion)", text)]
        ),
        "kubectl": "the cluster's version" if version.startswith(f"{minor}.") else version,
        "pinned": words([tool for tool, body in fetched.items() if re.search(r"v\d+\.\d+\.\d+|[0-9a-f]{40}", body)]),
        "checked": words(
            [tool for tool, body in fetched.items() if re.search(r"verify \S+ [0-9a-f]{64}$", body, re.M)]
        ),
        "becomes-root": "sudo su" in text,
        "makes-a-key": "ssh-keygen" in text,
    }


def platform() -> Facts:
    """Network, cluster, add-ons and node group, in the terms of EKSCTL."""
    network, cluster, nodes, addons = (resources(one) for one in ("network", "cluster", "nodes", "addons"))
    control, vpc = cluster["Cluster"], cluster["Cluster"]["ResourcesVpcConfig"]
    access, logging = control["AccessConfig"], control["Logging"]["ClusterLogging"]["EnabledTypes"]
    zones = {one["AvailabilityZone"] for one in network.values() if one["Type"] == "AWS::EC2::Subnet"}
    managed = [one for one in {**cluster, **addons}.values() if one["Type"] == "AWS::EKS::Addon"]
    manifests = {file.split("/")[2] for file in OUTPUT.manifest_files() if file.startswith("kubernetes/base/")}
    return {
        "Network": {
            "VPC": "the study's" if {"EksVPC"} == titles(network, "AWS::EC2::VPC") else "a second one",
            "NAT": "one gateway" if titles(network, "AWS::EC2::NatGateway") else "none",
            "Zones": len(zones),
        },
        "Cluster": {
            "Name": control["Name"],
            "Version": control["Version"],
            "Endpoint": {(True, False): "private"}[(vpc["EndpointPrivateAccess"], vpc["EndpointPublicAccess"])],
            "Subnets": kinds(vpc["SubnetIds"]),
            "AuthenticationMode": access["AuthenticationMode"],
            "BootstrapClusterCreatorAdminPermissions": access["BootstrapClusterCreatorAdminPermissions"],
            "BootstrapSelfManagedAddons": control["BootstrapSelfManagedAddons"],
            "IpFamily": control["KubernetesNetworkConfig"]["IpFamily"],
            "EncryptionConfig": words(control["EncryptionConfig"][0]["Resources"]),
            "Logging": words([one["Type"] for one in logging]),
            "LogRetention": cluster["ClusterLogGroup"]["RetentionInDays"],
            "UpgradePolicy": control["UpgradePolicy"]["SupportType"],
            "DeletionProtection": control["DeletionProtection"],
        },
        "AddOns": {one["AddonName"]: "eks" for one in managed} | dict.fromkeys(manifests, "manifests"),
        "NodeGroup": node_group(nodes) | {"ExternalDns": external_dns(addons["ExternalDnsRole"])},
    }


def node_group(nodes: Facts) -> Facts:
    group, role = nodes["MyeksNodeg24NodeGroup"], nodes["MyeksNodeg24NodeRole"]
    data = nodes["MyeksNodeg24LaunchTemplate"]["LaunchTemplateData"]
    disk, metadata = data["BlockDeviceMappings"][0]["Ebs"], data["MetadataOptions"]
    return {
        "Name": group["NodegroupName"],
        "AmiType": group["AmiType"],
        "CapacityType": group["CapacityType"],
        "InstanceTypes": [data["InstanceType"], *group.get("InstanceTypes", [])],
        **group["ScalingConfig"],
        "Subnets": kinds(group["Subnets"]),
        "VolumeType": disk["VolumeType"],
        "VolumeSize": disk["VolumeSize"],
        "Encrypted": disk["Encrypted"],
        "HttpTokens": metadata["HttpTokens"],
        "HttpPutResponseHopLimit": metadata["HttpPutResponseHopLimit"],
        "SSH": group.get("RemoteAccess", data.get("SecurityGroupIds")),
        "KeyName": data.get("KeyName"),
        "NodeRepair": group["NodeRepairConfig"]["Enabled"],
        "Labels": group.get("Labels"),
        "ManagedPolicies": {one["Fn::Sub"].rpartition("/")[2]: True for one in role["ManagedPolicyArns"]},
    }


def external_dns(role: Facts) -> str:
    document = role["Policies"][0]["PolicyDocument"]["Statement"]
    changes = [one for one in document if "route53:ChangeResourceRecordSets" in one["Action"]]
    zones = [arn["Fn::Sub"].rpartition("/")[2] for one in changes for arn in one["Resource"]]
    trusted = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
    return f"{words(zones)}, by {'Pod Identity' if trusted == ['pods.eks.amazonaws.com'] else trusted}"


def titles(found: Facts, kind: str) -> set[str]:
    return {title for title, one in found.items() if one["Type"] == kind}


def kinds(subnets: list[Facts]) -> str:
    return " and ".join(sorted({one["Ref"].partition("Subnet")[0].lower() for one in subnets}, reverse=True))


def study() -> Facts:
    """All facts of the study, under our names, without what became a constant."""
    kept = {key: one for key, one in PARAMETERS.items() if key not in CONSTANTS}
    return {
        **renamed(RESOURCES),
        "Parameters": renamed(kept),
        "Outputs": {"Connect": "BastionHost.PublicIp"},
        **EKSCTL,
    }


def renamed(node: Any) -> Any:
    if isinstance(node, dict):
        return {RENAMED.get(key, key): renamed(value) for key, value in node.items()}
    if isinstance(node, list):
        return [renamed(one) for one in node]
    return RENAMED.get(node, node) if isinstance(node, str) else node


def ours() -> Facts:
    found = resources("network", "bastion")
    found["BastionHost"] |= {"UserData": script()}
    connect = TEMPLATES["bastion"].section("Outputs")["Connect"]["Value"]["Fn::Sub"]
    return found | {
        "Parameters": parameters(),
        "Outputs": {"Connect": re.sub(r"\$\{(.+?)\}", r"\1", connect)},
        **platform(),
    }


# The comparison.


def differences(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where two values differ: CloudFormation makes no difference between 1 and "1"."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{path}.{index}")
    elif before != after and not (is_scalar(before) and is_scalar(after) and str(before) == str(after)):
        yield path, before, after


def is_scalar(value: Any) -> bool:
    return isinstance(value, (str, int, bool))


def deliberate(key: str) -> list[str]:
    return [pattern for pattern in DIFFERENCES if fnmatchcase(key, pattern)]


FOUND = {key: (before, after) for key, before, after in differences(study(), ours())}


def test_the_study_has_sixteen_resources_and_twelve_parameters() -> None:
    assert (len(RESOURCES), len(PARAMETERS)) == (16, 12)
    assert {one["Group"] for one in PARAMETERS.values()} == {HOST, ZONES, RANGES}


@pytest.mark.parametrize("title", RESOURCES)
def test_a_resource_is_there(title: str) -> None:
    here = resources("network", "bastion")
    assert here[RENAMED.get(title, title)]["Type"] == RESOURCES[title]["Type"]


@pytest.mark.parametrize("title", [one for one in PARAMETERS if one not in CONSTANTS])
def test_a_parameter_is_there(title: str) -> None:
    here = parameters()[RENAMED.get(title, title)]
    default = PARAMETERS[title].get("Default")
    assert here.get("Default") == (AL2023 if default == IMAGE else default)


@pytest.mark.parametrize("title", CONSTANTS)
def test_a_constant_is_no_parameter_and_has_the_default(title: str) -> None:
    assert all(title not in one.section("Parameters") for one in TEMPLATES.values())
    value = PARAMETERS[title]["Default"]
    assert value in {OUTPUT.name, *(one["region"] for one in OUTPUT.environments.values())}


@pytest.mark.parametrize("key", FOUND)
def test_what_differs_is_deliberate(key: str) -> None:
    patterns = deliberate(key)
    assert len(patterns) == 1, f"{key}: the study has {FOUND[key][0]!r}, we have {FOUND[key][1]!r}"
    before, after = DIFFERENCES[patterns[0]]
    assert before == FOUND[key][0]
    assert after is ANY or after == FOUND[key][1]


@pytest.mark.parametrize("pattern", DIFFERENCES)
def test_what_is_deliberate_differs(pattern: str) -> None:
    assert any(fnmatchcase(key, pattern) for key in FOUND)


# The page.


def cells(heading: str, column: int) -> list[str]:
    """What stands in code in one column of the tables under a heading of the page."""
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", DOC, re.M | re.S)
    assert section, f"the page has no heading {heading}"
    rows = [line.strip("|").split("|") for line in section[1].splitlines() if line.startswith("| ")]
    return [one for row in rows for one in re.findall(r"`([^`]+)`", row[column])]


def test_the_page_lists_each_difference_once_and_no_other() -> None:
    listed = cells("What is different in the template", 0) + cells("What is different from eksctl", 0)
    assert sorted(listed) == sorted(DIFFERENCES)


def test_the_page_lists_the_new_names() -> None:
    old, new = cells("Other names", 0), cells("Other names", 1)
    assert dict(zip(old, new, strict=True)) == RENAMED | CONSTANTS


def test_a_difference_would_be_found() -> None:
    changed = {"EksVPC": RESOURCES["EksVPC"] | {"EnableDnsSupport": False, "Tags": {}}, "Extra": {"Type": "A"}}
    found = {key for key, _, _ in differences({"EksVPC": RESOURCES["EksVPC"]}, changed)}
    assert found == {"EksVPC.EnableDnsSupport", "EksVPC.Tags.Name", "Extra"}
