"""What would fail in the cluster: add-ons that stand in each other's way, or that the platform has no place for."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan, PlannedAddOn

WRONG_KUBERNETES = rule(
    "BPC950",
    "addon-kubernetes-version",
    why="This add-on needs a later Kubernetes than the cluster's; its documentation or chart says so.",
    cure="Use a later version of the cluster, or say which `version` of the add-on is for this one.",
)
UNTRIED = rule(
    "BPC959",
    "addon-not-tested",
    why="Those who make this add-on have not tested the catalogue's version of it with so late a Kubernetes.",
    cure="Look whether there is a later version of the add-on, and say it as `version` where it has one; or try it "
    "first.",
    severity="warning",
)
CONFLICT = rule(
    "BPC951",
    "addons-conflict",
    why="The two do the same, or get in each other's way.",
    cure="Leave one of them out.",
)
WRONG_MACHINES = rule(
    "BPC952",
    "addon-architecture",
    why="The images of this add-on are built for another architecture than that of every node.",
    cure="Add a node group whose instance types have the add-on's architecture, or leave the add-on out.",
)
RETIRED = rule(
    "BPC953",
    "addon-retired",
    why="Those who made this add-on have given it up: nobody mends its security any more.",
    cure="Take what the message names instead.",
    severity="warning",
)
NO_ORIGIN = rule(
    "BPC954",
    "addon-not-in-catalogue",
    why="The catalogue has no add-on of this name, and nothing says what it is.",
    cure="Mend the name; or say what it is: `source: eks`, a Helm `chart`, or `manifests` of your own.",
)
NO_NAMESPACE = rule(
    "BPC955",
    "chart-needs-namespace",
    why="A chart of your own is installed into a namespace that only you know.",
    cure="Say `namespace`.",
)
REFERENCED = rule(
    "BPC452",
    "charts-nothing-installs",
    why="kustomize applies plain manifests and knows no charts, so what only refers to a chart would never run.",
    cure="Leave `charts` out and run `bpc vendor`, or choose an engine that installs charts.",
)
TWO_ORIGINS = rule(
    "BPC957",
    "addon-two-origins",
    why="An add-on is an EKS add-on, a chart or manifests of your own: one of them.",
    cure="Take all but one of `source`, `chart` and `manifests` away.",
)
OTHER_VERSION = rule(
    "BPC958",
    "addon-version-of-another-source",
    why="EKS numbers its add-ons otherwise than a chart repository its charts: only the former end in -eksbuild.",
    cure="Use a version of the source that the add-on comes from, or leave `version` out.",
)


def _versions(plan: Plan) -> Iterator[Diagnostic]:
    there = plan.blueprint.cluster.version
    for addon in plan.addons:
        oldest, newest = addon.entry.kubernetes
        at, name = addon.request.at, addon.entry.name
        if addon.source == "eks" or "version" in addon.request.options:
            continue
        if oldest and _number(there) < _number(oldest):
            yield WRONG_KUBERNETES.at(at, f"{name} needs Kubernetes {oldest} or later, not {there}", key=True)
        if newest and _number(newest) < _number(there):
            yield UNTRIED.at(at, f"{name} is tested up to Kubernetes {newest}, not with {there}", key=True)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _conflicts(plan: Plan) -> Iterator[Diagnostic]:
    there = {addon.entry.name: addon for addon in plan.addons}
    for addon in plan.addons:
        for other in addon.entry.conflicting(addon.request.options):
            if other in there:
                yield CONFLICT.at(addon.request.at, f"{addon.entry.name} and {other} cannot be together", key=True)


def _machines(plan: Plan) -> Iterator[Diagnostic]:
    there = {group.architecture for group in plan.blueprint.node_groups}
    for addon in plan.addons:
        known = addon.entry.architectures
        if there and not there & {*known} and not plan.blueprint.cluster.auto_mode:
            said = f"{addon.entry.name} runs on {' and '.join(known)}, and every node is {' or '.join(sorted(there))}"
            yield WRONG_MACHINES.at(addon.request.at, said, key=True)


def _retired(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        if addon.entry.retired:
            yield RETIRED.at(addon.request.at, f"{addon.entry.name} {addon.entry.retired}", key=True)


def _origins(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        if not addon.source:
            yield _unknown(addon)
        elif addon.source == "chart" and not addon.namespace:
            yield NO_NAMESPACE.at(addon.request.at, f"{addon.entry.name} is a chart with no namespace", key=True)


def _unknown(addon: PlannedAddOn) -> Diagnostic:
    name = addon.entry.name
    return NO_ORIGIN.at(addon.request.at, f"the catalogue has no {name}", _meant(addon), key=True)


def _sources(plan: Plan) -> Iterator[Diagnostic]:
    gitops = plan.blueprint.gitops
    if gitops and not gitops.knows_helm and not plan.vendors and any(one.source == "chart" for one in plan.addons):
        yield REFERENCED.at(("gitops", "charts"), "kustomize cannot install the charts that there are")
    for addon in plan.addons:
        options, at = addon.request.options, addon.request.at
        if "manifests" in options and ("chart" in options or "source" in options):
            said = f"{addon.entry.name} has its manifests already"
            yield TWO_ORIGINS.at((*at, "chart" if "chart" in options else "source"), said, key=True)
        if "chart" in options and "source" in options:
            yield TWO_ORIGINS.at((*at, "source"), f"{addon.entry.name} is a chart already", key=True)
        version = str(options.get("version", ""))
        if (
            version
            and addon.entry.charts
            and addon.source != "manifests"
            and ("-eksbuild." in version) != (addon.source == "eks")
        ):
            said = f"{version} is no version of the {'EKS add-on' if addon.source == 'eks' else 'chart'}"
            yield OTHER_VERSION.at((*at, "version"), said)


def _meant(addon: PlannedAddOn) -> str:
    from bpc.checks.nearest import meant
    from bpc.unlisted import Unlisted

    if not issubclass(addon.entry, Unlisted):
        return ""
    if called := addon.entry.called_here(addon.entry.name):
        return f"here it is called {called}"
    return meant(addon.entry.name, addon.entry.known) or "for an EKS add-on of that name, say `source: eks`"


OBSTACLES = (_versions, _conflicts, _machines, _retired, _origins, _sources)
