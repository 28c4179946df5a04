"""Pods that no Fargate profile takes."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

HOMELESS = rule(
    "BPC410",
    "coredns-has-no-home",
    why="With no nodes, CoreDNS runs on Fargate, and only a profile that selects it lets it.",
    cure="Add the selector {namespace: kube-system, labels: {k8s-app: kube-dns}} to a Fargate profile.",
)


def _coredns(plan: Plan) -> Iterator[Diagnostic]:
    profiles = plan.blueprint.fargate_profiles
    selectors = [one for profile in profiles for one in profile.selectors if one.namespace in ("kube-system", "*")]
    homes = [one for one in selectors if set(one.labels.items()) <= {("k8s-app", "kube-dns")}]
    coredns = [addon for addon in plan.addons if addon.entry.name == "coredns"]
    if coredns and not plan.blueprint.has_nodes and not homes:
        yield HOMELESS.at(("fargateProfiles",), "no profile selects CoreDNS, and there are no nodes", key=True)


OBSTACLES = (_coredns,)
