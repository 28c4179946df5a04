"""What EKS does not offer in a Region: CloudFormation would take the template, and the service refuse it."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.facts import partitions
from bpc.model import Blueprint

NOT_HERE = rule(
    "BPC942",
    "feature-not-in-region",
    why="EKS does not have everything in every partition of AWS (AWS GovCloud (US) User Guide, Amazon EKS; Amazon EKS "
    "User Guide, EKS Capabilities and EKS Hybrid Nodes).",
    cure="Leave it out there, or use another Region; `with` of an environment takes a key away by null.",
)


def _features(blueprint: Blueprint) -> Iterator[Diagnostic]:
    name = blueprint.metadata.region
    region = facts.region(name)
    lacks = partitions.lacking_features(region.partition) if region else ()
    for at, feature in _wanted(blueprint):
        if feature in lacks:
            yield NOT_HERE.at(at, f"{name} has no {feature}", "leave it out", key=True)


def _wanted(blueprint: Blueprint) -> Iterator[tuple[Path, str]]:
    cluster = blueprint.cluster
    if cluster.capabilities:
        yield (*cluster.at, "capabilities"), "EKS Capabilities"
    if cluster.remote_network:
        yield (*cluster.at, "remoteNetwork"), "EKS Hybrid Nodes"


CHECKS = (_features,)
