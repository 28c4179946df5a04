"""The VPC itself, and its range."""

from __future__ import annotations

from troposphere import Ref, ec2

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
