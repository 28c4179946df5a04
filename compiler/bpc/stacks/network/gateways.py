"""The ways out: the internet gateway, NAT gateways, and the routes of the subnets to them."""

from __future__ import annotations

from troposphere import GetAtt, Ref, ec2

from bpc.diagnostics import Path
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, Subnet

AT: Path = ("network",)
NAT: Path = ("network", "nat")


def internet(plan: Plan, sheet: Sheet) -> None:
    """The way to the internet from the public subnets."""
    sheet.add(ec2.InternetGateway("InternetGateway", Tags=sheet.tags("InternetGateway")), AT)
    attachment = ec2.VPCGatewayAttachment(
        "VPCGatewayAttachment", InternetGatewayId=Ref("InternetGateway"), VpcId=Ref("EksVPC")
    )
    sheet.add(attachment, AT)
    _table("PublicSubnetRouteTable", sheet)
    route = ec2.Route(
        "PublicSubnetRoute",
        DependsOn="VPCGatewayAttachment",
        RouteTableId=Ref("PublicSubnetRouteTable"),
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=Ref("InternetGateway"),
    )
    sheet.add(route, AT)
    for subnet in plan.subnets_of("public"):
        _associate(subnet, "PublicSubnetRouteTable", sheet)


def isolate(plan: Plan, sheet: Sheet) -> None:
    """Private subnets with a table of their own, and no way out."""
    _table("PrivateSubnetRouteTable", sheet)
    for subnet in plan.subnets_of("private"):
        _associate(subnet, "PrivateSubnetRouteTable", sheet)


def nat(plan: Plan, sheet: Sheet) -> None:
    """NAT gateways, one for all or one a zone, and the private subnets' routes to them."""
    if plan.blueprint.network.nat == "per-zone":
        _one_a_zone(plan, sheet)
    else:
        _one_for_all(plan, sheet)


def _one_for_all(plan: Plan, sheet: Sheet) -> None:
    _nat_gateway("NatGateway", "PublicSubnet1", sheet)
    _table("PrivateSubnetRouteTable", sheet)
    _nat_route("PrivateSubnetRoute", "PrivateSubnetRouteTable", "NatGateway", sheet)
    for subnet in plan.subnets_of("private"):
        _associate(subnet, "PrivateSubnetRouteTable", sheet)


def _one_a_zone(plan: Plan, sheet: Sheet) -> None:
    for subnet in plan.subnets_of("private"):
        own, gateway = f"{subnet.id}RouteTable", f"NatGateway{subnet.number}"
        _nat_gateway(gateway, f"PublicSubnet{subnet.number}", sheet)
        _table(own, sheet)
        _nat_route(f"{subnet.id}Route", own, gateway, sheet)
        _associate(subnet, own, sheet)


def _nat_gateway(title: str, subnet: str, sheet: Sheet) -> None:
    address = ec2.EIP(f"{title}EIP", DependsOn="VPCGatewayAttachment", Domain="vpc", Tags=sheet.tags(f"{title}EIP"))
    sheet.add(address, NAT)
    gateway = ec2.NatGateway(
        title, AllocationId=GetAtt(address, "AllocationId"), SubnetId=Ref(subnet), Tags=sheet.tags(title)
    )
    sheet.add(gateway, NAT)


def _nat_route(title: str, route_table: str, gateway: str, sheet: Sheet) -> None:
    route = ec2.Route(title, RouteTableId=Ref(route_table), DestinationCidrBlock="0.0.0.0/0", NatGatewayId=Ref(gateway))
    sheet.add(route, NAT)


def _table(title: str, sheet: Sheet) -> None:
    """A route table, which knows only the VPC's own range."""
    sheet.add(ec2.RouteTable(title, VpcId=Ref("EksVPC"), Tags=sheet.tags(title)), AT)


def _associate(subnet: Subnet, route_table: str, sheet: Sheet) -> None:
    """Let a subnet use a route table."""
    title = f"{subnet.id}RouteTableAssociation"
    sheet.add(ec2.SubnetRouteTableAssociation(title, SubnetId=Ref(subnet.id), RouteTableId=Ref(route_table)), AT)
