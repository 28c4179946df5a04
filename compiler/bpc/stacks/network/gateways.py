"""The ways out: the internet gateway, NAT gateways, and the routes of the subnets to them."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, ec2

from bpc.diagnostics import Path
from bpc.kit.sheet import Sheet, referred
from bpc.plan.shapes import Plan
from bpc.plan.subnets import Place, Subnet

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
    for kind in ("public", "local-public"):
        for subnet in plan.subnets_of(kind):
            _associate(subnet, "PublicSubnetRouteTable", sheet)
    _ipv6(["PublicSubnetRouteTable"], plan, sheet)


def private(plan: Plan, sheet: Sheet) -> None:
    """The private subnets' routes: through NAT gateways, one for all or one a zone, or none out of the VPC."""
    if plan.blueprint.network.nat == "per-zone":
        _one_a_zone(plan, sheet)
        return
    if plan.blueprint.network.nat == "single":
        _nat_gateway("NatGateway", "PublicSubnet1", plan, sheet)
    _table("PrivateSubnetRouteTable", sheet)
    if plan.blueprint.network.nat == "single":
        _nat_route("PrivateSubnetRoute", "PrivateSubnetRouteTable", "NatGateway", sheet)
        _ipv6(["PrivateSubnetRouteTable"], plan, sheet)
    for subnet in (*plan.subnets_of("private"), *plan.subnets_of("local-private")):
        _associate(subnet, "PrivateSubnetRouteTable", sheet)


def control_plane(plan: Plan, sheet: Sheet) -> None:
    """The control plane's own subnets need no way out of the VPC: who answers are the nodes inside it."""
    _table("ControlPlaneSubnetRouteTable", sheet)
    for subnet in plan.subnets_of("control-plane"):
        _associate(subnet, "ControlPlaneSubnetRouteTable", sheet)


def pods(plan: Plan, sheet: Sheet) -> None:
    """Pods go the way of the private subnets of their zone. Where there are none, what leaves the VPC leaves it by the
    node, as the CNI has it (Amazon EKS User Guide, Enable outbound internet access for Pods).
    """
    private = {one.place: f"{one.id}RouteTable" for one in plan.first_in_zones("private")}
    if plan.blueprint.network.nat != "per-zone":
        private = dict.fromkeys(private, "PrivateSubnetRouteTable")
    if not private:
        _table("PodSubnetRouteTable", sheet)
    for subnet in plan.subnets_of("pods"):
        _associate(subnet, private.get(subnet.place, "PodSubnetRouteTable"), sheet)


def _one_a_zone(plan: Plan, sheet: Sheet) -> None:
    """A gateway and a table in each zone; NAT gateways are not for Local Zones, which use the first one."""
    zones: dict[Place, list[Subnet]] = {}
    for subnet in plan.subnets_of("private"):
        zones.setdefault(subnet.place, []).append(subnet)
    for place, (subnet, *more) in zones.items():
        own, gateway = f"{subnet.id}RouteTable", f"NatGateway{subnet.number}"
        _nat_gateway(gateway, next(one.id for one in plan.subnets_of("public") if one.place == place), plan, sheet)
        _table(own, sheet)
        _nat_route(f"{subnet.id}Route", own, gateway, sheet)
        for one in (subnet, *more):
            _associate(one, own, sheet)
    _ipv6([f"{subnet.id}RouteTable" for subnet, *_ in zones.values()], plan, sheet)
    for subnet in plan.subnets_of("local-private"):
        _associate(subnet, f"{plan.subnets_of('private')[0].id}RouteTable", sheet)


def _ipv6(tables: list[str], plan: Plan, sheet: Sheet) -> None:
    if plan.blueprint.network.has_ipv6:
        from bpc.stacks.network import ipv6

        if not tables[0].startswith("Public"):
            ipv6.way_out(sheet)
        ipv6.routes(sheet, tables)


def _nat_gateway(title: str, subnet: str, plan: Plan, sheet: Sheet) -> None:
    gateway = ec2.NatGateway(title, **_address(title, plan, sheet), SubnetId=Ref(subnet), Tags=sheet.tags(title))
    sheet.add(gateway, NAT)


def _address(title: str, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """The next of the addresses that the blueprint gives, or one that is made."""
    if given := plan.blueprint.network.eip_allocation_ids:
        number = sum(isinstance(one, ec2.NatGateway) for one in sheet.template.resources.values())
        return {"DependsOn": "VPCGatewayAttachment", "AllocationId": referred(given[number])}
    address = ec2.EIP(f"{title}EIP", DependsOn="VPCGatewayAttachment", Domain="vpc", Tags=sheet.tags(f"{title}EIP"))
    return {"AllocationId": GetAtt(sheet.add(address, NAT), "AllocationId")}


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
