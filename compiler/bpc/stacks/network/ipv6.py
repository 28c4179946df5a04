"""The VPC's IPv6 range, a /64 of it for each subnet, and the routes that it needs."""

from __future__ import annotations

from typing import Any

from troposphere import Cidr, GetAtt, Ref, Select, ec2

from bpc.diagnostics import Path
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.plan.subnets import Subnet

AT: Path = ("network", "ipv6")
BLOCK = "Ipv6Block"
# Each kind has its own part of the 256 subnets of a /56, so that no subnet moves when another one is added.
FIRST = {"public": 0, "private": 48, "control-plane": 96, "pods": 144, "local-public": 192, "local-private": 224}
EVERYWHERE = "::/0"


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.network.ipv6
    if wanted.cidr:
        properties: dict[str, Any] = {"Ipv6CidrBlock": wanted.cidr, "Ipv6Pool": wanted.pool}
    else:
        properties = {"AmazonProvidedIpv6CidrBlock": True}
    sheet.add(ec2.VPCCidrBlock(BLOCK, VpcId=Ref("EksVPC"), **properties), AT)


def of(subnet: Subnet) -> dict[str, Any]:
    """What a subnet has for IPv6, after the VPC has its range."""
    every = Cidr(Select(0, GetAtt("EksVPC", "Ipv6CidrBlocks")), 256, 64)
    number = FIRST[subnet.kind] + subnet.number - 1
    return {"DependsOn": BLOCK, "Ipv6CidrBlock": Select(number, every), "AssignIpv6AddressOnCreation": True}


def routes(sheet: Sheet, tables: list[str]) -> None:
    """Public subnets reach the internet and are reached; private ones, where NAT lets them out, only reach it."""
    for table in tables:
        if table.startswith("Public"):
            way: dict[str, Any] = {"DependsOn": "VPCGatewayAttachment", "GatewayId": Ref("InternetGateway")}
        else:
            way = {"EgressOnlyInternetGatewayId": Ref("EgressOnlyInternetGateway")}
        title = f"{table.removesuffix('RouteTable')}Ipv6Route"
        sheet.add(ec2.Route(title, RouteTableId=Ref(table), DestinationIpv6CidrBlock=EVERYWHERE, **way), AT)


def way_out(sheet: Sheet) -> None:
    sheet.add(
        ec2.EgressOnlyInternetGateway(
            "EgressOnlyInternetGateway", VpcId=Ref("EksVPC"), Tags=sheet.tags("EgressOnlyInternetGateway")
        ),
        AT,
    )
