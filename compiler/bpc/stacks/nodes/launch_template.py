"""The launch template of a group: each part gives some of the data that EC2 launches a node with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from troposphere import ec2

from bpc.kit.sheet import Sheet
from bpc.model import NodeGroup
from bpc.plan.shapes import Plan, PlannedGroup
from bpc.stacks.nodes import disks, role

Part = Callable[[PlannedGroup, Plan, Sheet], dict[str, Any]]


def title(planned: PlannedGroup) -> str:
    return f"{planned.id}LaunchTemplate"


def add(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> None:
    tags = _tags(planned, plan, sheet)
    data: dict[str, Any] = {}
    for part in _parts(planned.node_group):
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
    return {"BlockDeviceMappings": disks.devices(planned.node_group)}


def _metadata(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """IMDSv2 alone, and no hop further than the node: pods have roles of their own."""
    wanted = planned.node_group.metadata_options
    tokens, hops = (wanted.http_tokens, wanted.http_put_response_hop_limit) if wanted else ("required", 1)
    options = ec2.MetadataOptions(HttpEndpoint="enabled", HttpTokens=tokens, HttpPutResponseHopLimit=hops)
    return {"MetadataOptions": options}


def _tag_specifications(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    tags = _tags(planned, plan, sheet)
    name = planned.node_group.node_name
    instance_tags = tags | dict(sorted(planned.tags.items())) | ({"Name": name} if name else {})
    return {
        "TagSpecifications": [
            ec2.TagSpecifications(ResourceType="instance", Tags=ec2.Tags(**instance_tags)),
            ec2.TagSpecifications(ResourceType="volume", Tags=ec2.Tags(**tags)),
        ]
    }


def _profile(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """EKS adds it to the launch template of a managed group."""
    return {"IamInstanceProfile": ec2.IamInstanceProfile(Arn=role.profile_arn(planned))}


def _user_data(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    group = planned.node_group
    if not (group.joins_alone or group.speaks_at_boot or plan.blueprint.network.proxy):
        return {}
    from bpc.stacks.nodes import user_data

    return {"UserData": user_data.of(planned, plan, sheet)}


def _parts(group: NodeGroup) -> Iterator[Part]:
    """Where the data comes from, in its order in the template."""
    yield from (_instance_type, _image, _disks, _metadata, _tag_specifications, _user_data)
    if group.special_machine:
        from bpc.stacks.nodes import machine

        yield machine.properties
    if group.instance_requirements:
        from bpc.stacks.nodes import requirements

        yield requirements.properties
    if group.placement or group.efa:
        from bpc.stacks.nodes import placement

        yield placement.properties
    if group.own_security_groups:
        from bpc.stacks.nodes import security_groups

        yield security_groups.properties
    if not group.managed:
        yield _profile


def _tags(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, str]:
    group = planned.node_group
    return sheet.tag_map(f"{plan.name}-{group.name}") | dict(sorted(group.tags.items()))
