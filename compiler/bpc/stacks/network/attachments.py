"""The ways to other networks: a transit gateway, and a virtual private gateway (Amazon VPC Transit Gateways; AWS
Site-to-Site VPN User Guide).

Every subnet but the public ones takes them, those of the control plane too: it calls the webhooks and kubelets of
hybrid nodes there (Amazon EKS User Guide, Prepare networking for hybrid nodes).
"""

from __future__ import annotations

from typing import Any

from troposphere import Ref, ec2

from bpc.diagnostics import Path
from bpc.kit.sheet import Sheet, referred
from bpc.plan.shapes import Plan

TRANSIT: Path = ("network", "transitGateway")
VPN: Path = ("network", "vpnGateway")


def fill(plan: Plan, sheet: Sheet) -> None:
    network = plan.blueprint.network
    made = [title for title, one in sheet.template.resources.items() if isinstance(one, ec2.RouteTable)]
    tables = [one for one in made if network.kinds == ("public",) or not one.startswith("Public")]
    if network.transit_gateway:
        _transit(plan, sheet, tables)
    if network.vpn_gateway:
        _vpn(plan, sheet, tables)


def _transit(plan: Plan, sheet: Sheet, tables: list[str]) -> None:
    wanted = plan.blueprint.network.transit_gateway
    assert wanted
    gateway = referred(wanted.id)
    mode = {"Options": ec2.Options(ApplianceModeSupport="enable")} if wanted.appliance_mode else {}
    attachment = ec2.TransitGatewayAttachment(
        "TransitGatewayAttachment",
        TransitGatewayId=gateway,
        VpcId=Ref("EksVPC"),
        SubnetIds=[Ref(one.id) for one in plan.first_in_zones(plan.blueprint.network.kinds[-1])],
        Tags=sheet.tags("TransitGatewayAttachment"),
        **mode,
    )
    sheet.add(attachment, TRANSIT)
    _routes(wanted.routes, tables, sheet, TRANSIT, DependsOn=attachment.title, TransitGatewayId=gateway)


def _vpn(plan: Plan, sheet: Sheet, tables: list[str]) -> None:
    wanted = plan.blueprint.network.vpn_gateway
    assert wanted
    gateway = referred(wanted.id) if wanted.id else _vpn_gateway(wanted.amazon_side_asn, sheet)
    attachment = ec2.VPCGatewayAttachment("VpnGatewayAttachment", VpcId=Ref("EksVPC"), VpnGatewayId=gateway)
    sheet.add(attachment, VPN)
    propagation = ec2.VPNGatewayRoutePropagation(
        "VpnGatewayRoutes",
        DependsOn=attachment.title,
        RouteTableIds=[Ref(one) for one in tables],
        VpnGatewayId=gateway,
    )
    sheet.add(propagation, VPN)
    _routes(wanted.routes, tables, sheet, VPN, DependsOn=attachment.title, GatewayId=gateway)


def _vpn_gateway(asn: int | None, sheet: Sheet) -> Ref:
    number = {"AmazonSideAsn": asn} if asn else {}
    made = ec2.VPNGateway("VpnGateway", Type="ipsec.1", Tags=sheet.tags("VpnGateway"), **number)
    sheet.add(made, VPN)
    sheet.output("VpnGatewayId", Ref(made), "The virtual private gateway, for VPN connections.")
    return Ref(made)


def _routes(blocks: tuple[str, ...], tables: list[str], sheet: Sheet, at: Path, **way: Any) -> None:
    """A route in each table, called by where it leads: one more in the list must not move the others."""
    for table in tables:
        for index, block in enumerate(blocks):
            where = block.replace(".", "x").replace("/", "Slash")
            title = f"{table.removesuffix('RouteTable')}RouteTo{where}"
            route = ec2.Route(title, RouteTableId=Ref(table), DestinationCidrBlock=block, **way)
            sheet.add(route, (*at, "routes", index))
