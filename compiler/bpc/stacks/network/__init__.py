"""The VPC: subnets in zones, routes, NAT gateways, and endpoints where there is no internet."""

from __future__ import annotations

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack
from bpc.stacks.network import gateways, subnets, vpc


class Network(Stack):
    """the VPC, its subnets and their routes"""

    name = "network"
    number = 10

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        zones = subnets.zones(plan, sheet)
        vpc.fill(plan, sheet)
        if plan.subnets_of("public"):
            subnets.fill(plan, sheet, "public", zones)
            gateways.internet(plan, sheet)
        if plan.subnets_of("private"):
            subnets.fill(plan, sheet, "private", zones)
            if plan.blueprint.network.nat == "none":
                gateways.isolate(plan, sheet)
            else:
                gateways.nat(plan, sheet)
        if plan.endpoints:
            from bpc.stacks.network import endpoints

            endpoints.fill(plan, sheet)
