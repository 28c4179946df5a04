"""Which subnets a network has: their ranges and their zones."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.kit import cidr
from bpc.model import Blueprint
from bpc.plan.shapes import Subnet


def planned(blueprint: Blueprint) -> Iterator[Subnet]:
    network = blueprint.network
    zones = _zones(blueprint)
    for kind in network.kinds:
        given = network.subnets.public if kind == "public" else network.subnets.private
        ranges = given or cidr.carve(network.cidr, network.zone_count, kind)
        for number, (block, zone) in enumerate(zip(ranges, zones, strict=False), 1):
            yield Subnet(f"{kind.capitalize()}Subnet{number}", kind, number, block, zone)


def _zones(blueprint: Blueprint) -> tuple[str, ...]:
    """The zones by name or id; empty strings where Fn::GetAZs may choose.

    A template cannot know which zone of an account has an id where EKS has no control plane, so in such a
    Region the zones are named by id (Amazon EKS User Guide, VPC and subnet requirements).
    """
    zones = blueprint.network.availability_zones
    if not isinstance(zones, int):
        return zones
    region = facts.region(blueprint.metadata.region)
    if region is None or not region.no_control_plane:
        return ("",) * zones
    return tuple(zone for zone in region.zones if zone not in region.no_control_plane)[:zones]
