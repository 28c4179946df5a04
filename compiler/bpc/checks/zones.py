"""The Availability Zones: of this Region, as many as it has, and fit for a control plane."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.facts import Region
from bpc.model import Blueprint

OTHER_REGION = rule(
    "BPC321",
    "zone-of-other-region",
    why="A subnet is in a zone of its own Region.",
    cure="Name zones of the Region in metadata.region, or say how many.",
)
UNKNOWN_ZONE = rule(
    "BPC322",
    "unknown-zone",
    why="The Region has no zone with this id (AWS Regions and Availability Zones).",
    cure="Use one of the ids that the message names.",
)
NO_CONTROL_PLANE = rule(
    "BPC323",
    "zone-without-control-plane",
    why="EKS refuses subnets in this zone for a control plane (Amazon EKS User Guide, Subnet requirements "
    "for clusters).",
    cure="Use another zone of the Region.",
)
NAME_IS_NO_ID = rule(
    "BPC324",
    "zone-name-may-not-work",
    why="One zone of this Region takes no control plane, and which name it has is different in every account "
    "(Amazon EKS User Guide, Subnet requirements for clusters; AWS RAM User Guide, AZ IDs).",
    cure="Use ids instead of names, or say how many zones, and bpc uses ids.",
    severity="warning",
)
TOO_MANY_ZONES = rule(
    "BPC325",
    "too-many-zones",
    why="The Region has fewer zones where EKS can run.",
    cure="Use fewer zones.",
)
NAMES_AND_IDS = rule(
    "BPC326",
    "zone-names-and-ids",
    why="A name and an id may be the same zone, and EKS needs two different ones.",
    cure="Use names alone, or ids alone.",
)


def _count(blueprint: Blueprint) -> Iterator[Diagnostic]:
    region, wanted = facts.region(blueprint.metadata.region), blueprint.network.zone_count
    if region is None or not region.zones:
        return
    named = not isinstance(blueprint.network.availability_zones, int)
    # Named zones may include one that only older accounts have; a count must do for every account.
    most = len(region.fit) if named else facts.usable_zones(blueprint.metadata.region)
    if wanted > most:
        yield TOO_MANY_ZONES.at(
            (*blueprint.network.at, "availabilityZones"),
            f"{blueprint.metadata.region} has {most} zones for EKS, and {wanted} are wanted",
            f"use network.availabilityZones: {most}",
        )


def _zones(blueprint: Blueprint) -> Iterator[Diagnostic]:
    zones, name = blueprint.network.availability_zones, blueprint.metadata.region
    region = facts.region(name)
    if isinstance(zones, int) or region is None:
        return
    at = (*blueprint.network.at, "availabilityZones")
    if len({"-az" in zone for zone in zones}) == 2:
        yield NAMES_AND_IDS.at(at, "names and ids of zones are mixed", "use one or the other")
    names = [zone for zone in zones if zone[:-1] == name]
    if names and region.no_control_plane:
        unfit = " or ".join(region.no_control_plane)
        yield NAME_IS_NO_ID.at(at, f"one of these may be {unfit}, where EKS has no control plane", _instead(region))
    for index, zone in enumerate(zones):
        yield from _zone((*at, index), zone, name, region)


def _zone(at: Path, zone: str, name: str, region: Region) -> Iterator[Diagnostic]:
    if "-az" not in zone:
        if zone[:-1] != name:
            yield OTHER_REGION.at(at, f"{zone} is not in {name}", f"use a zone such as {name}a")
    elif zone in region.no_control_plane:
        yield NO_CONTROL_PLANE.at(at, f"EKS has no control plane in {zone}", _instead(region))
    elif region.zones and zone.partition("-")[0] != region.zones[0].partition("-")[0]:
        yield OTHER_REGION.at(at, f"{zone} is not in {name}", _instead(region))
    elif region.zones and zone not in region.zones:
        from bpc.checks.nearest import meant

        yield UNKNOWN_ZONE.at(at, f"{name} has no zone {zone}", meant(zone, region.fit) or _instead(region))


def _instead(region: Region) -> str:
    return f"use {', '.join(region.fit)}"


CHECKS = (_count, _zones)
