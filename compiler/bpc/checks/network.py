"""The VPC's range and its subnets: sizes, places and overlaps."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import cidr
from bpc.kit.record import Record
from bpc.model import Blueprint, Network

LARGEST = 16  # VPC CIDR blocks, Amazon VPC User Guide: /16 to /28
RECOMMENDED = 16  # addresses in a control plane's subnet; six are needed, which every /28 has
FORBIDDEN = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")

HOST_BITS = rule(
    "BPC310",
    "host-bits",
    why="The address of a range must be its first one; AWS refuses others, or takes another range than was meant.",
    cure="Write the range that the message names, or the one that you meant.",
)
VPC_SIZE = rule(
    "BPC311",
    "vpc-size",
    why="A VPC's range is between /16 and /28 (Amazon VPC User Guide, VPC CIDR blocks).",
    cure="Choose a range of that size, such as 10.0.0.0/16.",
)
VPC_RANGE = rule(
    "BPC312",
    "vpc-range",
    why="These addresses have a meaning of their own, and EC2 refuses them (Amazon VPC User Guide, VPC CIDR blocks).",
    cure="Choose a private range, such as 10.0.0.0/16 or 192.168.0.0/16.",
)
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


class Block(Record):
    """A subnet's range: with its place where the blueprint gives it, without where it is carved."""

    at: Path | None
    name: str
    kind: str
    range: IPv4Network


def blocks(network: Network) -> list[Block]:
    """The subnets as they will be, public ones first; without those whose number is wrong."""
    found = []
    for kind in network.kinds:
        given = _given(network, kind)
        ranges = given or cidr.carve(network.cidr, network.zone_count, kind)
        if len(ranges) == network.zone_count:
            for index, one in enumerate(ranges):
                at = (*network.subnets.at, kind, index) if given else None
                found.append(Block(at, f"{kind} subnet {index + 1}", kind, cidr.network(one)))
    return found


def _given(network: Network, kind: str) -> tuple[str, ...]:
    return network.subnets.public if kind == "public" else network.subnets.private


def _host_bits(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for at, text in _ranges(blueprint):
        if cidr.has_host_bits(text):
            right = cidr.network(text)
            yield HOST_BITS.at(at, f"{text} is not the beginning of its range", f"write {right}")


def _ranges(blueprint: Blueprint) -> Iterator[tuple[Path, str]]:
    """Every range in the blueprint, with its place."""
    network, cluster = blueprint.network, blueprint.cluster
    yield (*network.at, "cidr"), network.cidr
    yield (*cluster.at, "serviceCidr"), cluster.service_cidr
    lists = [
        ((*network.subnets.at, "public"), network.subnets.public),
        ((*network.subnets.at, "private"), network.subnets.private),
        ((*cluster.endpoint.at, "publicCidrs"), cluster.endpoint.public_cidrs),
    ]
    if blueprint.bastion:
        lists.append(((*blueprint.bastion.at, "allowedCidrs"), blueprint.bastion.allowed_cidrs))
    for at, ranges in lists:
        for index, one in enumerate(ranges):
            yield (*at, index), one


def _vpc(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    at, whole = (*network.at, "cidr"), cidr.network(network.cidr)
    if not LARGEST <= whole.prefixlen <= cidr.SMALLEST_SUBNET:
        yield VPC_SIZE.at(at, f"a VPC cannot be /{whole.prefixlen}", f"use /{LARGEST} to /{cidr.SMALLEST_SUBNET}")
        return
    for one in FORBIDDEN:
        if whole.overlaps(cidr.network(one)):
            yield VPC_RANGE.at(at, f"no VPC can be in {one}", "use a private range, such as 10.0.0.0/16")
    carved = [kind for kind in network.kinds if not _given(network, kind)]
    if carved and not cidr.carve(network.cidr, network.zone_count, carved[0]):
        yield VPC_TOO_SMALL.at(
            at,
            f"{whole} is too small for subnets in {network.zone_count} zones",
            "use a larger range, or give subnets",
        )


def _counts(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    for kind in ("public", "private"):
        given, at = _given(network, kind), (*network.subnets.at, kind)
        if given and kind not in network.kinds:
            yield SUBNET_KIND.at(
                at, f"the topology {network.topology} has no {kind} subnets", "take these away", key=True
            )
        elif given and len(given) != network.zone_count:
            yield SUBNET_COUNT.at(
                at,
                f"{_number(len(given))} for {network.zone_count} zones",
                "give one for each zone, or change availabilityZones",
                key=True,
            )


def _number(subnets: int) -> str:
    return "1 subnet" if subnets == 1 else f"{subnets} subnets"


def _places(blueprint: Blueprint) -> Iterator[Diagnostic]:
    whole = cidr.network(blueprint.network.cidr)
    for block in blocks(blueprint.network):
        if block.at is None:
            continue
        if not LARGEST <= block.range.prefixlen <= cidr.SMALLEST_SUBNET:
            yield SUBNET_SIZE.at(block.at, f"a subnet cannot be /{block.range.prefixlen}", "use /16 to /28")
        elif not block.range.subnet_of(whole):
            what = "is larger than" if whole.subnet_of(block.range) else "is outside of"
            yield SUBNET_OUTSIDE.at(block.at, f"{block.range} {what} the VPC's range {whole}")


def _overlaps(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one, other in combinations(blocks(blueprint.network), 2):
        at, where = (other.at, one) if other.at else (one.at, other)
        if at and one.range.overlaps(other.range):
            help = "" if where.at else f"{where.name} is carved from the VPC's range; give the {where.kind} ones too"
            yield SUBNET_OVERLAP.at(at, f"this overlaps {where.name}, {where.range}", help)


def _control_plane(blueprint: Blueprint) -> Iterator[Diagnostic]:
    """The control plane lives in the private subnets, and where there are none in the public ones."""
    network = blueprint.network
    for block in blocks(network):
        usable = block.range.num_addresses - cidr.RESERVED
        if block.kind == network.kinds[-1] and block.range.prefixlen <= cidr.SMALLEST_SUBNET and usable < RECOMMENDED:
            yield SUBNET_SMALL.at(
                block.at or (*network.at, "cidr"),
                f"{block.name}, {block.range}, has {usable} addresses for the control plane and all else",
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


CHECKS = (_host_bits, _vpc, _counts, _places, _overlaps, _control_plane, _nat)
