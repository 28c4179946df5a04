"""Managed node groups with their launch templates and roles, and Fargate profiles.

A change of the instance type (where there is one), the disk or the tags makes a new version of the launch
template, and EKS rolls the group to it. AWS::EKS::Nodegroup replaces the group on a change of CapacityType,
AmiType, Subnets, NodeRole and of several InstanceTypes; docs/updates.md says what to do then.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, ec2, eks

from bpc.kit import iam
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model import FargateProfile, NodeGroup, Update
from bpc.plan.shapes import Plan, PlannedGroup
from bpc.stack import Stack

EFFECTS = {"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}
# Amazon EKS User Guide, Amazon EKS node IAM role; the CNI has a role of its own.
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
SESSION_POLICY = "AmazonSSMManagedInstanceCore"


class Nodes(Stack):
    """node groups and Fargate profiles"""

    name = "nodes"
    number = 40

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return bool(plan.node_groups or plan.blueprint.fargate_profiles)

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        cluster = sheet.imported("cluster", "ClusterName")
        for group in plan.node_groups:
            _node_group(group, plan, sheet, cluster)
        if plan.blueprint.fargate_profiles:
            _fargate(plan, sheet, cluster)


def _node_group(planned: PlannedGroup, plan: Plan, sheet: Sheet, cluster: Any) -> None:
    group = planned.node_group
    role = iam.role(
        f"{planned.id}NodeRole",
        iam.trusts("ec2.amazonaws.com"),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags(f"{planned.id}NodeRole"),
        managed_policies=(*NODE_POLICIES, *([SESSION_POLICY] if group.ssm else [])),
    )
    sheet.add(role, group.at)
    template = _launch_template(planned, plan, sheet)
    properties: dict[str, Any] = {}
    if len(group.instance_types) > 1:
        properties["InstanceTypes"] = list(group.instance_types)
    if group.labels:
        properties["Labels"] = dict(sorted(group.labels.items()))
    if group.taints:
        properties["Taints"] = [
            eks.Taint(Key=one.key, Effect=EFFECTS[one.effect], **({"Value": one.value} if one.value else {}))
            for one in group.taints
        ]
    if group.update.force:
        properties["ForceUpdateEnabled"] = True
    node_group = eks.Nodegroup(
        f"{planned.id}NodeGroup",
        ClusterName=cluster,
        NodegroupName=group.name,
        Version=plan.blueprint.cluster.version,
        AmiType=planned.ami_type,
        CapacityType=group.capacity.upper().replace("-", "_"),
        NodeRole=GetAtt(role, "Arn"),
        Subnets=[sheet.imported("network", f"{subnet.id}Id") for subnet in plan.subnets_of(group.subnets)],
        LaunchTemplate=eks.LaunchTemplateSpecification(
            Id=Ref(template), Version=GetAtt(template, "LatestVersionNumber")
        ),
        ScalingConfig=_scaling(planned, sheet),
        UpdateConfig=_update(group.update),
        NodeRepairConfig=eks.NodeRepairConfig(Enabled=group.repair),
        Tags=sheet.tag_map() | dict(sorted(group.tags.items())),
        **properties,
    )
    sheet.add(node_group, group.at)


def _scaling(planned: PlannedGroup, sheet: Sheet) -> eks.ScalingConfig:
    scaling = planned.node_group.scaling
    sizes = (
        ("MinSize", "may have at least", scaling.min),
        ("DesiredSize", "starts with", scaling.desired),
        ("MaxSize", "may have at most", scaling.max),
    )
    return eks.ScalingConfig(
        **{
            key: sheet.parameter(
                f"{planned.id}{key}",
                "Node group sizes",
                f"How many nodes the group {planned.node_group.name} {what}.",
                Type="Number",
                Default=size,
                MinValue=int(key == "MaxSize"),
                MaxValue=1000,
            )
            for key, what, size in sizes
        }
    )


def _update(update: Update) -> eks.UpdateConfig:
    share = update.max_unavailable_percentage
    size = {"MaxUnavailablePercentage": share} if share else {"MaxUnavailable": update.max_unavailable or 1}
    return eks.UpdateConfig(UpdateStrategy=update.strategy.upper(), **size)


def _launch_template(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> ec2.LaunchTemplate:
    group = planned.node_group
    tags = sheet.tag_map(f"{plan.name}-{group.name}") | dict(sorted(group.tags.items()))
    instance_tags = tags | dict(sorted(planned.tags.items()))
    data: dict[str, Any] = {}
    if len(group.instance_types) == 1:
        data["InstanceType"] = group.instance_types[0]
    data |= {
        "BlockDeviceMappings": _disks(group),
        # IMDSv2 alone, and no hop further than the node: pods have roles of their own.
        "MetadataOptions": ec2.MetadataOptions(
            HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=1
        ),
        "TagSpecifications": [
            ec2.TagSpecifications(ResourceType="instance", Tags=ec2.Tags(**instance_tags)),
            ec2.TagSpecifications(ResourceType="volume", Tags=ec2.Tags(**tags)),
        ],
    }
    template = ec2.LaunchTemplate(
        f"{planned.id}LaunchTemplate",
        LaunchTemplateData=ec2.LaunchTemplateData(**data),
        TagSpecifications=[ec2.TagSpecifications(ResourceType="launch-template", Tags=ec2.Tags(**tags))],
    )
    return sheet.add(template, group.at)


def _disks(group: NodeGroup) -> list[ec2.LaunchTemplateBlockDeviceMapping]:
    """Bottlerocket keeps its system on xvda and everything that grows on xvdb."""
    device = "/dev/xvdb" if group.ami == "Bottlerocket" else "/dev/xvda"
    disk = ec2.EBSBlockDevice(
        VolumeType=group.disk.type, VolumeSize=group.disk.size, Encrypted=True, DeleteOnTermination=True
    )
    disks = [ec2.LaunchTemplateBlockDeviceMapping(DeviceName=device, Ebs=disk)]
    if group.ami == "Bottlerocket":
        system = ec2.EBSBlockDevice(VolumeType=group.disk.type, Encrypted=True, DeleteOnTermination=True)
        disks.insert(0, ec2.LaunchTemplateBlockDeviceMapping(DeviceName="/dev/xvda", Ebs=system))
    return disks


def _fargate(plan: Plan, sheet: Sheet, cluster: Any) -> None:
    role = iam.role(
        "FargatePodExecutionRole",
        iam.trusts_fargate(plan.name),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags("FargatePodExecutionRole"),
        managed_policies=["AmazonEKSFargatePodExecutionRolePolicy"],
    )
    sheet.add(role, ("fargateProfiles",))
    before = ""
    for profile in plan.blueprint.fargate_profiles:
        before = _profile(profile, plan, sheet, cluster, before)


def _profile(profile: FargateProfile, plan: Plan, sheet: Sheet, cluster: Any, before: str) -> str:
    """A profile; EKS makes one at a time, so each waits for the one before."""
    selectors = [
        eks.Selector(
            Namespace=one.namespace,
            **({"Labels": [eks.Label(Key=k, Value=v) for k, v in sorted(one.labels.items())]} if one.labels else {}),
        )
        for one in profile.selectors
    ]
    tags = sheet.tag_map() | dict(sorted(profile.tags.items()))
    title = logical_id(profile.name, "FargateProfile")
    resource = eks.FargateProfile(
        title,
        **({"DependsOn": before} if before else {}),
        ClusterName=cluster,
        FargateProfileName=profile.name,
        PodExecutionRoleArn=GetAtt("FargatePodExecutionRole", "Arn"),
        Selectors=selectors,
        Subnets=[sheet.imported("network", f"{subnet.id}Id") for subnet in plan.subnets_of("private")],
        Tags=ec2.Tags(**tags),
    )
    sheet.add(resource, profile.at)
    return title
