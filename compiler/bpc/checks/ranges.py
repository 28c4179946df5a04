"""The ranges of a blueprint: that they begin where they say, and that a VPC can have them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import cidr
from bpc.model import Blueprint, Network

LARGEST = 16  # VPC CIDR blocks, Amazon VPC User Guide: /16 to /28
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
RANGES_OVERLAP = rule(
    "BPC391",
    "vpc-ranges-overlap",
    why="The ranges of a VPC are apart from each other (Amazon VPC User Guide, VPC CIDR blocks).",
    cure="Choose another range for one of the two.",
)


def _host_bits(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for at, text in _every(blueprint):
        if cidr.has_host_bits(text):
            right = cidr.network(text)
            yield HOST_BITS.at(at, f"{text} is not the beginning of its range", f"write {right}")


def _every(blueprint: Blueprint) -> Iterator[tuple[Path, str]]:
    """Every range in the blueprint, with its place."""
    network, cluster, bastion = blueprint.network, blueprint.cluster, blueprint.bastion
    yield from of_vpc(network)
    yield (*cluster.at, "serviceCidr"), cluster.service_cidr
    subnets = network.subnets
    for one in (*subnets.public, *subnets.private, *subnets.control_plane, *subnets.pods):
        yield one.at, one.cidr
    for index, text in enumerate(cluster.endpoint.public_cidrs):
        yield (*cluster.endpoint.at, "publicCidrs", index), text
    for index, text in enumerate(bastion.allowed_cidrs if bastion else ()):
        yield ("bastion", "allowedCidrs", index), text


def of_vpc(network: Network) -> Iterator[tuple[Path, str]]:
    """The ranges of the VPC, with their places."""
    if network.existing:
        yield from (((*network.existing.at, "cidr"), one) for one in network.ranges)
        return
    yield (*network.at, "cidr"), network.cidr
    yield from (((*network.at, "secondaryCidrs", index), one) for index, one in enumerate(network.secondary_cidrs))


def _vpc(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for at, text in of_vpc(blueprint.network):
        whole = cidr.network(text)
        if not LARGEST <= whole.prefixlen <= cidr.SMALLEST_SUBNET:
            yield VPC_SIZE.at(at, f"a VPC cannot be /{whole.prefixlen}", f"use /{LARGEST} to /{cidr.SMALLEST_SUBNET}")
            continue
        for one in FORBIDDEN:
            if whole.overlaps(cidr.network(one)):
                yield VPC_RANGE.at(at, f"no VPC can be in {one}", "use a private range, such as 10.0.0.0/16")


def _apart(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for (_, one), (at, other) in combinations(of_vpc(blueprint.network), 2):
        if cidr.network(one).overlaps(cidr.network(other)):
            yield RANGES_OVERLAP.at(at, f"this overlaps {one}, which the VPC has too")


CHECKS = (_host_bits, _vpc, _apart)
