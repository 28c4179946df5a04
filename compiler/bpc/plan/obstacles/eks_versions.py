"""Versions that the blueprint says of EKS add-ons, held to the Kubernetes version of the cluster.

Kubernetes, Version Skew Policy: kube-proxy is never newer than the API server, and at most three minor versions older.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

MOST_BEHIND = 3

WRONG_PROXY = rule(
    "BPC891",
    "kube-proxy-version-skew",
    why="kube-proxy carries the version of Kubernetes it is of, and works with an API server that is not older and at "
    "most three minor versions newer.",
    cure="Say a `version` of kube-proxy for the cluster's Kubernetes version, or leave it out.",
)


def _proxy(plan: Plan) -> Iterator[Diagnostic]:
    cluster = plan.blueprint.cluster.version
    for addon in plan.addons:
        version = str(addon.request.options.get("version", ""))
        minor = version.removeprefix("v").split(".")[:2]
        if addon.source != "eks" or addon.entry.name != "kube-proxy" or not all(one.isdecimal() for one in minor):
            continue
        behind = int(cluster.split(".")[1]) - int(minor[-1])
        if not 0 <= behind <= MOST_BEHIND:
            how = f"{-behind} newer" if behind < 0 else f"{behind} older"
            said = f"kube-proxy {version} is {how} than the cluster's {cluster}"
            yield WRONG_PROXY.at((*addon.request.at, "version"), said)


OBSTACLES = (_proxy,)
