"""The host itself: its image, its subnet, its disk and what it runs at its first boot."""

from __future__ import annotations

from typing import Any

from troposphere import Base64, GetAtt, Ref, ec2

from bpc import facts, home
from bpc.kit.first_boot import script
from bpc.kit.sheet import Sheet, literal
from bpc.model import Bastion as Settings
from bpc.plan import first_boot as planned
from bpc.plan.shapes import Plan

GROUP = "Bastion host"
# The public parameters with the newest images (AWS Systems Manager User Guide, AMI public parameters).
IMAGE = {
    "al2023": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}",
    "al2": "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-{}-gp2",
}


def add(bastion: Settings, kind: str, plan: Plan, sheet: Sheet) -> None:
    interface: dict[str, Any] = {
        "DeviceIndex": "0",
        "SubnetId": home.subnet(kind, plan, sheet),
        "GroupSet": [GetAtt("BastionSecurityGroup", "GroupId")],
        "AssociatePublicIpAddress": kind == "public",
    }
    if bastion.private_ip:
        interface["PrivateIpAddress"] = bastion.private_ip
    size = bastion.volume_size
    disk = ec2.EbsBlockDevice(VolumeType="gp3", VolumeSize=size, DeleteOnTermination=True, Encrypted=True)
    host = ec2.Instance(
        "BastionHost",
        InstanceType=_instance_type(bastion, sheet),
        ImageId=_image(bastion, sheet),
        **({"KeyName": key(bastion, sheet)} if bastion.access == "ssh" else {}),
        IamInstanceProfile=Ref("BastionInstanceProfile"),
        NetworkInterfaces=[ec2.NetworkInterfaceProperty(**interface)],
        BlockDeviceMappings=[ec2.BlockDeviceMapping(DeviceName="/dev/xvda", Ebs=disk)],
        # IMDSv2 alone, and no hop further than the host: a container has no business with its role.
        MetadataOptions=ec2.MetadataOptions(HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=1),
        PropagateTagsToVolumeOnCreation=True,
        UserData=Base64(literal(first_boot_script(bastion, plan))),
        Tags=sheet.tags("host"),
    )
    sheet.add(host, ("bastion",))


def first_boot_script(bastion: Settings, plan: Plan) -> str:
    """What the host runs at its first boot."""
    return script(planned.host(bastion, plan.blueprint, plan.endpoints))


def key(bastion: Settings, sheet: Sheet) -> Ref:
    """The key pair for SSH."""
    return sheet.parameter(
        "KeyName",
        GROUP,
        "The name of an existing EC2 key pair, for SSH to the bastion host.",
        Type="AWS::EC2::KeyPair::KeyName",
        ConstraintDescription="must be the name of an existing EC2 KeyPair.",
        **({"Default": bastion.key_name} if bastion.key_name else {}),
    )


def _instance_type(bastion: Settings, sheet: Sheet) -> Ref:
    default = bastion.instance_type
    offered = list(bastion.instance_types)
    if offered and default not in offered:
        offered.insert(0, default)
    return sheet.parameter(
        "InstanceType",
        GROUP,
        "The EC2 instance type of the bastion host.",
        Default=default,
        **({"AllowedValues": offered} if offered else {}),
    )


def _image(bastion: Settings, sheet: Sheet) -> Ref:
    machine = "arm64" if facts.architecture(bastion.instance_type) == "arm64" else "x86_64"
    image = IMAGE[bastion.os].format(machine)
    return sheet.parameter(
        "LatestAmiId",
        GROUP,
        "The public parameter that holds the newest image. (DO NOT CHANGE)",
        Type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
        Default=image,
        AllowedValues=[image],
    )
