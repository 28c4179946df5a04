"""The subnets of a VPC that is made: how many, where, and how large."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bpc.checks.ranges import LARGEST
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import cidr
from bpc.model import Blueprint, Network
from bpc.plan import subnets

RECOMMENDED = 16  # addresses in a control plane's subnet; six are needed, which every /28 has

VPC_TOO_SMALL = rule(
    "BPC313",
    "vpc-too-small",
    why="The range is cut into eight subnets (sixteen for five zones and six), and no subnet is smaller than /28.",
    cure="Choose a larger range, or give the subnets yourself.",
)
SUBNET_COUNT = rule(
    "BPC314",
    "subnet-count",
    why="There is one subnet of a kind in every zone, in the order of the zones.",
    cure="Give as many subnets as there are zones, or change availabilityZones.",
)
SUBNET_KIND = rule(
    "BPC315",
    "subnet-kind",
    why="The topology says which kinds of subnets there are; others would not be made.",
    cure="Change the topology, or take these subnets away.",
)
SUBNET_SIZE = rule(
    "BPC316",
    "subnet-size",
    why="A subnet's range is between /16 and /28 (Amazon VPC User Guide, Subnet CIDR blocks).",
    cure="Choose a range of that size.",
)
SUBNET_OUTSIDE = rule(
    "BPC317",
    "subnet-outside",
    why="A subnet is a part of the VPC's range.",
    cure="Choose a range inside the VPC's.",
)
SUBNET_OVERLAP = rule(
    "BPC318",
    "subnet-overlap",
    why="An address belongs to one subnet alone; EC2 refuses the second one.",
    cure="Change one of the two. Where only one kind is given, the other is carved from the VPC's range: give both.",
)
SUBNET_SMALL = rule(
    "BPC319",
    "subnet-small",
    why="A control plane needs 6 addresses in each of its subnets and should have 16, or updates may fail "
    "for want of them (Amazon EKS User Guide, Subnet requirements for clusters). AWS keeps 5 of every "
    "subnet.",
    cure="Use /27 or larger.",
    severity="warning",
)
NAT_WITHOUT_BOTH = rule(
    "BPC320",
    "nat-without-both",
    why="A NAT gateway stands in a public subnet and serves private ones, so it takes both.",
    cure="Use the topology public-private, or leave nat out.",
)
ZONES_MIXED = rule(
    "BPC385",
    "subnet-zones-mixed",
    why="A list of subnets either goes round the zones in their order, or every subnet in it says where it is.",
    cure="Give all of them an availabilityZone, or none.",
)
ZONE_ELSEWHERE = rule(
    "BPC386",
    "subnet-zone-elsewhere",
    why="The network is in the zones of availabilityZones and localZones; the other subnets of such a zone would be "
    "missing.",
    cure="Name the zone there as well, or leave availabilityZones out.",
)
ONE_ZONE = rule(
    "BPC387",
    "control-plane-in-one-zone",
    why="A control plane needs subnets in at least two Availability Zones (Amazon EKS User Guide, Subnet "
    "requirements for clusters).",
    cure="Give it a subnet in another zone.",
)
NO_PUBLIC_HERE = rule(
    "BPC388",
    "nat-without-public-subnet",
    why="A NAT gateway for each zone stands in a public subnet of that zone.",
    cure="Give the zone a public subnet, or use `nat: single`.",
)
NOT_CARVED = rule(
    "BPC390",
    "subnet-size-unused",
    why="Sizes and numbers are for subnets that are carved; those that are given have theirs, and subnets for the "
    "control plane or for pods alone are carved where perZone says so.",
    cure="Take the size or number away, or the list of subnets; or say in perZone that there are such subnets.",
)


def _room(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network, whole = blueprint.network, cidr.network(blueprint.network.cidr)
    if not LARGEST <= whole.prefixlen <= cidr.SMALLEST_SUBNET:
        return
    for kind, found in subnets.ranges(network).items():
        zones, size = subnets.zones_of(network, kind), subnets.of(network.subnets.prefix, kind)
        if not found and (size or kind in subnets.ON_REQUEST):
            at: Path = (*(network.subnets.prefix if size else network.subnets.per_zone).at, key(kind))
            count = zones * subnets.of(network.subnets.per_zone, kind)
            space = " and ".join(network.secondary_cidrs) if kind == "pods" and network.secondary_cidrs else whole
            said = f"{space} has no room for {count} {kind} subnets" + (f" of /{size}" if size else "")
            yield VPC_TOO_SMALL.at(at, said, "make them smaller, or say how large the others are too")
        elif not found:
            said = f"{whole} is too small for subnets in {zones} zones"
            yield VPC_TOO_SMALL.at((*network.at, "cidr"), said, "use a larger range, or give subnets")
            return


def key(kind: str) -> str:
    """The key of a kind of subnets."""
    return {"control-plane": "controlPlane"}.get(kind, kind)


def _counts(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    for kind in ("public", "private", "control-plane", "pods"):
        given, at = subnets.of(network.subnets, kind), (*network.subnets.at, key(kind))
        zones = subnets.zones_of(network, kind)
        named = [one for one in given if one.availability_zone]
        if kind in subnets.EVERYWHERE and kind not in network.kinds:
            yield from _not_wanted(network, kind)
        elif 0 < len(named) < len(given):
            yield ZONES_MIXED.at(at, f"{len(named)} of these {len(given)} subnets name their zone", key=True)
        elif not named and len(given) % zones:
            yield SUBNET_COUNT.at(
                at,
                f"{_number(len(given))} for {zones} zones",
                "give one for each zone, or change availabilityZones",
                key=True,
            )


def _not_wanted(network: Network, kind: str) -> Iterator[Diagnostic]:
    """What is said of subnets that the topology does not have."""
    places: list[Path] = [(*network.subnets.at, kind)] if subnets.of(network.subnets, kind) else []
    places += _sizes(network, kind)
    for at in places:
        said = f"the topology {network.topology} has no {kind} subnets"
        yield SUBNET_KIND.at(at, said, "take these away" if at[-2:-1] == ("subnets",) else "take this away", key=True)


def _sizes(network: Network, kind: str) -> list[Path]:
    """Where a size or a number is asked for."""
    subnet = network.subnets
    sized = subnets.of(subnet.prefix, kind) is not None
    several = subnets.of(subnet.per_zone, kind) > (kind in subnets.EVERYWHERE)
    return [(*part.at, key(kind)) for part, said in ((subnet.prefix, sized), (subnet.per_zone, several)) if said]


def _number(subnets: int) -> str:
    return "1 subnet" if subnets == 1 else f"{subnets} subnets"


def _unused(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    for kind in subnets.kinds(network):
        if subnets.of(network.subnets, kind):
            for at in _sizes(network, kind):
                yield NOT_CARVED.at(at, f"the {kind} subnets are given, with their sizes", "take this away", key=True)
    for kind in subnets.ON_REQUEST:
        at = (*network.subnets.prefix.at, key(kind))
        if kind not in subnets.kinds(network) and subnets.of(network.subnets.prefix, kind):
            yield NOT_CARVED.at(at, f"there are no {kind} subnets", f"add `perZone: {{{key(kind)}: 1}}`", key=True)


def _zones(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    zones = network.availability_zones
    known = (*(() if isinstance(zones, int) else zones), *network.local_zones)
    for kind in subnets.kinds(network):
        here = known if kind in subnets.EVERYWHERE else [one for one in known if one not in network.local_zones]
        for one in subnets.of(network.subnets, kind):
            if one.availability_zone and one.availability_zone not in here:
                said = f"{kind} subnets are not in {one.availability_zone}"
                shown = ", ".join(here) if here else "named zones in availabilityZones"
                yield ZONE_ELSEWHERE.at((*one.at, "availabilityZone"), said, f"use {shown}")


def _places(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wholes = [cidr.network(one) for one in blueprint.network.ranges]
    for subnet in subnets.planned(blueprint):
        block = cidr.network(subnet.cidr)
        if subnet.at is None:
            continue
        if not LARGEST <= block.prefixlen <= cidr.SMALLEST_SUBNET:
            yield SUBNET_SIZE.at(subnet.at, f"a subnet cannot be /{block.prefixlen}", "use /16 to /28")
        elif not any(block.subnet_of(whole) for whole in wholes):
            what = "is larger than" if wholes[0].subnet_of(block) else "is outside of"
            said = f"the VPC's range {wholes[0]}" if len(wholes) == 1 else "each of the VPC's ranges"
            yield SUBNET_OUTSIDE.at(subnet.at, f"{block} {what} {said}")


def _overlaps(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one, other in combinations(subnets.planned(blueprint), 2):
        at, where = (other.at, one) if other.at else (one.at, other)
        if at and cidr.network(one.cidr).overlaps(cidr.network(other.cidr)):
            help = "" if where.at else f"{where.label} is carved from the VPC's range; give the {where.kind} ones too"
            yield SUBNET_OVERLAP.at(at, f"this overlaps {where.label}, {cidr.network(where.cidr)}", help)


def _control_plane(blueprint: Blueprint) -> Iterator[Diagnostic]:
    """The control plane lives in its own subnets or the private ones, and where there are none in the public ones."""
    network = blueprint.network
    planned = subnets.planned(blueprint)
    own = any(one.kind == "control-plane" for one in planned)
    homes = [one for one in planned if one.kind == ("control-plane" if own else network.kinds[-1])]
    if homes and len({one.place for one in homes}) < 2:
        at: Path = homes[0].at or (*network.at, "availabilityZones")
        yield ONE_ZONE.at(at, "all subnets for the control plane are in one zone", "add one in another zone")
    # A /28 of its own is what AWS advises for a control plane that shares it with nobody (EKS Best Practices Guide).
    for one in () if own else homes:
        block = cidr.network(one.cidr)
        usable = block.num_addresses - cidr.RESERVED
        if block.prefixlen <= cidr.SMALLEST_SUBNET and usable < RECOMMENDED:
            yield SUBNET_SMALL.at(
                one.at or (*network.at, "cidr"),
                f"{one.label}, {block}, has {usable} addresses for the control plane and all else",
                "use /27 or larger",
            )


def _nat(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    if network.nat != "none" and len(network.kinds) < 2:
        yield NAT_WITHOUT_BOTH.at(
            (*network.at, "nat"),
            f"nat: {network.nat} needs public and private subnets; the topology is {network.topology}",
            "use topology: public-private, or leave nat out",
        )
        return
    if network.nat == "per-zone":
        planned = subnets.planned(blueprint)
        there = {one.place for one in planned if one.kind == "public"}
        for one in planned:
            if there and one.kind == "private" and one.place not in there:
                yield NO_PUBLIC_HERE.at(
                    (*network.at, "nat"),
                    f"{one.label} is in {one.place.zone}, where no public subnet is",
                    "give the zone one, or use nat: single",
                )


CHECKS = (_room, _counts, _unused, _zones, _places, _overlaps, _control_plane, _nat)
