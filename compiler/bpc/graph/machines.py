"""What runs pods, and the bastion host, as boxes in the subnets where they live."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.graph.picture import Box
from bpc.model import NodeGroup
from bpc.plan.shapes import Plan

ACCESS = {
    "ssm": "by Session Manager",
    "ssh": "by SSH",
    "instance-connect-endpoint": "by Instance Connect",
}


def inside(plan: Plan, scene: str, kind: str) -> Iterator[Box]:
    """What lives in subnets of a kind, the bastion host first."""
    blueprint = plan.blueprint
    if blueprint.bastion and blueprint.bastion.kind_of_subnet(blueprint.network) == kind:
        words = (blueprint.bastion.instance_type, ACCESS[blueprint.bastion.access])
        yield Box(f"{scene}/bastion", "bastion", "Bastion host", words)
    for group in blueprint.node_groups:
        if home(plan, group) == kind:
            yield Box(f"{scene}/nodes-{group.name}", "nodes", group.name, tuple(_group(group)))
    if kind != default_home(plan):
        return
    if auto := blueprint.cluster.auto_mode:
        pools = (*auto.node_pools, *(str(one["name"]) for one in auto.custom_node_pools))
        yield Box(f"{scene}/auto-mode", "nodes", "EKS Auto Mode", ("node pools:", *_wrapped(pools)))
    for one in plan.addons:
        if one.entry.name == "karpenter":
            named = [str(pool["name"]) for pool in one.request.options.get("nodePools") or ()]
            pools_said = ("node pools:", *_wrapped(named)) if named else ("machines that pods", "wait for")
            yield Box(f"{scene}/karpenter", "nodes", "Karpenter's nodes", pools_said)
    for profile in blueprint.fargate_profiles:
        spaces = dict.fromkeys(one.namespace for one in profile.selectors)
        yield Box(f"{scene}/fargate-{profile.name}", "fargate", f"Fargate: {profile.name}", tuple(spaces))


def default_home(plan: Plan) -> str:
    """The kind of subnets where nodes are of which nothing else is said."""
    return plan.blueprint.network.kinds[-1]


def home(plan: Plan, group: NodeGroup) -> str:
    """The kind of subnets that a node group is in; those that it names are drawn as the usual ones."""
    if isinstance(group.subnets, str):
        local = f"local-{group.subnets}"
        return local if group.local_zones and plan.subnets_of(local) else group.subnets
    return default_home(plan)


def _group(group: NodeGroup) -> Iterator[str]:
    if group.type != "managed":
        yield "self-managed"
    yield from _wrapped(group.instance_types or ("types by requirements",), most=2)
    scaling = group.scaling
    yield f"{scaling.min} to {scaling.max} nodes, {group.capacity}"
    yield f"{group.ami}, {group.architecture}"


def _wrapped(names: tuple[str, ...] | list[str], most: int = 4) -> list[str]:
    """A name a line; of many the first ones, and how many more there are."""
    if len(names) <= most:
        return [*names]
    return [*names[: most - 1], f"and {len(names) - most + 1} more"]
