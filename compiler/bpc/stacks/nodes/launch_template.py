"""The launch template of a group: each part gives some of the data that EC2 launches a node with."""

from __future__ import annotations

from typing import Any

from troposphere import ec2

from bpc.kit.sheet import Sheet
from bpc.model import NodeGroup
from bpc.plan.shapes import Plan, PlannedGroup
from bpc.stacks.nodes import user_data

# Where an image expects the disk that grows, when it is not /dev/xvda.
DEVICES = {"bottlerocket": "/dev/xvdb", "windows": "/dev/sda1", "ubuntu": "/dev/sda1"}


def title(planned: PlannedGroup) -> str:
    return f"{planned.id}LaunchTemplate"


def add(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> None:
    tags = _tags(planned, plan, sheet)
    data: dict[str, Any] = {}
    for part in PARTS:
        data |= part(planned, plan, sheet)
    template = ec2.LaunchTemplate(
        title(planned),
        LaunchTemplateData=ec2.LaunchTemplateData(**data),
        TagSpecifications=[ec2.TagSpecifications(ResourceType="launch-template", Tags=ec2.Tags(**tags))],
    )
    sheet.add(template, planned.node_group.at)


def _instance_type(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """One type is the launch template's, so that a change of it rolls the group; several are the node group's."""
    types = planned.node_group.instance_types
    return {"InstanceType": types[0]} if len(types) == 1 else {}


def _image(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """A parameter of SSM is read whenever the stack is updated; a version of one is the same for ever."""
    image = planned.image
    if not image:
        return {}
    if image.startswith("ami-"):
        return {"ImageId": image}
    if ":" in image:
        return {"ImageId": f"{{{{resolve:ssm:{image}}}}}"}
    return {
        "ImageId": sheet.parameter(
            f"{planned.id}ImageId",
            "Node images",
            f"The SSM parameter that holds the image of the group {planned.node_group.name}.",
            Type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            Default=image,
        )
    }


def _disks(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    return {"BlockDeviceMappings": _devices(planned.node_group)}


def _metadata(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """IMDSv2 alone, and no hop further than the node: pods have roles of their own."""
    options = ec2.MetadataOptions(HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=1)
    return {"MetadataOptions": options}


def _tag_specifications(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    tags = _tags(planned, plan, sheet)
    instance_tags = tags | dict(sorted(planned.tags.items()))
    return {
        "TagSpecifications": [
            ec2.TagSpecifications(ResourceType="instance", Tags=ec2.Tags(**instance_tags)),
            ec2.TagSpecifications(ResourceType="volume", Tags=ec2.Tags(**tags)),
        ]
    }


def _user_data(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    said = user_data.of(planned, plan, sheet)
    return {"UserData": said} if said else {}


# Where the data comes from, in its order in the template.
PARTS = (_instance_type, _image, _disks, _metadata, _tag_specifications, _user_data)


def _tags(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, str]:
    group = planned.node_group
    return sheet.tag_map(f"{plan.name}-{group.name}") | dict(sorted(group.tags.items()))


def _devices(group: NodeGroup) -> list[ec2.LaunchTemplateBlockDeviceMapping]:
    """Bottlerocket keeps its system on xvda and everything that grows on xvdb."""
    device = DEVICES.get(group.family, "/dev/xvda")
    disk = ec2.EBSBlockDevice(
        VolumeType=group.disk.type, VolumeSize=group.disk.size, Encrypted=True, DeleteOnTermination=True
    )
    devices = [ec2.LaunchTemplateBlockDeviceMapping(DeviceName=device, Ebs=disk)]
    if group.ami == "Bottlerocket":
        system = ec2.EBSBlockDevice(VolumeType=group.disk.type, Encrypted=True, DeleteOnTermination=True)
        devices.insert(0, ec2.LaunchTemplateBlockDeviceMapping(DeviceName="/dev/xvda", Ebs=system))
    return devices
