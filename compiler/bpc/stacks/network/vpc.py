"""The VPC itself, and its range."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, ec2

from bpc import home
from bpc.kit import cidr
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan


def fill(plan: Plan, sheet: Sheet) -> None:
    block = sheet.parameter(
        "VpcBlock", "VPC Subnet", "The range of the VPC.", Default=plan.blueprint.network.cidr, **cidr.PARAMETER
    )
    vpc = ec2.VPC("EksVPC", CidrBlock=block, EnableDnsSupport=True, EnableDnsHostnames=True, Tags=sheet.tags("VPC"))
    sheet.add(vpc, ("network",))
    sheet.export("VpcId", Ref(vpc), "The VPC.")
    if plan.blueprint.gitops and plan.blueprint.gitops.has_bridge:
        from bpc import gitops_bridge

        gitops_bridge.fill(plan, sheet, Ref(vpc))
    for index, one in enumerate(plan.blueprint.network.secondary_cidrs):
        _secondary(index, one, sheet)
    if plan.blueprint.network.has_ipv6:
        from bpc.stacks.network import ipv6

        ipv6.fill(plan, sheet)


def secondary_block(index: int) -> str:
    """The parameter with a range beside the first one."""
    return f"VpcBlock{index + 2}"


def own(plan: Plan, sheet: Sheet) -> Any:
    """The id of the VPC, in this stack: of the one that it makes, or of the one that exists."""
    return home.vpc(plan, sheet) if plan.blueprint.network.existing else Ref("EksVPC")


def secondary_id(index: int) -> str:
    """The logical ID of a range beside the first one."""
    return f"{secondary_block(index)}Association"


def _secondary(index: int, block: str, sheet: Sheet) -> None:
    what = "Another range of the VPC."
    value = sheet.parameter(secondary_block(index), "VPC Subnet", what, Default=block, **cidr.PARAMETER)
    made = ec2.VPCCidrBlock(secondary_id(index), VpcId=Ref("EksVPC"), CidrBlock=value)
    sheet.add(made, ("network", "secondaryCidrs", index))
