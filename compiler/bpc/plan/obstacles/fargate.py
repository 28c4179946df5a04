"""Pods that no Fargate profile takes."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan, PlannedAddOn

HOMELESS = rule(
    "BPC410",
    "coredns-has-no-home",
    why="With no nodes, CoreDNS runs on Fargate, and only a profile that selects it lets it.",
    cure="Add the selector {namespace: kube-system, labels: {k8s-app: kube-dns}} to a Fargate profile.",
)

NO_PROFILE = rule(
    "BPC486",
    "addon-without-fargate-profile",
    why="With no nodes, pods run on Fargate, and Fargate takes only those that a profile selects: these would wait for "
    "ever (Amazon EKS User Guide, Define which Pods use Fargate).",
    cure="Add the add-on's namespace to the selectors of a Fargate profile, or a node group for it.",
)
MAYBE_NO_PROFILE = rule(
    "BPC487",
    "chart-without-fargate-profile",
    why="With no nodes, pods run on Fargate, and Fargate takes only those that a profile selects. bpc does not know "
    "whether this chart has any.",
    cure="Add the chart's namespace to the selectors of a Fargate profile, if it has pods.",
    severity="warning",
)


def _coredns(plan: Plan) -> Iterator[Diagnostic]:
    profiles = plan.blueprint.fargate_profiles
    selectors = [one for profile in profiles for one in profile.selectors if one.namespace in ("kube-system", "*")]
    homes = [one for one in selectors if set(one.labels.items()) <= {("k8s-app", "kube-dns")}]
    coredns = [addon for addon in plan.addons if addon.entry.name == "coredns"]
    if coredns and not plan.blueprint.has_nodes and not homes:
        yield HOMELESS.at(("fargateProfiles",), "no profile selects CoreDNS, and there are no nodes", key=True)


def _others(plan: Plan) -> Iterator[Diagnostic]:
    there = {addon.entry.name for addon in plan.addons}
    if plan.blueprint.has_nodes:
        return
    for addon in plan.addons:
        # Karpenter starts nodes for all others.
        waits = "karpenter" not in there or addon.entry.name == "karpenter"
        if waits and addon.namespace and not addon.entry.daemonset and not _selected(plan, addon):
            homeless = NO_PROFILE if addon.entry.namespace else MAYBE_NO_PROFILE
            said = f"no profile selects the namespace {addon.namespace} of {addon.entry.name}, and there are no nodes"
            yield homeless.at(addon.request.at, said, key=True)


def _selected(plan: Plan, addon: PlannedAddOn) -> bool:
    """Whether a profile may select its pods, whose labels only the add-on knows; one is for CoreDNS alone."""
    if addon.entry.name == "coredns":
        return True
    selectors = [one for profile in plan.blueprint.fargate_profiles for one in profile.selectors]
    return any(
        fnmatchcase(addon.namespace, one.namespace) and dict(one.labels) != {"k8s-app": "kube-dns"} for one in selectors
    )


OBSTACLES = (_coredns, _others)
