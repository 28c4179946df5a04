"""What gets in an add-on's way and is no add-on itself: a feature of the cluster, or the engine that installs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

SAME = rule(
    "BPC990",
    "addon-beside-feature",
    why="A feature of the cluster does the same as the add-on, or with the same objects: two would be at work on them.",
    cure="Leave one of the two out.",
)
ANEW = rule(
    "BPC991",
    "chart-renders-anew",
    why="Argo CD renders a chart again now and then, and puts into the cluster what has changed. This chart has "
    "something random in it, so its pods are replaced each time (Argo CD documentation, Helm, Random Data).",
    cure="Expect it, or use `gitops: {engine: flux}`: Helm renders only when the version or the values change.",
    severity="warning",
)
OTHER_ENGINE = rule(
    "BPC992",
    "addon-engine",
    why="The chart counts on Helm: on hooks that run when it is installed and never again, or on something random that "
    "no file can hold.",
    cure="Use `gitops.engine` as the message says, with `charts: referenced`; or leave the add-on out.",
)
ELSEWHERE = rule(
    "BPC993",
    "engine-elsewhere",
    why="The engine that the add-on installs does not look after the objects of that namespace, or another one does.",
    cure="Say the same `namespace` for gitops and for the add-on.",
)


def _argocd(plan: Plan) -> str:
    capabilities = plan.blueprint.cluster.capabilities
    return "cluster.capabilities.argocd" if capabilities and capabilities.argocd else ""


def _network_policy(plan: Plan) -> str:
    if plan.blueprint.cluster.auto_mode:
        return "the network policies of EKS Auto Mode"
    for addon in plan.addons:
        # Strings, as the schema of the EKS add-on wants them.
        said = str(addon.request.options.get("values", {}).get("enableNetworkPolicy", "")).lower()
        if addon.entry.places_pods and said == "true":
            return f"enableNetworkPolicy of {addon.entry.name}"
    return ""


# By the names that add-ons have for them: where the blueprint has such a feature.
FEATURES: Mapping[str, Callable[[Plan], str]] = {"capabilities.argocd": _argocd, "network-policy": _network_policy}


def _features(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        for feature in addon.entry.instead_of:
            if there := FEATURES[feature](plan):
                yield SAME.at(addon.request.at, f"{addon.entry.name} cannot be beside {there}", key=True)


def _engines(plan: Plan) -> Iterator[Diagnostic]:
    gitops = plan.blueprint.gitops
    installer = "vendored" if plan.vendors or not gitops else gitops.engine
    for addon in plan.addons:
        entry, at = addon.entry, addon.request.at
        if addon.source != "chart":
            continue
        if gitops and entry.engine == gitops.engine and addon.namespace != gitops.home:
            said = f"{entry.name} is in {addon.namespace}, and gitops speaks to {gitops.home}"
            yield ELSEWHERE.at(at, said, key=True)
        if installer not in entry.engines:
            by = "plain manifests" if installer == "vendored" else installer
            said = f"{entry.name} is installed by {' or '.join(entry.engines)} alone, not by {by}"
            yield OTHER_ENGINE.at(at, said, key=True)
        elif entry.random and installer == "argocd":
            yield ANEW.at(at, f"{entry.name} has {entry.random}", key=True)


OBSTACLES = (_features, _engines)
