"""Where things are put: the VPC and its subnets, as any stack but the network's own refers to them.

Our own network is imported from its stack. One that is there already is what the blueprint says, or what whoever
creates the stack is asked for.
"""

from __future__ import annotations

from typing import Any

from bpc.kit.sheet import Sheet, referred
from bpc.plan.shapes import Plan

GROUP = "Network"
NAMES = {"public": "PublicSubnet", "private": "PrivateSubnet", "control-plane": "ControlPlaneSubnet"}


def vpc(plan: Plan, sheet: Sheet) -> Any:
    """The VPC's id."""
    existing = plan.blueprint.network.existing
    if existing is None:
        return sheet.imported("network", "VpcId")
    if existing.vpc_id:
        return referred(existing.vpc_id)
    return sheet.parameter("VpcId", GROUP, "The VPC.", Type="AWS::EC2::VPC::Id")


def subnets(kind: str, plan: Plan, sheet: Sheet, zones: tuple[str, ...] | None = None) -> Any:
    """The ids of the subnets of a kind, in these zones or in all: a list, or what becomes one."""
    if plan.blueprint.network.existing is None:
        chosen = [one for one in plan.subnets_of(kind) if zones is None or one.place.zone in zones]
        return [sheet.imported("network", f"{one.id}Id") for one in chosen]
    if given := _given(kind, plan):
        return given
    title = f"{NAMES[kind]}Ids"
    return sheet.parameter(
        title, GROUP, f"The {kind} subnets, in two zones at least.", Type="List<AWS::EC2::Subnet::Id>"
    )


def subnet(kind: str, plan: Plan, sheet: Sheet) -> Any:
    """The id of one subnet of a kind."""
    if plan.blueprint.network.existing is None:
        return sheet.imported("network", f"{plan.subnets_of(kind)[0].id}Id")
    if given := _given(kind, plan):
        return given[0]
    return sheet.parameter(f"{NAMES[kind]}Id", GROUP, f"A {kind} subnet.", Type="AWS::EC2::Subnet::Id")


def control_plane_subnets(plan: Plan, sheet: Sheet) -> Any:
    """Where the control plane has its network interfaces: subnets of its own, or one of the nodes' in each zone."""
    usual = plan.blueprint.network.kinds[-1]
    if plan.blueprint.network.existing:
        return subnets("control-plane" if _given("control-plane", plan) else usual, plan, sheet)
    own = plan.first_in_zones("control-plane") or plan.first_in_zones(usual)
    return [sheet.imported("network", f"{one.id}Id") for one in own]


def _given(kind: str, plan: Plan) -> list[Any]:
    existing = plan.blueprint.network.existing
    given = getattr(existing, f"{kind.replace('-', '_')}_subnet_ids")
    return [referred(one) for one in given]
