"""Does a blueprint make sense? Each module here is a topic with its rules, BPC3xx, and its checks.

A check takes one environment's blueprint and yields what is wrong with it; it reads nothing but `bpc.facts`.
Every complaint is found in one go, so a check does not rely on another having passed. `across` is the one
check that looks at several environments; it does so in passing, and the places it has seen are its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from bpc.checks.metadata import Place, across
from bpc.diagnostics import Diagnostic
from bpc.model import Blueprint, Cluster

__all__ = ["TOPICS", "Place", "across", "run"]

Check = Callable[[Blueprint], Iterator[Diagnostic]]


def always(blueprint: Blueprint) -> bool:
    return True


def speaks_of_pods(blueprint: Blueprint) -> object:
    """Whether service accounts have roles, or an add-on more or others than bpc gives it."""
    said = ("iam", "podIdentityAssociations")
    return blueprint.workloads or any(one.options.get(key) for one in blueprint.addons for key in said)


def speaks_of_roles(blueprint: Blueprint) -> object:
    """Whether the blueprint may say of some role what it is or may do."""
    cluster, logs, host = blueprint.cluster, blueprint.network.flow_logs, blueprint.bastion
    alone = cluster.iam or cluster.auto_mode or cluster.remote_network or cluster.capabilities
    some = any(one.iam for one in blueprint.node_groups) or any(one.iam for one in blueprint.fargate_profiles)
    return alone or (logs and logs.iam) or (host and host.iam) or some or speaks_of_pods(blueprint)


def speaks_of_control_plane(cluster: Cluster) -> object:
    """Whether its components, identity provider or role are otherwise than most have them."""
    return cluster.vpc_resource_controller is not None or cluster.kube_api_server or cluster.oidc_identity_provider


def speaks_of_security_groups(blueprint: Blueprint) -> object:
    """Whether somebody may reach the cluster or its nodes by rules of the blueprint's own."""
    return blueprint.cluster.security_group_rules or any(one.security_group_rules for one in blueprint.node_groups)


# Each topic, and whether a blueprint has anything for it to check; one that no blueprint asks for is not imported.
TOPICS: dict[str, Callable[[Blueprint], object]] = {
    "bpc.checks.metadata": always,
    "bpc.checks.ranges": always,
    "bpc.checks.network": lambda it: not it.network.existing,
    "bpc.checks.existing": lambda it: it.network.existing,
    "bpc.checks.pods": lambda it: it.network.has_pod_subnets,
    "bpc.checks.ipv6": lambda it: it.network.has_ipv6 or it.network.ipv6.pool,
    "bpc.checks.local_zones": lambda it: it.network.local_zones or any(one.local_zones for one in it.node_groups),
    "bpc.checks.zones": always,
    "bpc.checks.attachments": lambda it: it.network.is_attached or it.network.has_extras,
    "bpc.checks.proxy": lambda it: it.network.proxy,
    "bpc.checks.flow_logs": lambda it: it.network.flow_logs,
    "bpc.checks.cluster": always,
    "bpc.checks.capabilities": lambda it: it.cluster.capabilities or it.cluster.auto_mode,
    "bpc.checks.auto_mode": lambda it: it.cluster.auto_mode and it.cluster.auto_mode.has_manifests,
    "bpc.checks.features": lambda it: it.cluster.capabilities or it.cluster.remote_network,
    "bpc.checks.outpost": lambda it: it.cluster.outpost or it.cluster.authentication == "config-map",
    "bpc.checks.hybrid": lambda it: it.cluster.remote_network,
    "bpc.checks.control_plane": lambda it: speaks_of_control_plane(it.cluster),
    "bpc.checks.instances": always,
    "bpc.checks.nodes": always,
    "bpc.checks.images": lambda it: any(group.special_image for group in it.node_groups),
    "bpc.checks.node_roles": lambda it: any(group.special_role or group.repair.odd for group in it.node_groups),
    "bpc.checks.places": lambda it: any(group.special_template for group in it.node_groups),
    "bpc.checks.machines": lambda it: any(group.special_template for group in it.node_groups),
    "bpc.checks.auto_scaling": lambda it: any(group.special_group for group in it.node_groups),
    "bpc.checks.user_data": lambda it: any(group.speaks_at_boot for group in it.node_groups),
    "bpc.checks.access": lambda it: it.cluster.access or not it.cluster.bootstrap_cluster_creator_admin_permissions,
    "bpc.checks.bastion": lambda it: it.bastion,
    "bpc.checks.session_log": lambda it: it.bastion and it.bastion.session_log,
    "bpc.checks.bootstrap": lambda it: it.bastion and it.bastion.bootstrap,
    "bpc.checks.storage": lambda it: it.storage,
    "bpc.checks.lustre": lambda it: it.storage and it.storage.makes_lustre,
    "bpc.checks.teams": lambda it: it.teams,
    "bpc.checks.team_access": lambda it: it.teams,
    "bpc.checks.team_quotas": lambda it: it.teams,
    "bpc.checks.team_networks": lambda it: it.teams,
    "bpc.checks.gitops": lambda it: it.gitops,
    "bpc.checks.repository": lambda it: it.gitops and it.gitops.repository,
    "bpc.checks.observability": lambda it: it.observability,
    "bpc.checks.findings": lambda it: it.observability and it.observability.finds,
    "bpc.checks.managed_grafana": lambda it: it.observability and it.observability.grafana,
    "bpc.checks.prometheus": lambda it: it.observability and it.observability.prometheus,
    "bpc.checks.audit_queries": lambda it: it.observability and it.observability.audit_queries,
    "bpc.checks.opensearch": lambda it: it.observability and it.observability.open_search,
    "bpc.checks.pipeline": lambda it: it.pipeline,
    "bpc.checks.fargate": lambda it: it.fargate_profiles,
    "bpc.checks.delivery": lambda it: it.cloudformation.git_sync or it.cloudformation.iam_stack,
    "bpc.checks.delivery_pipeline": lambda it: it.cloudformation.pipeline,
    "bpc.checks.stack_sets": lambda it: it.cloudformation.stack_sets,
    "bpc.checks.stack_set_targets": lambda it: it.cloudformation.stack_sets,
    "bpc.checks.identity": speaks_of_pods,
    "bpc.checks.roles": speaks_of_roles,
    "bpc.checks.permissions": speaks_of_roles,
    "bpc.checks.security_groups": speaks_of_security_groups,
    "bpc.checks.labels": lambda it: any(group.labels or group.taints for group in it.node_groups),
}


def run(blueprint: Blueprint) -> list[Diagnostic]:
    """Everything that is wrong with the blueprint of one environment."""
    wanted = [topic for topic, uses in TOPICS.items() if uses(blueprint)]
    return [complaint for topic in wanted for check in import_module(topic).CHECKS for complaint in check(blueprint)]
