"""Local Zones: of this Region, for subnets that they can have."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

LOCAL_ZONE_ELSEWHERE = rule(
    "BPC392",
    "local-zone-of-other-region",
    why="A Local Zone belongs to the Region that its name begins with (AWS Local Zones User Guide).",
    cure="Use a Local Zone of the Region in metadata.region.",
)


def _region(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network, region = blueprint.network, blueprint.metadata.region
    for index, zone in enumerate(network.local_zones):
        if not zone.startswith(f"{region}-"):
            yield LOCAL_ZONE_ELSEWHERE.at(
                (*network.at, "localZones", index), f"{zone} is not in {region}", f"use one such as {region}-abc-1a"
            )


CHECKS = (_region,)
