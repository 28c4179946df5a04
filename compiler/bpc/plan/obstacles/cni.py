"""Nodes on which no pod would get an address."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

NO_NETWORK = rule(
    "BPC915",
    "nodes-without-network",
    why="A node is not ready before a CNI plugin has set up its network (Kubernetes documentation, Network Plugins). "
    "EKS brings one as the add-on vpc-cni; only the nodes of EKS Auto Mode have it built in.",
    cure="Leave vpc-cni as it is, or bring a CNI plugin of yours: by `chart` or `manifests`, or before the first node.",
    severity="warning",
)
VPC_CNI = "vpc-cni"


def _network(plan: Plan) -> Iterator[Diagnostic]:
    # An add-on that the catalogue does not know may be one.
    brought = any("manifests" in one.entry.options for one in plan.addons)
    if plan.blueprint.node_groups and not plan.blueprint.cluster.outpost and not brought:
        at = ("addons", VPC_CNI, "enabled")
        yield NO_NETWORK.at(at, "nothing in the blueprint gives pods addresses, so no node gets ready")


OBSTACLES = (_network,)
