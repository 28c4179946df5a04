"""The subnets that a group's nodes live in."""

from __future__ import annotations

from typing import Any

from bpc.kit.sheet import Sheet, referred
from bpc.plan.shapes import Plan, PlannedGroup


def subnets(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> list[Any]:
    group = planned.node_group
    if not isinstance(group.subnets, str):
        return [referred(one) for one in group.subnets]
    zones = group.availability_zones
    chosen = [one for one in plan.subnets_of(group.subnets) if zones is None or one.zone in zones]
    return [sheet.imported("network", f"{one.id}Id") for one in chosen]
