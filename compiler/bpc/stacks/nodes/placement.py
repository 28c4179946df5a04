"""Placement groups: how near to each other a group's instances are."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, ec2

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, PlannedGroup


def properties(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """A group that is there already, or one of the node group's own; adapters want to be near each other."""
    wanted = planned.node_group.placement
    if wanted and wanted.group_name:
        return {"Placement": ec2.Placement(GroupName=wanted.group_name)}
    said: dict[str, Any] = {"Strategy": (wanted and wanted.strategy) or "cluster"}
    if wanted and wanted.spread_level:
        said["SpreadLevel"] = wanted.spread_level
    if wanted and wanted.partition_count:
        said["PartitionCount"] = wanted.partition_count
    # Without tags: to change one, CloudFormation would make the group anew, and every node with it.
    group = ec2.PlacementGroup(f"{planned.id}PlacementGroup", **said)
    sheet.add(group, wanted.at if wanted else planned.node_group.at)
    return {"Placement": ec2.Placement(GroupName=Ref(group))}
