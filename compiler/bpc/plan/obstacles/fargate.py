"""Fargate profiles that take too much, and pods that none of them takes."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

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


def _permissions(plan: Plan) -> Iterator[Diagnostic]:
    profiles = plan.blueprint.fargate_profiles
    whole = {one.namespace: one.at for profile in profiles for one in profile.selectors if not one.labels}
    for addon in plan.addons:
        if plan.blueprint.has_nodes and addon.entry.has_permissions() and addon.entry.namespace in whole:
            yield ON_FARGATE.at(
                whole[addon.entry.namespace],
                f"this takes the pods of {addon.entry.name}, which get their AWS permissions by EKS Pod Identity",
                "add labels to the selector",
            )


def _coredns(plan: Plan) -> Iterator[Diagnostic]:
    profiles = plan.blueprint.fargate_profiles
    selectors = [one for profile in profiles for one in profile.selectors if one.namespace in ("kube-system", "*")]
    homes = [one for one in selectors if set(one.labels.items()) <= {("k8s-app", "kube-dns")}]
    coredns = [addon for addon in plan.addons if addon.entry.name == "coredns"]
    if coredns and not plan.blueprint.has_nodes and not homes:
        yield HOMELESS.at(("fargateProfiles",), "no profile selects CoreDNS, and there are no nodes", key=True)


OBSTACLES = (_permissions, _coredns)
