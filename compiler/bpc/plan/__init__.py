"""Blueprint and catalogue become a Plan: every decision is made here, nothing after it can fail.

Which subnets in which zones, which architecture, which add-ons from which source in which order, which
endpoints a network without internet needs. Complaints have codes BPC4xx.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bpc import facts
from bpc.addon import AddOn, Context
from bpc.diagnostics import Diagnostic
from bpc.kit import cidr
from bpc.kit.naming import logical_id
from bpc.model import AddOnRequest, Blueprint, NodeGroup
from bpc.plan.obstacles import OBSTACLES
from bpc.plan.shapes import Plan, PlannedAddOn, PlannedGroup, Subnet

Catalogue = Callable[[str], type[AddOn]]


def make(blueprint: Blueprint, catalogue: Catalogue) -> tuple[Plan, list[Diagnostic]]:
    """The plan of one environment, and what stands in its way."""
    region = facts.region(blueprint.metadata.region)
    partition = region.partition if region else "aws"
    addons = tuple(_planned(request, blueprint, partition, catalogue) for request in _wanted(blueprint, catalogue))
    tags = {key: value for addon in addons for key, value in addon.entry.node_tags.items()}
    plan = Plan(
        blueprint=blueprint,
        partition=partition,
        subnets=tuple(_subnets(blueprint)),
        node_groups=tuple(_planned_group(group, tags) for group in blueprint.node_groups),
        addons=addons,
        endpoints=tuple(_endpoints(blueprint, addons)),
    )
    return plan, [complaint for obstacle in OBSTACLES for complaint in obstacle(plan)]


def _subnets(blueprint: Blueprint) -> Iterator[Subnet]:
    network = blueprint.network
    zones = _zones(blueprint)
    for kind in network.kinds:
        given = network.subnets.public if kind == "public" else network.subnets.private
        ranges = given or cidr.carve(network.cidr, network.zone_count, kind)
        for number, (block, zone) in enumerate(zip(ranges, zones, strict=False), 1):
            yield Subnet(f"{kind.capitalize()}Subnet{number}", kind, number, block, zone)


def _zones(blueprint: Blueprint) -> tuple[str, ...]:
    """The zones by name or id; empty strings where Fn::GetAZs may choose.

    A template cannot know which zone of an account has an id where EKS has no control plane, so in such a
    Region the zones are named by id (Amazon EKS User Guide, VPC and subnet requirements).
    """
    zones = blueprint.network.availability_zones
    if not isinstance(zones, int):
        return zones
    region = facts.region(blueprint.metadata.region)
    if region is None or not region.no_control_plane:
        return ("",) * zones
    return tuple(zone for zone in region.zones if zone not in region.no_control_plane)[:zones]


def _planned_group(group: NodeGroup, tags: Mapping[str, str]) -> PlannedGroup:
    """AmiType as the EKS API names it (AWS::EKS::Nodegroup, AmiType)."""
    arm = facts.architecture(group.instance_types[0]) == "arm64"
    if group.ami == "Bottlerocket":
        ami_type = "BOTTLEROCKET_ARM_64" if arm else "BOTTLEROCKET_x86_64"
    else:
        ami_type = "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD"
    return PlannedGroup(group, logical_id(group.name), ami_type, dict(tags))


def _wanted(blueprint: Blueprint, catalogue: Catalogue) -> Iterator[AddOnRequest]:
    """What the blueprint asks for, and the core add-ons that have something to run on."""
    for request in blueprint.addons:
        if not request.options["enabled"]:
            continue
        if request.explicit or blueprint.node_groups or not catalogue(request.name).daemonset:
            yield request


def _planned(request: AddOnRequest, blueprint: Blueprint, partition: str, catalogue: Catalogue) -> PlannedAddOn:
    entry = catalogue(request.name)
    context = Context(
        cluster=blueprint.metadata.name,
        region=blueprint.metadata.region,
        partition=partition,
        version=blueprint.cluster.version,
        options=request.options,
        has_nodes=bool(blueprint.node_groups),
        has_internet=blueprint.network.topology != "private",
        nodes=sum(group.scaling.max for group in blueprint.node_groups),
    )
    return PlannedAddOn(entry, request, request.options.get("source", entry.sources[0]), context)


# What nodes, kubelets and the Pod Identity Agent call (Amazon EKS User Guide, private clusters).
_ALWAYS = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "sts")
_SESSION = ("ssm", "ssmmessages")


def _endpoints(blueprint: Blueprint, addons: tuple[PlannedAddOn, ...]) -> list[str]:
    """The interface endpoints of a network without internet."""
    if blueprint.network.topology != "private":
        return []
    needed = {*_ALWAYS, *(endpoint for addon in addons for endpoint in addon.entry.endpoints)}
    bastion = blueprint.bastion
    if (bastion and bastion.access == "ssm") or any(one.ssm for one in blueprint.node_groups):
        needed |= {*_SESSION}
    if bastion and bastion.access == "ssm" and bastion.os == "al2":
        # The agent of Amazon Linux 2 still asks for it; newer ones do not, and newer Regions do not have it.
        needed.add("ec2messages")
    return sorted(needed)
