"""Which subnets a network has, with their ranges and zones: decided here alone, for checks and stacks alike.

The kinds are public, private, control-plane and pods, and local-public and local-private, those of the Local Zones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc import facts
from bpc.diagnostics import Path
from bpc.kit import cidr
from bpc.kit.record import Record
from bpc.model import Blueprint, Network, SubnetRange

IDS = {
    "public": "PublicSubnet",
    "private": "PrivateSubnet",
    "control-plane": "ControlPlaneSubnet",
    "pods": "PodSubnet",
    "local-public": "LocalPublicSubnet",
    "local-private": "LocalPrivateSubnet",
}

# Kinds that Local Zones have as well, and kinds that nobody has who does not ask for them.
EVERYWHERE = ("public", "private")
ON_REQUEST = ("control-plane", "pods")


class Place(Record):
    """A zone that subnets are in: its number among those of its sort, and its name or id, empty where EC2 chooses."""

    number: int
    zone: str
    is_local: bool


class Subnet(Record):
    """One subnet; `at` is where the blueprint gives it, None where it is carved."""

    id: str
    kind: str
    number: int
    cidr: str
    place: Place
    at: Path | None
    tags: Mapping[str, str]

    @property
    def label(self) -> str:
        return f"{self.kind} subnet {self.number}"


def planned(blueprint: Blueprint) -> tuple[Subnet, ...]:
    """Every subnet, the public ones first; none of a kind whose ranges do not fit the zones."""
    network = blueprint.network
    if network.existing:
        return ()
    where = places(blueprint)
    return tuple(one for kind, found in ranges(network).items() for one in _of(kind, found, network, where))


def _of(kind: str, found: list[str], network: Network, where: list[Place]) -> Iterator[Subnet]:
    given = of(network.subnets, kind)
    homes = _homes(given, [one for one in where if kind in EVERYWHERE or not one.is_local], len(found))
    counted: dict[str, int] = {}
    for index, (block, home) in enumerate(zip(found, homes, strict=False)):
        sort = f"local-{kind}" if home.is_local else kind
        number = counted[sort] = counted.get(sort, 0) + 1
        at, tags = (given[index].at, given[index].tags) if given else (None, {})
        yield Subnet(f"{IDS[sort]}{number}", sort, number, block, home, at, tags)


def of(settings: Any, kind: str) -> Any:
    """What a part of `network.subnets` says of a kind, None where it does not know the kind."""
    return getattr(settings, kind.replace("-", "_"), None)


def kinds(network: Network) -> tuple[str, ...]:
    """The kinds of subnets that the blueprint asks for, beside those of Local Zones."""
    subnets = network.subnets
    more = [kind for kind in ON_REQUEST if of(subnets, kind) or of(subnets.per_zone, kind)]
    return (*network.kinds, *more)


def ranges(network: Network) -> dict[str, list[str]]:
    """The ranges of each kind: given, cut from the VPC's in the usual way, or put where there is room."""
    found: dict[str, list[str]] = {}
    sized = []
    for kind in kinds(network):
        found[kind] = [one.cidr for one in of(network.subnets, kind)]
        if not found[kind] and _is_sized(network, kind):
            sized.append(kind)
        elif not found[kind]:
            found[kind] = cidr.carve(network.cidr, zones_of(network, kind), kind)
    return found | _packed(network, sized, found) if sized else found


def zones_of(network: Network, kind: str) -> int:
    """In how many zones a kind has subnets."""
    return network.zone_count + (len(network.local_zones) if kind in EVERYWHERE else 0)


def _is_sized(network: Network, kind: str) -> bool:
    """Whether somebody has said how large or how many they are."""
    return kind in ON_REQUEST or of(network.subnets.prefix, kind) is not None or of(network.subnets.per_zone, kind) > 1


def _packed(network: Network, sized: list[str], found: dict[str, list[str]]) -> dict[str, list[str]]:
    from bpc.plan import packing

    whole = cidr.network(network.cidr)
    wants = []
    for kind in sized:
        zones, rounds = zones_of(network, kind), of(network.subnets.per_zone, kind)
        more = [cidr.network(one) for one in network.secondary_cidrs]
        spaces = tuple(more) if kind == "pods" and more else (whole,)
        usual = spaces[0].prefixlen + (3 if zones <= 4 else 4) + packing.bits(rounds)
        usual = cidr.SMALLEST_SUBNET if kind == "control-plane" else usual
        wants.append(packing.Want(kind, of(network.subnets.prefix, kind) or usual, zones, rounds, spaces))
    taken = [cidr.network(one) for some in found.values() for one in some]
    return {kind: [str(one) for one in some] for kind, some in packing.pack(wants, taken).items()}


def _homes(given: tuple[SubnetRange, ...], here: list[Place], count: int) -> list[Place]:
    """The zone of each subnet: as it says, or round the zones in their order. None where that does not come out."""
    named = [one.availability_zone for one in given if one.availability_zone]
    if not named:
        return here * (count // len(here)) if count % len(here) == 0 else []
    known = {one.zone: one for one in here}
    return [known[zone] for zone in named if zone in known] if len(named) == count and set(named) <= set(known) else []


def places(blueprint: Blueprint) -> list[Place]:
    """The zones by name or id, and the Local Zones after them.

    A template cannot know which zone of an account has an id where EKS has no control plane, so in such a
    Region the zones are named by id (Amazon EKS User Guide, VPC and subnet requirements).
    """
    zones = blueprint.network.availability_zones
    if isinstance(zones, int):
        region = facts.region(blueprint.metadata.region)
        zones = region.fit[:zones] if region and region.no_control_plane else ("",) * zones
    local = blueprint.network.local_zones
    return [
        *(Place(number, zone, is_local=False) for number, zone in enumerate(zones, 1)),
        *(Place(number, zone, is_local=True) for number, zone in enumerate(local, 1)),
    ]
