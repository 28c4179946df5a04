"""The VPC: subnets in zones, routes, NAT gateways, endpoints and flow logs, in a VPC that exists too."""

from __future__ import annotations

from collections.abc import Callable

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack
from bpc.stacks.network import gateways, subnets, vpc

# The kinds of subnets, and what gives each its routes.
WAYS: dict[str, Callable[[Plan, Sheet], None]] = {
    "public": gateways.internet,
    "private": gateways.private,
    "control-plane": gateways.control_plane,
    "pods": gateways.pods,
}


class Network(Stack):
    """the VPC, its subnets and their routes"""

    name = "network"
    number = 10

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return plan.blueprint.network.existing is None or bool(plan.endpoints or plan.blueprint.network.flow_logs)

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        if plan.blueprint.network.existing is None:
            cls.make(plan, sheet)
        if plan.endpoints:
            from bpc.stacks.network import endpoints

            endpoints.fill(plan, sheet)
        if plan.blueprint.network.flow_logs:
            from bpc.stacks.network import flow_logs

            flow_logs.fill(plan, sheet)

    @classmethod
    def make(cls, plan: Plan, sheet: Sheet) -> None:
        """The network itself."""
        homes = subnets.zones(plan, sheet)
        vpc.fill(plan, sheet)
        for kind, ways in WAYS.items():
            found = [one for one in plan.subnets if one.kind.removeprefix("local-") == kind]
            for one in found:
                subnets.add(one, homes[one.place], plan, sheet)
            if found:
                ways(plan, sheet)
        if plan.blueprint.network.is_attached:
            from bpc.stacks.network import attachments

            attachments.fill(plan, sheet)
