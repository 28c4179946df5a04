"""What stands in a plan's way, BPC4xx. Each module here is a topic with its rules and its OBSTACLES.

An obstacle takes the plan and yields what cannot work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from bpc.diagnostics import Diagnostic
from bpc.plan.addons import AGENT
from bpc.plan.shapes import Plan


def always(plan: Plan) -> bool:
    return True


def several_names(plan: Plan) -> bool:
    blueprint = plan.blueprint
    if blueprint.storage:
        return True
    named = (plan.node_groups, blueprint.fargate_profiles, plan.access, plan.service_accounts)
    return any(len(one) > 1 for one in named)


def speaks_of_roles(plan: Plan) -> bool:
    """Whether service accounts have roles, or an add-on more or others than bpc gives it."""
    given = any(
        one.iam or one.associations or one.role_name or "serviceAccount" in one.request.options for one in plan.addons
    )
    watched = plan.blueprint.observability
    writes = watched and watched.prometheus and watched.prometheus.remote_write
    return bool(given or plan.service_accounts or writes)


def beyond_eks(plan: Plan) -> bool:
    """Whether there are add-ons of which EKS does not take care."""
    return any(one.source != "eks" or one.entry.charts or one.entry.conflicts for one in plan.addons)


def demanding(plan: Plan) -> bool:
    """Whether there are add-ons that want more of the platform than nodes and permissions."""
    return any(
        it.only_by_endpoint
        or it.accelerator
        or it.disks
        or it.marketplace
        or it.of_manifests
        or {*it.requires} - {AGENT}
        for it in (one.entry for one in plan.addons)
    )


def leaning_on_others(plan: Plan) -> bool:
    """Whether an add-on needs what is no add-on: an answer of the node's, or others' definitions."""
    return any(one.entry.reads_metadata or one.entry.watches for one in plan.addons)


def speaks_of_search(plan: Plan) -> bool:
    """Whether there is a search domain, or somebody who would write to one."""
    watched = plan.blueprint.observability
    writers = any(one.entry.indices(one.request.options) for one in plan.addons)
    return bool(watched and watched.open_search) or writers


def has_neighbours(plan: Plan) -> bool:
    """Whether an add-on minds what else there is, or who installs it."""
    entries = [one.entry for one in plan.addons]
    return any(one.instead_of or one.engine or one.random or len(one.engines) < 3 for one in entries)


def with_endpoints(plan: Plan) -> bool:
    network = plan.blueprint.network
    alone = network.topology == "private" or network.existing or network.endpoint_policy != "account"
    return bool(plan.endpoints or alone)


def alone_with_endpoints(plan: Plan) -> bool:
    """Whether VPC endpoints are the only way from private subnets to AWS, as far as the blueprint says."""
    network = plan.blueprint.network
    closed = network.topology == "private" or (network.topology != "public" and not network.existing)
    return bool(network.endpoints) and closed and network.nat == "none" and not network.is_attached


def without_cni(plan: Plan) -> bool:
    """Whether the network plugin that EKS brings is not wanted."""
    return any(one.name == "vpc-cni" and not one.options["enabled"] for one in plan.blueprint.addons)


# Each topic, and whether a plan has anything for it to look at; one that has nothing is not imported.
TOPICS: dict[str, Callable[[Plan], object]] = {
    "bpc.plan.obstacles.addons": always,
    "bpc.plan.obstacles.matrix": beyond_eks,
    "bpc.plan.obstacles.settings": beyond_eks,
    "bpc.plan.obstacles.eks_versions": lambda it: any(one.request.options.get("version") for one in it.addons),
    "bpc.plan.obstacles.pods_per_node": lambda it: any(one.node_group.max_pods for one in it.node_groups),
    "bpc.plan.obstacles.registries": lambda it: it.partition == "aws-cn" and not it.has_files,
    "bpc.plan.obstacles.releases": lambda it: any(one.source == "chart" for one in it.addons),
    "bpc.plan.obstacles.demands": demanding,
    "bpc.plan.obstacles.neighbours": has_neighbours,
    "bpc.plan.obstacles.surroundings": leaning_on_others,
    "bpc.plan.obstacles.names": several_names,
    "bpc.plan.obstacles.endpoints": with_endpoints,
    "bpc.plan.obstacles.calls": alone_with_endpoints,
    "bpc.plan.obstacles.auto_mode": lambda it: it.blueprint.cluster.auto_mode,
    "bpc.plan.obstacles.identity": speaks_of_roles,
    "bpc.plan.obstacles.teams": lambda it: it.blueprint.teams,
    "bpc.plan.obstacles.outpost": lambda it: it.blueprint.cluster.outpost,
    "bpc.plan.obstacles.patches": lambda it: any(one.request.options.get("patches") for one in it.addons),
    "bpc.plan.obstacles.images": lambda it: it.blueprint.images and not it.has_files,
    "bpc.plan.obstacles.storage": lambda it: it.blueprint.storage,
    "bpc.plan.obstacles.watched": lambda it: it.blueprint.observability,
    "bpc.plan.obstacles.guard_duty": lambda it: it.blueprint.observability and it.blueprint.observability.guard_duty,
    "bpc.plan.obstacles.prometheus": lambda it: it.blueprint.observability and it.blueprint.observability.prometheus,
    "bpc.plan.obstacles.opensearch": speaks_of_search,
    "bpc.plan.obstacles.cni": without_cni,
    "bpc.plan.obstacles.fargate": lambda it: it.blueprint.fargate_profiles,
    "bpc.plan.obstacles.apps": lambda it: it.apps,
    "bpc.plan.obstacles.app_pods": lambda it: it.apps,
}


def found(plan: Plan) -> Iterator[Diagnostic]:
    """Everything that stands in the way of a plan."""
    for topic, concerns in TOPICS.items():
        if concerns(plan):
            for obstacle in import_module(topic).OBSTACLES:
                yield from obstacle(plan)
