"""Subnets for pods alone: one in each zone, and something that uses them."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint
from bpc.plan import subnets

ONE_A_ZONE = rule(
    "BPC393",
    "pod-subnets-by-zone",
    why="Each node takes the subnet for pods that belongs to its zone, by the zone's name (Amazon EKS User Guide, "
    "Deploy Pods in alternate subnets with custom networking).",
    cure="Give one subnet for each zone; for subnets that exist, name the zones in network.availabilityZones.",
)
NOBODY = rule(
    "BPC394",
    "pod-subnets-unused",
    why="Subnets for pods alone are for the add-on vpc-cni and nodes of node groups, or for nodeClasses of EKS Auto "
    "Mode.",
    cure="Take them away, or let the add-on and the nodes be there, or a node class.",
)


def _zones(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    zones, existing = network.availability_zones, network.existing
    if existing:
        at: Path = (*existing.at, "podSubnetIds")
        if isinstance(zones, int) or not zones or any("-az" in zone for zone in zones):
            yield ONE_A_ZONE.at(at, "which zones they are in is not known", "name them in availabilityZones", key=True)
        elif len(zones) != len(existing.pod_subnet_ids):
            said = f"{len(existing.pod_subnet_ids)} subnets for {len(zones)} zones"
            yield ONE_A_ZONE.at(at, said, "give one for each zone", key=True)
        return
    seen = set()
    for one in subnets.planned(blueprint):
        if one.kind == "pods" and one.place in seen:
            yield ONE_A_ZONE.at(one.at or network.at, "this is the second one in its zone", "take it away")
        if one.kind == "pods":
            seen.add(one.place)


def _used(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    cni = any(one.name == "vpc-cni" and one.options["enabled"] for one in blueprint.addons)
    auto_mode = blueprint.cluster.auto_mode
    if (cni and blueprint.node_groups) or (auto_mode and auto_mode.node_classes):
        return
    what = "there are no node groups" if cni else "the add-on vpc-cni is not there"
    at: Path = (*network.subnets.at, "pods") if network.subnets.pods else (*network.subnets.per_zone.at, "pods")
    if network.existing:
        at = (*network.existing.at, "podSubnetIds")
    yield NOBODY.at(at, f"nobody uses subnets for pods: {what}", "take them away", key=True)


CHECKS = (_zones, _used)
