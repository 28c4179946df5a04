"""Gateways to other networks, addresses of NAT gateways, tags of subnets: nothing twice, nothing without a use."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.checks.network import SUBNET_KIND
from bpc.checks.ranges import HOST_BITS
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import cidr
from bpc.model import Blueprint

ADDRESSES = rule(
    "BPC705",
    "nat-addresses",
    why="Each NAT gateway has one address; an address without a gateway would do nothing, and a gateway without one "
    "cannot be.",
    cure="Give as many addresses as there are NAT gateways, or none.",
)
IN_VPC = rule(
    "BPC706",
    "route-into-vpc",
    why="Inside the VPC's own ranges traffic is local, and a route there is refused or takes a part of the VPC away "
    "(Amazon VPC User Guide, Route table concepts).",
    cure="Route to ranges outside of the VPC's.",
)
TWICE = rule(
    "BPC707",
    "route-twice",
    why="A route table has one route for a range, and EC2 refuses the second one.",
    cure="Keep one. Where a transit gateway is the way to the internet, use `nat: none`.",
)
ASN = rule(
    "BPC708",
    "asn-of-existing-gateway",
    why="The number of a virtual private gateway is given when it is made.",
    cure="Take the number or the id away.",
)


def _addresses(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    given = len(network.eip_allocation_ids)
    wanted = {"none": 0, "single": 1}.get(network.nat, network.zone_count)
    if given and given != wanted and not network.existing:
        gateways = f"{wanted or 'no'} NAT gateway{'' if wanted == 1 else 's'}"
        said = f"{given} address{'' if given == 1 else 'es'} for {gateways}"
        yield ADDRESSES.at((*network.at, "eipAllocationIds"), said, f"give {wanted or 'none'}", key=True)


def _routes(blueprint: Blueprint) -> Iterator[tuple[Path, str]]:
    for gateway in (blueprint.network.transit_gateway, blueprint.network.vpn_gateway):
        if gateway:
            yield from (((*gateway.at, "routes", index), one) for index, one in enumerate(gateway.routes))


def _ranges(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    seen = {"0.0.0.0/0": "to the NAT gateway"} if network.nat != "none" else {}
    for at, text in _routes(blueprint):
        if cidr.has_host_bits(text):
            yield HOST_BITS.at(at, f"{text} is not the beginning of its range", f"write {cidr.network(text)}")
            continue
        for own in network.ranges:
            if cidr.network(text).subnet_of(cidr.network(own)):
                yield IN_VPC.at(at, f"{text} is in the VPC's own range {own}", "route to other networks")
        if text in seen:
            yield TWICE.at(at, f"there is a route for {text} already, {seen[text]}", "take one of the two away")
        seen.setdefault(text, f"to the {'VPN' if 'vpnGateway' in at else 'transit'} gateway")


def _asn(blueprint: Blueprint) -> Iterator[Diagnostic]:
    gateway = blueprint.network.vpn_gateway
    if gateway and gateway.id and gateway.amazon_side_asn:
        yield ASN.at((*gateway.at, "amazonSideAsn"), "this gateway is there already", "take it away", key=True)


def _tags(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    for kind, tags in {"public": network.subnet_tags.public, "private": network.subnet_tags.private}.items():
        if tags and kind not in network.kinds:
            said = f"the topology {network.topology} has no {kind} subnets"
            yield SUBNET_KIND.at((*network.subnet_tags.at, kind), said, "take these away", key=True)


CHECKS = (_addresses, _ranges, _asn, _tags)
