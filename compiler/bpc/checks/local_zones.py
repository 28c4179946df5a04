"""Local Zones: of this Region, for subnets that they can have and nodes in these.

EKS runs node groups of both types in Local Zones, but no Fargate, and no control plane (Amazon EKS User Guide, Launch
low-latency EKS clusters with AWS Local Zones).
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint
from bpc.plan import subnets

LOCAL_ZONE_ELSEWHERE = rule(
    "BPC392",
    "local-zone-of-other-region",
    why="A Local Zone belongs to the Region that its name begins with (AWS Local Zones User Guide).",
    cure="Use a Local Zone of the Region in metadata.region.",
)
NODE_LOCAL_ZONE = rule(
    "BPC829",
    "node-local-zone",
    why="Nodes live in a Local Zone by the subnets that the network has there. A list of subnets says its zones "
    "itself, and a group in Local Zones is in no others.",
    cure="Name the zone in network.localZones too. With subnets that are there already, name them in the group's "
    "subnets instead.",
)


def _region(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network, region = blueprint.network, blueprint.metadata.region
    for index, zone in enumerate(network.local_zones):
        if not zone.startswith(f"{region}-"):
            yield LOCAL_ZONE_ELSEWHERE.at(
                (*network.at, "localZones", index), f"{zone} is not in {region}", f"use one such as {region}-abc-1a"
            )


def _nodes(blueprint: Blueprint) -> Iterator[Diagnostic]:
    there = {(one.kind, one.place.zone) for one in subnets.planned(blueprint)}
    for group in blueprint.node_groups:
        at = (*group.at, "localZones")
        if group.local_zones and not isinstance(group.subnets, str):
            yield NODE_LOCAL_ZONE.at(at, "the subnets of the group say their zones", "take this away", key=True)
        elif group.local_zones and group.availability_zones:
            yield NODE_LOCAL_ZONE.at(at, "availabilityZones has other zones", "make two node groups", key=True)
        else:
            for index, zone in enumerate(group.local_zones or ()):
                if (f"local-{group.subnets}", zone) not in there:
                    said = f"the network has no {group.subnets} subnet in {zone}"
                    yield NODE_LOCAL_ZONE.at((*at, index), said, "add the zone to network.localZones")


CHECKS = (_region, _nodes)
