"""The subnets that a group's nodes live in."""

from __future__ import annotations

from typing import Any

from bpc import home
from bpc.kit.sheet import Sheet, referred
from bpc.plan.shapes import Plan, PlannedGroup


def subnets(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> Any:
    group = planned.node_group
    if not isinstance(group.subnets, str):
        return [referred(one) for one in group.subnets]
    if group.local_zones:
        return home.subnets(f"local-{group.subnets}", plan, sheet, group.local_zones)
    return home.subnets(group.subnets, plan, sheet, group.availability_zones)
