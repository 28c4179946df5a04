"""How many nodes a group has: parameters, so that the console can change them.

EKS wants a size when it makes a managed group, and takes none when it changes one; a size that leaves the template
changes nothing (Amazon EKS API Reference, NodegroupScalingConfig). So a group that the blueprint gives no size is
made with its smallest one, and the parameter may be emptied afterwards: from then on no update of the stack touches
what an autoscaler has decided. An Auto Scaling group needs no size at all: it is made with its smallest one, and an
update without a size leaves it alone (Amazon EC2 Auto Scaling API Reference, CreateAutoScalingGroup).
"""

from __future__ import annotations

from typing import Any

from troposphere import Equals, If, Not, NoValue, Ref

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import PlannedGroup

CONSOLE = "Node group sizes"


def of(planned: PlannedGroup, sheet: Sheet) -> dict[str, Any]:
    """MinSize, DesiredSize where there is one, and MaxSize."""
    scaling = planned.node_group.scaling
    sizes: dict[str, Any] = {"MinSize": _number(planned, sheet, "MinSize", "may have at least", scaling.min)}
    if scaling.desired is not None:
        sizes["DesiredSize"] = _number(planned, sheet, "DesiredSize", "starts with", scaling.desired)
    elif planned.node_group.managed:
        sizes["DesiredSize"] = _until_emptied(planned, sheet)
    return sizes | {"MaxSize": _number(planned, sheet, "MaxSize", "may have at most", scaling.max)}


def _number(planned: PlannedGroup, sheet: Sheet, key: str, what: str, size: int) -> Ref:
    return sheet.parameter(
        f"{planned.id}{key}",
        CONSOLE,
        f"How many nodes the group {planned.node_group.name} {what}.",
        Type="Number",
        Default=size,
        MinValue=int(key == "MaxSize"),
        MaxValue=1000,
    )


def _until_emptied(planned: PlannedGroup, sheet: Sheet) -> If:
    name, given = planned.node_group.name, f"{planned.id}HasDesiredSize"
    size = sheet.parameter(
        f"{planned.id}DesiredSize",
        CONSOLE,
        f"How many nodes the group {name} starts with. Empty at an update: it stays as large as it is by then.",
        Default=str(planned.node_group.scaling.min),
        AllowedPattern="^([0-9]{1,3}|1000)?$",
        ConstraintDescription="must be a number from 0 to 1000, or empty once the group is there",
    )
    sheet.condition(given, Not(Equals(size, "")))
    return If(given, size, NoValue)
