"""Where nodes are and what EC2 may choose: zones, placement groups, adapters, requirements."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, NodeGroup

ZONE = rule(
    "BPC818",
    "node-zone",
    why="A group's zones are some of those that the network names; a list of subnets says its zones itself.",
    cure="Name the zones in network.availabilityZones, and use only these.",
)
ONE_ZONE = rule(
    "BPC819",
    "node-group-in-one-zone",
    why="A cluster placement group and a capacity block are in one zone, and instances in others would not start "
    "(Amazon EC2 User Guide, Placement strategies).",
    cure="Name one zone in availabilityZones, or one subnet in subnets.",
)
PLACEMENT = rule(
    "BPC820",
    "placement",
    why="A placement group is one that is there already, or one that is made; and each strategy has settings of its "
    "own (AWS::EC2::PlacementGroup).",
    cure="Use groupName alone, or a strategy; spreadLevel is for spread, partitionCount for partition.",
)
NO_EFA = rule(
    "BPC821",
    "no-efa",
    why="Every instance type of the group needs an Elastic Fabric Adapter, on the same number of network cards, and "
    "Windows has no driver for it (Amazon EC2 User Guide, Elastic Fabric Adapter).",
    cure="Use one instance type with an adapter, such as p5.48xlarge.",
)
REQUIREMENTS = rule(
    "BPC822",
    "instance-requirements",
    why="EC2 chooses by requirements or takes a list of types, allowed types or excluded ones; and all machines of a "
    "group have one architecture (AWS::EC2::LaunchTemplate, InstanceRequirements).",
    cure="Keep one of the two.",
)


def _zones(blueprint: Blueprint) -> Iterator[Diagnostic]:
    known = blueprint.network.availability_zones
    for group in blueprint.node_groups:
        at = (*group.at, "availabilityZones")
        for index, zone in enumerate(group.availability_zones or ()):
            if not isinstance(group.subnets, str):
                yield ZONE.at(at, "the subnets of the group say their zones", key=True)
                break
            if isinstance(known, int) or not known:
                yield ZONE.at(at, "the network does not name its zones", "add network.availabilityZones", key=True)
                break
            if zone not in known:
                yield ZONE.at((*at, index), f"the network has no zone {zone}", f"use {' or '.join(known)}")
        named = group.local_zones or group.availability_zones
        places = named if isinstance(group.subnets, str) else group.subnets
        if len(places or ()) != 1 and (why := _needs_one(group)):
            yield ONE_ZONE.at(group.at, f"{why} is in one zone", "add availabilityZones: [one zone]")


def _needs_one(group: NodeGroup) -> str:
    placement = group.placement
    if group.capacity == "capacity-block":
        return "a capacity block"
    if (placement and placement.strategy == "cluster") or (group.efa and not (placement and placement.group_name)):
        return "a cluster placement group"
    return ""


def _placements(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        wanted = group.placement
        if wanted is None:
            continue
        settings = (
            ("strategy", wanted.strategy, wanted.group_name is None),
            ("spreadLevel", wanted.spread_level, wanted.strategy == "spread"),
            ("partitionCount", wanted.partition_count, wanted.strategy == "partition"),
        )
        for field, value, good in settings:
            if value and not good:
                other = "groupName" if wanted.group_name else f"strategy: {wanted.strategy or 'cluster'}"
                yield PLACEMENT.at((*wanted.at, field), f"{field} does not go with {other}", key=True)


def _adapters(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        if not group.efa:
            continue
        from bpc.facts import efa

        at, cards = (*group.at, "efa"), [efa.cards(one)[0] for one in group.instance_types]
        if group.family == "windows":
            yield NO_EFA.at(at, f"{group.ami} has no driver for adapters", key=True)
        elif not cards:
            yield NO_EFA.at(at, "only an instance type says how many adapters there are", "add instanceTypes", key=True)
        elif 0 in cards:
            yield NO_EFA.at(at, f"{group.instance_types[cards.index(0)]} has no adapter", key=True)
        elif len(set(cards)) > 1:
            yield NO_EFA.at(at, "the instance types differ in their number of network cards", key=True)


def _requirements(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        wanted, at = group.instance_requirements, (*group.at, "instanceRequirements")
        if not wanted:
            continue
        if group.instance_types:
            yield REQUIREMENTS.at((*group.at, "instanceTypes"), "instanceRequirements choose the types", key=True)
        if "allowed" in wanted and "excluded" in wanted:
            yield REQUIREMENTS.at((*at, "excluded"), "what is not allowed is excluded already", key=True)
        makers = set(wanted.get("cpuManufacturers", ()))
        if makers and ({"amazon-web-services"} == makers) != (group.architecture == "arm64"):
            where = (*at, "cpuManufacturers")
            yield REQUIREMENTS.at(where, "these are machines of two architectures", "make two node groups", key=True)
        for key, value in wanted.items():
            if isinstance(value, dict) and value.get("min", 0) > value.get("max", value.get("min", 0)):
                yield REQUIREMENTS.at((*at, key), f"min {value['min']} is above max {value['max']}", key=True)


CHECKS = (_zones, _placements, _adapters, _requirements)
