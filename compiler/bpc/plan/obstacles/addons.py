"""Add-ons that need something, cannot run there, or have settings that do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc import facts
from bpc.diagnostics import Diagnostic, rule
from bpc.plan.addons import AGENT
from bpc.plan.shapes import Plan, PlannedAddOn

MISSING = rule(
    "BPC401",
    "addon-requires",
    why="This add-on does not work without another one.",
    cure="Add the one that the message names to `addons`.",
)
NO_NODES = rule(
    "BPC403",
    "addon-needs-nodes",
    why="Fargate has no DaemonSets (Amazon EKS User Guide, Fargate).",
    cure="Add a node group, or leave the add-on out.",
)
NO_INTERNET = rule(
    "BPC404",
    "addon-needs-internet",
    why="A private network has no way to the registry of the add-on's images, to the repository of its chart, or to "
    "the service that it calls.",
    cure="Use the EKS add-on where there is one, mirror the images with `images.mirror`, or use a network with private "
    "subnets and NAT.",
)
NOT_HERE = rule(
    "BPC406",
    "addon-not-in-region",
    why="EKS does not offer this add-on in the partition of the Region.",
    cure="Use another source for it, or leave it out.",
)
MAYBE_HERE = rule(
    "BPC478",
    "addon-maybe-not-in-region",
    why="AWS says which add-ons EKS has for AWS, AWS China and AWS GovCloud (US) alone. eksctl installs vpc-cni, "
    "coredns and kube-proxy everywhere.",
    cure="Ask `aws eks describe-addon-versions` in the Region, or use another source.",
    severity="warning",
)
WRONG_SOURCE = rule(
    "BPC407",
    "addon-source-option",
    why="version, values, tags and the like are settings of the EKS add-on; manifests do not have them, and a chart "
    "has only some of them.",
    cure="Take the setting away, or use `source: eks`.",
)
EARLY = rule(
    "BPC941",
    "addon-before-nodes",
    why="EKS calls an add-on active when its pods run, and CloudFormation waits for that. There is nothing yet that "
    "they could run on.",
    cure="Add a node group or a Fargate profile, or create the stack of the add-ons once other nodes have joined.",
    severity="warning",
)

LISTED = ("aws", "aws-cn", "aws-us-gov")
EVERYWHERE = ("coredns", "kube-proxy", "vpc-cni")
# The settings of an EKS add-on, and what they are where nobody says anything.
OF_EKS: Mapping[str, Any] = {
    "version": None,
    "values": {},
    "resolveConflicts": "overwrite",
    "namespace": None,
    "preserveOnDelete": False,
    "podIdentityAssociations": [],
    "tags": {},
}
# Those of them that a chart has too; the version of a chart of one's own stands with the chart.
OF_CHARTS = ("version", "values", "namespace")


def _requirements(plan: Plan) -> Iterator[Diagnostic]:
    there = {addon.entry.name for addon in plan.addons}
    if plan.blueprint.cluster.auto_mode:
        # Core add-ons that are wanted and not planned are those that EKS Auto Mode has built in.
        there |= {request.name for request in plan.blueprint.addons if request.options["enabled"]}
    # Where Auto Mode does what an add-on is for, that is said, and nothing is to be added for it.
    alone = plan.blueprint.cluster.auto_mode and not plan.node_groups
    for addon in (one for one in plan.addons if not (alone and one.entry.in_auto_mode)):
        at = addon.request.at
        for name in sorted(set(addon.entry.requires) - there - _needless(addon)):
            yield MISSING.at(at, f"{addon.entry.name} needs {name}", f"add `{name}: {{}}` to addons", key=True)


def _needless(addon: PlannedAddOn) -> set[str]:
    """Without a role of its own, or with IRSA, nobody asks the agent."""
    return set() if addon.is_associated else {AGENT}


def _places(plan: Plan) -> Iterator[Diagnostic]:
    has_nodes, network = plan.blueprint.has_nodes, plan.blueprint.network
    has_internet = network.has_internet and not facts.isolated(plan.partition)
    for addon in plan.addons:
        entry, at = addon.entry, addon.request.at
        if not has_nodes and entry.daemonset:
            yield NO_NODES.at(at, f"{entry.name} runs on every node, and there are none", "add a node group", key=True)
        if not has_internet and (why := _out_of_reach(addon, plan)):
            yield NO_INTERNET.at(at, f"{entry.name} {why}", key=True)
        if addon.source == "eks" and plan.partition not in entry.partitions:
            yield from _elsewhere(addon, plan)


def _elsewhere(addon: PlannedAddOn, plan: Plan) -> Iterator[Diagnostic]:
    """In a partition whose add-ons nobody lists, what is in all the others may be there too."""
    entry, at = addon.entry, addon.request.at
    if plan.partition in LISTED or not {*LISTED} <= {*entry.partitions}:
        yield NOT_HERE.at(at, f"EKS does not offer {entry.name} in {plan.region}", key=True)
    elif addon.request.explicit and entry.name not in EVERYWHERE:
        yield MAYBE_HERE.at(at, f"no list says whether EKS offers {entry.name} in {plan.region}", key=True)


def _out_of_reach(addon: PlannedAddOn, plan: Plan) -> str:
    """What of an add-on a network without internet keeps from it, if anything."""
    entry, images = addon.entry, plan.blueprint.images
    if entry.needs_internet:
        return "calls what has no endpoint in a private network"
    plain = addon.source == "manifests" or (addon.source == "chart" and plan.vendors)
    if plain and not (images and images.mirrored):
        return f"pulls images from {entry.registry or 'where they are published'}"
    if addon.source == "chart" and not plain:
        for chart in entry.wanted_charts(addon.request.options):
            if not _is_near(chart.repository, images.mirror if images else ""):
                return f"is a chart out of {chart.repository}"
    return ""


def _is_near(repository: str, mirror: str) -> bool:
    """Whether a chart is in the registry of the mirror, or in one of Amazon ECR, to which endpoints lead."""
    host = repository.partition("://")[2].partition("/")[0]
    return repository.startswith("oci://") and (host == mirror.partition("/")[0] or ".dkr.ecr." in host)


def _options(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        if addon.source == "eks":
            continue
        options: Mapping[str, Any] = addon.request.options
        for key, default in OF_EKS.items():
            if addon.source == "chart" and key in OF_CHARTS and (key != "version" or addon.entry.charts):
                continue
            if addon.source == "files" and key == "namespace":
                continue
            if options.get(key, default) != default:
                known = "eks" if "eks" in addon.entry.sources or "chart" not in addon.entry.sources else "chart"
                yield WRONG_SOURCE.at((*addon.request.at, key), f"{key} is for `source: {known}`", key=True)


def _early(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons if plan.blueprint.is_bare else ():
        entry = addon.entry
        # Of an add-on with a role that is not for the pods on every node, others have it.
        everywhere = entry.daemonset and (entry.role_on_nodes or not entry.has_permissions())
        if addon.source == "eks" and not everywhere:
            yield EARLY.at(addon.request.at, f"{addon.entry.name} has nothing to run on yet", key=True)


OBSTACLES = (_early, _requirements, _places, _options)
