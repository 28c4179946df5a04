"""Node groups: sizes, machines and places that can work, and something to run pods on at all."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.checks.instances import mixture
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, NodeGroup

NAME_TWICE = rule(
    "BPC363",
    "node-group-twice",
    why="A node group's name is unique in its cluster.",
    cure="Rename one of the two.",
)
SCALING = rule(
    "BPC364",
    "scaling-order",
    why="min, desired and max must be in this order; an Auto Scaling group takes nothing else.",
    cure="Change one of the numbers. Left out, min is 2, max is 4, and the group begins with min.",
)
MIXED = rule(
    "BPC365",
    "mixed-architectures",
    why="A node group has one AMI, and an AMI has one architecture.",
    cure="Make a node group for each architecture.",
)
NO_DRIVER = rule(
    "BPC366",
    "accelerator-without-driver",
    why="The AMI has no driver for the accelerator: the nodes work, but pods cannot use what you pay for.",
    cure="Use the `variant` with the driver, another family, or install the driver yourself.",
    severity="warning",
)
NO_SUCH_SUBNETS = rule(
    "BPC367",
    "node-subnets-missing",
    why="The topology says which kinds of subnets there are.",
    cure="Use the other kind of subnets, or another topology.",
)
NO_WAY_OUT = rule(
    "BPC368",
    "nodes-without-internet",
    why="Without NAT, nodes in these subnets reach neither registries nor AWS, and never join the cluster "
    "(Amazon EKS User Guide, VPC and subnet requirements).",
    cure="Use `nat: single`, `subnets: public` for the node group, or `topology: private`, which has VPC endpoints.",
)
UPDATE_BOTH = rule(
    "BPC369",
    "update-both",
    why="EKS takes a number of nodes or a share of them, not both (Amazon EKS API Reference, NodegroupUpdateConfig).",
    cure="Keep one of the two.",
)
UPDATE_ALL = rule(
    "BPC370",
    "update-takes-all",
    why="An update may take all nodes away at once.",
    cure="Use a smaller maxUnavailable.",
    severity="warning",
)
ONE_SPOT_TYPE = rule(
    "BPC375",
    "spot-with-one-type",
    why="When the Spot capacity of the one type runs out, there are no nodes (Amazon EKS User Guide, "
    "Managed node groups, Spot).",
    cure="Name several instance types of the same size.",
    severity="warning",
)
NOTHING_TO_RUN_ON = rule(
    "BPC376",
    "nothing-to-run-on",
    why="Every node group begins with no node, and there are no Fargate profiles, so no pod can run: neither the "
    "add-ons, which would wait for ever, nor what would ask for the first node.",
    cure="Let one node group begin with a node, or add a Fargate profile.",
)
NO_NODES_YET = rule(
    "BPC940",
    "no-nodes-yet",
    why="A cluster may be there before its nodes. What runs on every node is installed; CoreDNS is left out until "
    "there is a node group, since its stack would wait for pods that cannot run.",
    cure="Add a node group or a Fargate profile when it is time. Where nodes join that the blueprint does not know, "
    "name `coredns` in `addons`, and create that stack after them.",
    severity="warning",
)


def _names(blueprint: Blueprint) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for group in blueprint.node_groups:
        if group.name in seen:
            yield NAME_TWICE.at((*group.at, "name"), f"there are two node groups {group.name}", "rename one")
        seen.add(group.name)


def _scaling(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        low, desired, high = group.scaling.min, group.scaling.desired, group.scaling.max
        if low > high:
            yield SCALING.at(group.scaling.at, f"min {low} is above max {high}", key=True)
        elif desired is not None and not low <= desired <= high:
            yield SCALING.at(
                (*group.scaling.at, "desired"), f"desired {desired} is not between min {low} and max {high}"
            )


def _machines(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        at = (*group.at, "instanceTypes")
        mixed = mixture(group.instance_types)
        if mixed:
            yield MIXED.at(at, f"these are of two architectures ({mixed})", "make two node groups", key=True)
        if group.capacity == "spot" and len(group.instance_types) == 1:
            yield ONE_SPOT_TYPE.at((*group.at, "capacity"), f"spot with {group.instance_types[0]} alone", "add more")
        for index, one in enumerate(group.instance_types):
            family = facts.family(one)
            if family and family.accelerator and not _has_driver(group, family.accelerator):
                name = {"nvidia": "GPU", "neuron": "Neuron device"}.get(family.accelerator, "accelerator")
                use = family.accelerator in ("nvidia", "neuron") and family.accelerator not in group.variant
                help = f"use variant: {family.accelerator}" if use else ""
                yield NO_DRIVER.at((*at, index), f"{group.ami} has no driver for the {name} of {one}", help)


def _has_driver(group: NodeGroup, accelerator: str) -> bool:
    """What is in an image of one's own, nobody knows."""
    return bool(group.ami_id or group.ami_parameter) or accelerator in group.variant


def _places(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    for group in blueprint.node_groups:
        if not isinstance(group.subnets, str):
            continue
        if group.subnets not in network.kinds:
            yield NO_SUCH_SUBNETS.at(
                (*group.at, "subnets"),
                f"the topology {network.topology} has no {group.subnets} subnets",
                f"use subnets: {network.kinds[0]}",
            )
        elif group.subnets == "private" and not network.private_reaches_aws:
            yield NO_WAY_OUT.at(
                (*network.at, "nat"),
                f"the nodes of {group.name} are in private subnets, which have no way out without NAT",
                f"use nat: single, or subnets: public for {group.name}",
            )


def _updates(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        update, at = group.update, (*group.update.at, "maxUnavailable")
        if update.max_unavailable and update.max_unavailable_percentage:
            yield UPDATE_BOTH.at(at, "maxUnavailable and maxUnavailablePercentage exclude each other", key=True)
        elif update.max_unavailable and update.max_unavailable > group.scaling.max:
            yield UPDATE_ALL.at(at, f"{update.max_unavailable} may be away at once, of {group.scaling.max} at most")


def _anything(blueprint: Blueprint) -> Iterator[Diagnostic]:
    groups, cluster = blueprint.node_groups, blueprint.cluster
    at = ("nodeGroups",)
    if blueprint.is_bare:
        yield NO_NODES_YET.at(at, "there is nothing in the blueprint that a pod could run on", key=True)
    # On an Outpost, and from outside of AWS, nodes join that are not in the blueprint.
    others = blueprint.fargate_profiles or cluster.auto_mode or cluster.remote_network or cluster.outpost
    if groups and not others and not any(_has_nodes(group) for group in groups):
        message = "no node group begins with a node, and there are no Fargate profiles: nothing can run"
        yield NOTHING_TO_RUN_ON.at(at, message, "add a node", key=True)


def _has_nodes(group: NodeGroup) -> bool:
    return group.scaling.first > 0


CHECKS = (_names, _scaling, _machines, _places, _updates, _anything)
