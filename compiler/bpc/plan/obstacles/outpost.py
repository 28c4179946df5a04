"""Add-ons on a local cluster, which has neither EKS add-ons nor EKS Pod Identity."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

ADDON_ON_OUTPOST = rule(
    "BPC766",
    "addon-on-outpost",
    why="A local cluster has no EKS add-ons and no EKS Pod Identity (Amazon EKS User Guide, Local clusters for Amazon "
    "EKS on AWS Outposts); the VPC CNI, CoreDNS and kube-proxy are there from the start.",
    cure="Leave the add-on out, or use its manifests where it needs no AWS permissions.",
)


def _addons(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        if addon.source == "eks" or addon.entry.has_permissions():
            name = addon.entry.name
            yield ADDON_ON_OUTPOST.at(addon.request.at, f"a local cluster cannot have {name}", "leave it out", key=True)


OBSTACLES = (_addons,)
