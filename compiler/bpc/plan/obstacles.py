"""What stands in a plan's way, BPC4xx: add-ons that need something, cannot run there, or do nothing as asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, rule
from bpc.kit.naming import access_entry_id, logical_id
from bpc.plan.shapes import Plan

MISSING = rule(
    "BPC401",
    "addon-requires",
    why="This add-on does not work without another one.",
    cure="Add the one that the message names to `addons`.",
)
NO_NODES = rule(
    "BPC403",
    "addon-needs-nodes",
    why="Fargate has no DaemonSets, and EKS Pod Identity does not work on Fargate (Amazon EKS User Guide, Fargate; "
    "EKS Pod Identities).",
    cure="Add a node group, or leave the add-on out.",
)
NO_INTERNET = rule(
    "BPC404",
    "addon-needs-internet",
    why="A private network has no way to the registry of the add-on's images, or to the service that it calls.",
    cure="Use the EKS add-on where there is one, or a network with private subnets and NAT.",
)
NOT_HERE = rule(
    "BPC406",
    "addon-not-in-region",
    why="EKS does not offer this add-on in the partition of the Region.",
    cure="Use another source for it, or leave it out.",
)
WRONG_SOURCE = rule(
    "BPC407",
    "addon-source-option",
    why="version, values and resolveConflicts are settings of the EKS add-on; manifests do not have them.",
    cure="Take the setting away, or use `source: eks`.",
)
SAME_ID = rule(
    "BPC408",
    "same-logical-id",
    why="Logical IDs have only letters and digits, so names that differ in other characters become the same one.",
    cure="Rename one of the two.",
)
ON_FARGATE = rule(
    "BPC409",
    "addon-on-fargate",
    why="A Fargate profile takes every pod of the add-on's namespace, and EKS Pod Identity does not work on Fargate.",
    cure="Give the profile's selector labels, so that it takes only the pods that are meant.",
)
HOMELESS = rule(
    "BPC410",
    "coredns-has-no-home",
    why="With no nodes, CoreDNS runs on Fargate, and only a profile that selects it lets it.",
    cure="Add the selector {namespace: kube-system, labels: {k8s-app: kube-dns}} to a Fargate profile.",
)


def _requirements(plan: Plan) -> Iterator[Diagnostic]:
    there = {addon.entry.name for addon in plan.addons}
    for addon in plan.addons:
        at = addon.request.at
        for name in sorted(set(addon.entry.requires) - there):
            yield MISSING.at(at, f"{addon.entry.name} needs {name}", f"add `{name}: {{}}` to addons", key=True)


def _places(plan: Plan) -> Iterator[Diagnostic]:
    has_nodes, has_internet = bool(plan.node_groups), plan.blueprint.network.topology != "private"
    for addon in plan.addons:
        entry, at = addon.entry, addon.request.at
        if not has_nodes and entry.daemonset:
            yield NO_NODES.at(at, f"{entry.name} runs on every node, and there are none", "add a node group", key=True)
        elif not has_nodes and entry.has_permissions():
            yield NO_NODES.at(
                at,
                f"{entry.name} gets its AWS permissions by EKS Pod Identity, which needs nodes",
                "add a node group",
                key=True,
            )
        if not has_internet and addon.source == "manifests":
            yield NO_INTERNET.at(at, f"{entry.name} pulls images from {entry.registry}", key=True)
        elif not has_internet and entry.needs_internet:
            yield NO_INTERNET.at(at, f"{entry.name} calls what has no endpoint in a private network", key=True)
        if addon.source == "eks" and plan.partition not in entry.partitions:
            yield NOT_HERE.at(at, f"EKS does not offer {entry.name} in {plan.region}", key=True)


def _options(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        if addon.source == "eks":
            continue
        options: Mapping[str, Any] = addon.request.options
        for key, default in (("version", None), ("values", {}), ("resolveConflicts", "overwrite")):
            if options.get(key, default) != default:
                yield WRONG_SOURCE.at((*addon.request.at, key), f"{key} is for `source: eks`", key=True)


def _logical_ids(plan: Plan) -> Iterator[Diagnostic]:
    named = [
        [((*one.node_group.at, "name"), one.node_group.name, one.id) for one in plan.node_groups],
        [((*one.at, "name"), one.name, logical_id(one.name)) for one in plan.blueprint.fargate_profiles],
        [
            ((*one.at, "principal"), one.principal, access_entry_id(one.principal))
            for one in plan.blueprint.cluster.access
        ],
    ]
    for what in named:
        seen: dict[str, str] = {}
        for at, name, title in what:
            other = seen.setdefault(title, name)
            if other != name:
                yield SAME_ID.at(at, f"{name} and {other} both become {title} in the template", "rename one")


def _fargate(plan: Plan) -> Iterator[Diagnostic]:
    profiles = plan.blueprint.fargate_profiles
    whole = {one.namespace: one.at for profile in profiles for one in profile.selectors if not one.labels}
    for addon in plan.addons:
        if plan.node_groups and addon.entry.has_permissions() and addon.entry.namespace in whole:
            yield ON_FARGATE.at(
                whole[addon.entry.namespace],
                f"this takes the pods of {addon.entry.name}, which get their AWS permissions by EKS Pod Identity",
                "add labels to the selector",
            )
    selectors = [one for profile in profiles for one in profile.selectors if one.namespace in ("kube-system", "*")]
    homes = [one for one in selectors if set(one.labels.items()) <= {("k8s-app", "kube-dns")}]
    coredns = [addon for addon in plan.addons if addon.entry.name == "coredns"]
    if profiles and coredns and not plan.node_groups and not homes:
        yield HOMELESS.at(("fargateProfiles",), "no profile selects CoreDNS, and there are no nodes", key=True)


OBSTACLES = (_requirements, _places, _options, _logical_ids, _fargate)
