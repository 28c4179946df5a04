"""What becomes of a node group: its image, its launch template, its role."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bpc import pipeline
from parts import compiling, lint

REGION = "us-west-2"
ONE = {"subnets": [{"import": "shared-SubnetId"}]}


class Templates(dict[str, Any]):
    """Keeps the templates of a compile by their stacks."""

    def write(self, path: str, content: bytes) -> None:
        if path.endswith(".json") and b"AWSTemplateFormatVersion" in content:
            self[Path(path).stem.partition("-")[2]] = json.loads(content)


def compiled(*groups: dict[str, Any], **more: Any) -> Templates:
    """A platform with these node groups; it must compile without an error."""
    named = [{"name": f"group-{number}"} | group for number, group in enumerate(groups)]
    data = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "zoo", "region": REGION},
        "cloudformation": {"format": "json"},
        "nodeGroups": named,
    } | more
    output = Templates()
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "zoo.yaml", lambda _: output)
    assert [one.message for one in result.diagnostics if one.rule.severity == "error"] == []
    return output


def properties(group: dict[str, Any], kind: str = "NodeGroup", **more: Any) -> Any:
    """The properties of one resource of a group, which has Linux beside it to run on."""
    stacks = compiled({"name": "odd"} | group, {"name": "usual"}, **more)
    return stacks["nodes"]["Resources"][f"Odd{kind}"]["Properties"]


def launched(group: dict[str, Any], **more: Any) -> Any:
    return properties(group, "LaunchTemplate", **more)["LaunchTemplateData"]


def clean(tmp_path: Path, templates: Templates) -> None:
    """cfn-lint finds nothing, not even something to tell."""
    for stack, template in templates.items():
        path = tmp_path / f"{stack}.json"
        path.write_text(json.dumps(template, indent=2), encoding="utf-8")
        assert lint.lint(path, REGION) == []


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({}, "AL2023_x86_64_STANDARD"),
        ({"variant": "nvidia", "instanceTypes": ["g6.xlarge"]}, "AL2023_x86_64_NVIDIA"),
        ({"variant": "nvidia", "instanceTypes": ["g5g.xlarge"]}, "AL2023_ARM_64_NVIDIA"),
        ({"variant": "neuron", "instanceTypes": ["inf2.xlarge"]}, "AL2023_x86_64_NEURON"),
        ({"ami": "Bottlerocket", "variant": "nvidia-fips", "instanceTypes": ["g5g.metal"]},
         "BOTTLEROCKET_ARM_64_NVIDIA_FIPS"),
        ({"ami": "Bottlerocket", "variant": "fips"}, "BOTTLEROCKET_x86_64_FIPS"),
        ({"ami": "Windows2022Core"}, "WINDOWS_CORE_2022_x86_64"),
    ],
)  # fmt: skip
def test_eks_chooses_the_image_by_its_type(group: dict[str, Any], expected: str) -> None:
    made = properties(group)
    assert (made["AmiType"], made["Version"]) == (expected, "1.36")
    assert "ImageId" not in launched(group)


def test_a_group_may_be_behind_the_control_plane() -> None:
    made = properties({"version": "1.34", "releaseVersion": "1.34.1-20261101"})
    assert (made["Version"], made["ReleaseVersion"]) == ("1.34", "1.34.1-20261101")


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({"amiId": "ami-0123456789abcdef0"}, "ami-0123456789abcdef0"),
        ({"amiParameter": "/images/mine:3"}, "{{resolve:ssm:/images/mine:3}}"),
        ({"amiParameter": "/images/mine"}, {"Ref": "OddImageId"}),
        ({"ami": "Ubuntu2404"}, {"Ref": "OddImageId"}),
    ],
)
def test_an_image_of_ones_own_is_the_launch_templates(group: dict[str, Any], expected: object) -> None:
    assert launched(group)["ImageId"] == expected
    assert {"AmiType", "Version", "ReleaseVersion"}.isdisjoint(properties(group))


def test_an_image_by_parameter_is_read_at_every_update() -> None:
    ubuntu = {"name": "odd", "ami": "Ubuntu2404", "instanceTypes": ["m7g.large"]}
    parameter = compiled(ubuntu)["nodes"]["Parameters"]["OddImageId"]
    assert parameter["Type"] == "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    assert (
        parameter["Default"] == "/aws/service/canonical/ubuntu/eks/24.04/1.36/stable/current/arm64/hvm/ebs-gp3/ami-id"
    )


def test_a_node_with_an_image_of_ones_own_is_told_how_to_join() -> None:
    stacks = compiled({"amiId": "ami-0123456789abcdef0", "labels": {"a": "b"}})
    data = stacks["nodes"]["Resources"]["Group0LaunchTemplate"]["Properties"]["LaunchTemplateData"]
    text, values = data["UserData"]["Fn::Base64"]["Fn::Sub"]
    assert "apiServerEndpoint: '${ClusterEndpoint}'" in text
    assert "--node-labels=a=b" in text
    exported = {one["Export"]["Name"]["Fn::Sub"] for one in stacks["cluster"]["Outputs"].values() if "Export" in one}
    for value in values.values():
        assert value["Fn::ImportValue"]["Fn::Sub"].replace("${ClusterStack}", "${AWS::StackName}") in exported


def test_windows_gets_addresses_from_the_control_plane() -> None:
    resources = compiled({"ami": "Windows2022Full"}, {})["cluster"]["Resources"]
    assert "AmazonEKSVPCResourceController" in json.dumps(resources["ClusterRole"])
    assert json.loads(resources["VpcCniAddOn"]["Properties"]["ConfigurationValues"]) == {"enableWindowsIpam": "true"}
    usual = compiled({})["cluster"]["Resources"]
    assert "VPCResourceController" not in json.dumps(usual["ClusterRole"])
    assert "ConfigurationValues" not in usual["VpcCniAddOn"]["Properties"]


def test_images_are_clean(tmp_path: Path) -> None:
    clean(
        tmp_path,
        compiled(
            {"amiId": "ami-0123456789abcdef0", "userData": "echo ${HOME}\n", "maxPods": 20},
            {"amiParameter": "/images/mine:3", "ami": "Bottlerocket", "bottlerocket": {"adminContainer": True}},
            {"ami": "Ubuntu2404", "kubelet": {"podPidsLimit": 10}},
            {"ami": "Windows2022Core", "userData": "Write-Host ${a}"},
            {"amiParameter": "/images/windows", "ami": "Windows2019Full"},
            {"variant": "nvidia", "instanceTypes": ["g6.xlarge"], "clusterDns": ["169.254.20.10"]},
        ),
    )


def test_disks_are_what_is_said_and_encrypted() -> None:
    key = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    disk = {"type": "io2", "iops": 5000, "keyArn": key}
    volume = {"deviceName": "/dev/xvdf", "throughput": 250, "snapshotId": "snap-0123456789abcdef0"}
    for ami, root, count in (
        ("Bottlerocket", "/dev/xvdb", 3),
        ("AL2023", "/dev/xvda", 2),
        ("Ubuntu2404", "/dev/sda1", 2),
    ):
        mappings = launched({"ami": ami, "disk": disk, "volumes": [volume]})["BlockDeviceMappings"]
        assert [one["DeviceName"] for one in mappings][-2:] == [root, "/dev/xvdf"]
        assert len(mappings) == count
        assert all(one["Ebs"]["Encrypted"] for one in mappings)
        assert all(one["Ebs"]["KmsKeyId"] == key for one in mappings[:-1])
        assert (mappings[-2]["Ebs"]["VolumeType"], mappings[-2]["Ebs"]["Iops"]) == ("io2", 5000)
        assert (mappings[-1]["Ebs"]["Throughput"], mappings[-1]["Ebs"]["SnapshotId"]) == (250, "snap-0123456789abcdef0")
    assert launched({"disk": {"deviceName": "/dev/sda1"}})["BlockDeviceMappings"][0]["DeviceName"] == "/dev/sda1"


def test_the_clusters_security_group_is_named_beside_others() -> None:
    ssh = {"keyName": "operators", "sourceSecurityGroupIds": [{"import": "bastion-sg"}]}
    data = {"name": "odd", "securityGroupIds": ["sg-0123456789abcdef0"], "ssh": ssh}
    stacks = compiled(data)
    resources = stacks["nodes"]["Resources"]
    made = resources["OddLaunchTemplate"]["Properties"]["LaunchTemplateData"]
    cluster, *others = made["SecurityGroupIds"]
    assert cluster["Fn::ImportValue"]["Fn::Sub"] == "${ClusterStack}-ClusterSecurityGroupId"
    assert others == ["sg-0123456789abcdef0", {"Fn::GetAtt": ["OddSshSecurityGroup", "GroupId"]}]
    assert made["KeyName"] == "operators"
    (rule,) = resources["OddSshSecurityGroup"]["Properties"]["SecurityGroupIngress"]
    assert (rule["FromPort"], rule["SourceSecurityGroupId"]) == (22, {"Fn::ImportValue": "bastion-sg"})
    assert "ClusterSecurityGroupId" in stacks["cluster"]["Outputs"]
    assert "ClusterSecurityGroupId" not in compiled({})["cluster"]["Outputs"]


def test_a_capacity_block_is_a_market_of_its_own() -> None:
    block = {
        "instanceTypes": ["p5.48xlarge"],
        "variant": "nvidia",
        "capacity": "capacity-block",
        "capacityReservation": {"id": "cr-0123456789abcdef0"},
        "subnets": ["subnet-0123456789abcdef0"],
    }
    assert properties(block)["CapacityType"] == "CAPACITY_BLOCK"
    made = launched(block)
    assert made["InstanceMarketOptions"] == {"MarketType": "capacity-block"}
    target = made["CapacityReservationSpecification"]["CapacityReservationTarget"]
    assert target == {"CapacityReservationId": "cr-0123456789abcdef0"}


def test_a_launch_template_that_is_there_is_used() -> None:
    given = {"id": {"import": "shared-lt"}, "version": "3"}
    group = {"name": "odd", "launchTemplate": given, "instanceTypes": ["m7g.large"]}
    resources = compiled(group)["nodes"]["Resources"]
    made = resources["OddNodeGroup"]["Properties"]
    assert made["LaunchTemplate"] == {"Id": {"Fn::ImportValue": "shared-lt"}, "Version": "3"}
    assert (made["AmiType"], made["InstanceTypes"]) == ("AL2023_ARM_64_STANDARD", ["m7g.large"])
    assert "OddLaunchTemplate" not in resources
    alone = properties({"launchTemplate": {"id": "lt-0123456789abcdef0", "hasImage": True}})
    assert {"AmiType", "Version", "InstanceTypes"}.isdisjoint(alone)
    assert alone["LaunchTemplate"] == {"Id": "lt-0123456789abcdef0"}


def test_settings_of_the_machine() -> None:
    made = launched(
        {
            "instanceTypes": ["t3.large"],
            "cpuCredits": "unlimited",
            "detailedMonitoring": True,
            "ebsOptimized": False,
            "nodeName": "mine",
            "metadataOptions": {"httpPutResponseHopLimit": 2},
        }
    )
    assert made["CreditSpecification"] == {"CpuCredits": "unlimited"}
    assert (made["Monitoring"], made["EbsOptimized"]) == ({"Enabled": True}, False)
    assert {"Key": "Name", "Value": "mine"} in made["TagSpecifications"][0]["Tags"]
    assert made["MetadataOptions"]["HttpPutResponseHopLimit"] == 2
    assert launched({"enclave": True, "instanceTypes": ["m6i.xlarge"]})["EnclaveOptions"] == {"Enabled": True}


def test_machines_are_clean(tmp_path: Path) -> None:
    ssh = {"keyName": "operators", "sourceSecurityGroupIds": ["sg-0123456789abcdef0"]}
    block = {"id": "cr-0123456789abcdef0", "preference": "capacity-reservations-only"}
    clean(
        tmp_path,
        compiled(
            {"ami": "Bottlerocket", "disk": {"type": "io2", "iops": 4000}, "volumes": [{"deviceName": "/dev/xvdf"}]},
            {"ssh": ssh, "securityGroupIds": [{"import": "sg"}], "enclave": True, "instanceTypes": ["m6i.xlarge"]},
            {"capacity": "capacity-block", "capacityReservation": block, "instanceTypes": ["p5.48xlarge"], **ONE},
            {"launchTemplate": {"id": {"import": "a"}, "version": "3"}, "architecture": "arm64"},
            {"ami": "Windows2022Core", "ssh": ssh, "cpuCredits": "standard", "instanceTypes": ["t3.large"]},
            {"capacityReservation": {"preference": "none"}, "ebsOptimized": True, "detailedMonitoring": True},
        ),
    )


def test_adapters_are_on_every_network_card() -> None:
    group = {"name": "odd", "efa": True, "variant": "nvidia", "instanceTypes": ["p5.48xlarge"], **ONE}
    resources = compiled(group)["nodes"]["Resources"]
    data = resources["OddLaunchTemplate"]["Properties"]["LaunchTemplateData"]
    first, *others = data["NetworkInterfaces"]
    assert (first["DeviceIndex"], first["NetworkCardIndex"], first["InterfaceType"]) == (0, 0, "efa")
    assert [one["NetworkCardIndex"] for one in others] == [*range(1, 32)]
    assert {(one["DeviceIndex"], one["InterfaceType"]) for one in others} == {(1, "efa-only")}
    own = {"Fn::GetAtt": ["OddEfaSecurityGroup", "GroupId"]}
    assert all(one["Groups"][1] == own for one in data["NetworkInterfaces"])
    assert "SecurityGroupIds" not in data
    for rule, end in (("OddEfaIngress", "Source"), ("OddEfaEgress", "Destination")):
        made = resources[rule]["Properties"]
        assert (made["GroupId"], made[f"{end}SecurityGroupId"], made["IpProtocol"]) == (own, own, "-1")
    assert data["Placement"] == {"GroupName": {"Ref": "OddPlacementGroup"}}
    assert resources["OddPlacementGroup"]["Properties"]["Strategy"] == "cluster"


def test_a_card_without_an_adapter_is_a_plain_interface() -> None:
    group = {"efa": True, "variant": "nvidia", "instanceTypes": ["p6-b300.48xlarge"], **ONE}
    kinds = [one["InterfaceType"] for one in launched(group)["NetworkInterfaces"]]
    assert kinds == ["interface"] + ["efa-only"] * 16


def test_requirements_stand_for_instance_types() -> None:
    wanted = {"vcpus": {"min": 4, "max": 8}, "memoryMiB": {"max": 65536}, "burstable": "excluded", "allowed": ["m7*"]}
    made = launched({"instanceRequirements": wanted, "architecture": "arm64"})
    assert made["InstanceRequirements"] == {
        "AllowedInstanceTypes": ["m7*"],
        "BurstablePerformance": "excluded",
        "CpuManufacturers": ["amazon-web-services"],
        "MemoryMiB": {"Max": 65536, "Min": 0},
        "VCpuCount": {"Max": 8, "Min": 4},
    }
    assert "InstanceType" not in made
    group = properties({"instanceRequirements": wanted | {"cpuManufacturers": ["amazon-web-services"]}})
    assert group["AmiType"] == "AL2023_ARM_64_STANDARD"
    assert "InstanceTypes" not in group


def test_nodes_live_where_they_are_told() -> None:
    assert properties(ONE)["Subnets"] == [{"Fn::ImportValue": "shared-SubnetId"}]
    zones = {"network": {"availabilityZones": ["us-west-2a", "us-west-2b"]}}
    (subnet,) = properties({"availabilityZones": ["us-west-2b"]}, **zones)["Subnets"]
    assert subnet["Fn::ImportValue"]["Fn::Sub"] == "${NetworkStack}-PrivateSubnet2Id"


@pytest.mark.parametrize("type_", ["managed", "self-managed"])
@pytest.mark.parametrize("kind", ["public", "private"])
def test_nodes_live_in_local_zones(type_: str, kind: str) -> None:
    group = {"name": "edge", "type": type_, "subnets": kind, "localZones": ["eu-west-1-def-1a"]}
    made = compiling.compiled(network={"localZones": ["eu-west-1-abc-1a", "eu-west-1-def-1a"]}, nodeGroups=[group])
    assert made.errors == []
    managed = type_ == "managed"
    found = made.resource("nodes", "AWS::EKS::Nodegroup" if managed else "AWS::AutoScaling::AutoScalingGroup")
    (subnet,) = found["Subnets" if managed else "VPCZoneIdentifier"]
    assert subnet["Fn::ImportValue"]["Fn::Sub"] == f"${{NetworkStack}}-Local{kind.title()}Subnet2Id"
    assert made.lint() == []


@pytest.mark.parametrize("capacity", ["on-demand", "spot"])
def test_a_mixture_of_whatever_has_what_is_required(capacity: str) -> None:
    group: dict[str, Any] = {"name": "any", "type": "self-managed", "capacity": capacity}
    group |= {"instanceRequirements": {"vcpus": {"min": 4}, "memoryMiB": {"min": 8192}}}
    group |= {"mixedInstances": {"onDemandBaseCapacity": 2, "onDemandPercentageAboveBaseCapacity": 40}}
    made = compiling.compiled(nodeGroups=[group])
    assert made.errors == []
    data = made.resource("nodes", "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert "InstanceType" not in data
    assert data["InstanceRequirements"]["VCpuCount"] == {"Min": 4}
    found = made.resource("nodes", "AWS::AutoScaling::AutoScalingGroup")
    policy = found["MixedInstancesPolicy"]
    assert "LaunchTemplate" not in found
    assert "Overrides" not in policy["LaunchTemplate"]
    assert policy["InstancesDistribution"] == {
        "OnDemandBaseCapacity": 2,
        "OnDemandPercentageAboveBaseCapacity": 40,
        "SpotAllocationStrategy": "price-capacity-optimized",
    }
    assert made.lint() == []


def test_places_are_clean(tmp_path: Path) -> None:
    every = {"vcpus": {"min": 2}, "memoryMiB": {"min": 4096}, "memoryGiBPerVcpu": {"min": 1.5}}
    every |= {"acceleratorCount": {"max": 0}, "networkBandwidthGbps": {"min": 1.5}, "generations": ["current"]}
    every |= {"localStorage": "included", "spotMaxPricePercentage": 100}
    clean(
        tmp_path,
        compiled(
            {"efa": True, "variant": "nvidia", "instanceTypes": ["p5.48xlarge"], **ONE},
            {"placement": {"strategy": "partition", "partitionCount": 3}},
            {"placement": {"strategy": "spread", "spreadLevel": "rack"}},
            {"placement": {"groupName": "there"}},
            {"instanceRequirements": every, "capacity": "spot"},
        ),
    )


def test_a_role_is_given_or_made_as_it_is_wanted() -> None:
    arn = "arn:aws:iam::111122223333:role/Nodes"
    resources = compiled({"name": "odd", "iam": {"roleArn": arn}})["nodes"]["Resources"]
    assert resources["OddNodeGroup"]["Properties"]["NodeRole"] == arn
    assert "OddNodeRole" not in resources
    boundary, policy = "arn:aws:iam::111122223333:policy/bound", "arn:aws:iam::111122223333:policy/more"
    wanted = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::data/*"]}
    asked = {"roleName": "mine", "policyArns": [policy], "permissions": [wanted], "permissionsBoundary": boundary}
    made = properties({"iam": asked, "ssm": True}, "NodeRole")
    assert (made["RoleName"], made["PermissionsBoundary"]) == ("mine", boundary)
    assert made["ManagedPolicyArns"][-1] == policy
    assert len(made["ManagedPolicyArns"]) == 4
    (statement,) = made["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement == {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::data/*"]}


def test_a_given_role_is_let_in_and_taken_on() -> None:
    arn = "arn:aws:iam::111122223333:role/path/Nodes"
    group: dict[str, Any] = {"name": "odd", "type": "self-managed", "iam": {"roleArn": arn}}
    resources = compiled(group, {})["nodes"]["Resources"]
    assert resources["OddAccessEntry"]["Properties"]["PrincipalArn"] == arn
    assert resources["OddInstanceProfile"]["Properties"]["Roles"] == ["Nodes"]
    assert "OddNodeRole" not in resources
    profile = "arn:aws:iam::111122223333:instance-profile/Nodes"
    group |= {"instanceProfileArn": profile}
    resources = compiled(group, {})["nodes"]["Resources"]
    data = resources["OddLaunchTemplate"]["Properties"]["LaunchTemplateData"]
    assert data["IamInstanceProfile"] == {"Arn": profile}
    assert "OddInstanceProfile" not in resources


def test_repair_is_said_in_counts_and_shares() -> None:
    override = {"condition": "KernelReady", "reason": "ForkFailedOutOfPID", "waitMinutes": 5, "action": "no-action"}
    made = properties({"repair": {"maxParallel": 2, "maxUnhealthy": "40%", "overrides": [override]}})
    assert made["NodeRepairConfig"] == {
        "Enabled": True,
        "MaxParallelNodesRepairedCount": 2,
        "MaxUnhealthyNodeThresholdPercentage": 40,
        "NodeRepairConfigOverrides": [
            {
                "NodeMonitoringCondition": "KernelReady",
                "NodeUnhealthyReason": "ForkFailedOutOfPID",
                "MinRepairWaitTimeMins": 5,
                "RepairAction": "NoAction",
            }
        ],
    }
    assert properties({"repair": False})["NodeRepairConfig"] == {"Enabled": False}


def test_a_fargate_profile_takes_a_role_and_subnets_that_are_there() -> None:
    arn = "arn:aws:iam::111122223333:role/Pods"
    given = {"iam": {"roleArn": arn}, "subnets": [{"import": "a"}, "subnet-0123456789abcdef0"]}
    profile = {"name": "web", "selectors": [{"namespace": "web"}]}
    resources = compiled({}, fargateProfiles=[profile | given])["nodes"]["Resources"]
    made = resources["WebFargateProfile"]["Properties"]
    assert (made["PodExecutionRoleArn"], made["Subnets"][1]) == (arn, "subnet-0123456789abcdef0")
    assert "FargatePodExecutionRole" not in resources
    both = compiled({}, fargateProfiles=[profile | given, profile | {"name": "more"}])["nodes"]["Resources"]
    assert both["MoreFargateProfile"]["Properties"]["PodExecutionRoleArn"] != arn


def test_roles_are_clean(tmp_path: Path) -> None:
    wanted = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::data/*"]}
    override = {"condition": "KernelReady", "reason": "ForkFailedOutOfPID", "waitMinutes": 5, "action": "reboot"}
    clean(
        tmp_path,
        compiled(
            {"iam": {"roleArn": "arn:aws:iam::111122223333:role/Nodes"}},
            {"iam": {"roleName": "mine", "permissions": [wanted]}, "repair": {"maxParallel": "5%"}},
            {"repair": {"overrides": [override], "maxUnhealthy": 3}},
        ),
    )


def test_policies_go_by_the_names_of_controllers(tmp_path: Path) -> None:
    names = ["auto-scaler", "cloud-watch", "ebs-csi-controller", "external-dns", "fsx", "x-ray"]
    names += ["aws-load-balancer-controller", "cert-manager", "efs-csi-controller", "image-builder"]
    stacks = compiled({"name": "odd", "iam": {"wellKnownPolicies": names}})
    made = stacks["nodes"]["Resources"]["OddNodeRole"]["Properties"]
    arns = [one["Fn::Sub"].rpartition("/")[2] for one in made["ManagedPolicyArns"][2:]]
    assert {"CloudWatchAgentServerPolicy", "AmazonEBSCSIDriverPolicy", "AWSXrayWriteOnlyAccess"} < set(arns)
    assert len(arns) == 5
    inline = {one["PolicyName"]: json.dumps(one["PolicyDocument"]) for one in made["Policies"]}
    assert sorted(inline) == ["auto-scaler", "aws-load-balancer-controller", "cert-manager", "external-dns", "fsx"]
    assert "fsx:CreateFileSystem" in inline["fsx"]
    clean(tmp_path, stacks)


def test_a_profile_with_a_boundary_has_a_role_of_its_own() -> None:
    boundary = "arn:aws:iam::111122223333:policy/fargate-boundary"
    web = {"name": "web", "selectors": [{"namespace": "web"}], "iam": {"permissionsBoundary": boundary}}
    api = {"name": "api", "selectors": [{"namespace": "api"}]}
    resources = compiled({}, fargateProfiles=[web, api])["nodes"]["Resources"]
    assert resources["WebFargatePodExecutionRole"]["Properties"]["PermissionsBoundary"] == boundary
    assert "PermissionsBoundary" not in resources["FargatePodExecutionRole"]["Properties"]
    used = {
        title: one["Properties"]["PodExecutionRoleArn"]["Fn::GetAtt"][0]
        for title, one in resources.items()
        if one["Type"] == "AWS::EKS::FargateProfile"
    }
    assert used == {"WebFargateProfile": "WebFargatePodExecutionRole", "ApiFargateProfile": "FargatePodExecutionRole"}
    assert "FargatePodExecutionRole" not in compiled({}, fargateProfiles=[web])["nodes"]["Resources"]
