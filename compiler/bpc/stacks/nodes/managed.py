"""Managed node groups, AWS::EKS::Nodegroup: each part gives some of a group's properties."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, eks

from bpc.kit.sheet import Sheet, referred
from bpc.model import NodeGroup, Repair, Update
from bpc.plan.shapes import Plan, PlannedGroup
from bpc.stacks.nodes import launch_template, places, role, sizes

EFFECTS = {"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"}


def fill(plan: Plan, sheet: Sheet) -> None:
    for planned in plan.node_groups:
        if not planned.node_group.managed:
            continue
        role.add(planned, plan, sheet)
        if planned.node_group.launch_template is None:
            launch_template.add(planned, plan, sheet)
        properties: dict[str, Any] = {}
        for part in PARTS:
            properties |= part(planned, plan, sheet)
        tags = sheet.tag_map() | dict(sorted(planned.node_group.tags.items()))
        sheet.add(eks.Nodegroup(f"{planned.id}NodeGroup", **properties, Tags=tags), planned.node_group.at)


def _identity(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    return {
        "ClusterName": sheet.imported("cluster", "ClusterName"),
        "NodegroupName": planned.node_group.name,
        **_image(planned),
        "CapacityType": planned.node_group.capacity.upper().replace("-", "_"),
        "NodeRole": role.arn(planned),
    }


def _image(planned: PlannedGroup) -> dict[str, Any]:
    """With an image in the launch template, the node group says nothing of it."""
    given = planned.node_group.launch_template
    if planned.image or (given and given.has_image):
        return {}
    release = planned.node_group.release_version
    said = {"Version": planned.version} | ({"ReleaseVersion": release} if release else {})
    return said | {"AmiType": planned.ami_type}


def _instances(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    return {
        "Subnets": places.subnets(planned, plan, sheet),
        "LaunchTemplate": eks.LaunchTemplateSpecification(**_template(planned)),
    }


def _template(planned: PlannedGroup) -> dict[str, Any]:
    """Ours, in its newest version, or one that is there already."""
    given = planned.node_group.launch_template
    if given is None:
        title = launch_template.title(planned)
        return {"Id": Ref(title), "Version": GetAtt(title, "LatestVersionNumber")}
    return {"Id": referred(given.id)} | ({"Version": given.version} if given.version else {})


def _scaling(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    group = planned.node_group
    return {
        "ScalingConfig": eks.ScalingConfig(**sizes.of(planned, sheet)),
        "UpdateConfig": _update(group.update),
        "NodeRepairConfig": _repair(group.repair),
        **_warm_pool(group),
    }


def _warm_pool(group: NodeGroup) -> dict[str, Any]:
    if group.warm_pool is None:
        return {}
    from bpc.stacks.nodes import warm_pool

    return {"WarmPoolConfig": warm_pool.of_managed(group.warm_pool)}


def _kubernetes(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """What the launch template cannot say: several instance types, labels and taints."""
    group = planned.node_group
    properties: dict[str, Any] = {}
    if len(group.instance_types) > 1 or (group.instance_types and group.launch_template):
        properties["InstanceTypes"] = list(group.instance_types)
    if group.labels:
        properties["Labels"] = dict(sorted(group.labels.items()))
    if group.taints:
        properties["Taints"] = [
            eks.Taint(Key=one.key, Effect=EFFECTS[one.effect], **({"Value": one.value} if one.value else {}))
            for one in group.taints
        ]
    return properties


def _force(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    return {"ForceUpdateEnabled": True} if planned.node_group.update.force else {}


# Where the properties come from, in their order in the template.
PARTS = (_identity, _instances, _scaling, _kubernetes, _force)


def _update(update: Update) -> eks.UpdateConfig:
    share = update.max_unavailable_percentage
    size = {"MaxUnavailablePercentage": share} if share else {"MaxUnavailable": update.max_unavailable or 1}
    return eks.UpdateConfig(UpdateStrategy=update.strategy.upper(), **size)


def _repair(repair: Repair) -> eks.NodeRepairConfig:
    said: dict[str, Any] = {}
    bounds = (
        ("MaxParallelNodesRepaired", repair.max_parallel),
        ("MaxUnhealthyNodeThreshold", repair.max_unhealthy),
    )
    for name, bound in bounds:
        if isinstance(bound, int):
            said[f"{name}Count"] = bound
        elif bound:
            said[f"{name}Percentage"] = int(bound.removesuffix("%"))
    if repair.overrides:
        said["NodeRepairConfigOverrides"] = [
            eks.NodeRepairConfigOverrides(
                NodeMonitoringCondition=one.condition,
                NodeUnhealthyReason=one.reason,
                MinRepairWaitTimeMins=one.wait_minutes,
                RepairAction=one.action.title().replace("-", ""),
            )
            for one in repair.overrides
        ]
    return eks.NodeRepairConfig(Enabled=repair.enabled, **said)
