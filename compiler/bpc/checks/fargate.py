"""Fargate profiles: private subnets with a way out, a Region with Fargate, names and selectors once."""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

NO_PRIVATE_SUBNETS = rule(
    "BPC380",
    "fargate-needs-private",
    why="Fargate pods run in private subnets alone (Amazon EKS User Guide, Fargate).",
    cure="Use the topology public-private or private.",
)
NO_WAY_OUT = rule(
    "BPC381",
    "fargate-without-internet",
    why="Without NAT, pods in these subnets reach neither registries nor AWS (Amazon EKS User Guide, Fargate).",
    cure="Use `nat: single`, or `topology: private`, which has VPC endpoints.",
)
NOT_HERE = rule(
    "BPC382",
    "fargate-not-in-region",
    why="EKS has no Fargate in this Region (Amazon EKS User Guide, Fargate).",
    cure="Use node groups, or another Region.",
)
NAME_TWICE = rule(
    "BPC383",
    "fargate-profile-twice",
    why="A Fargate profile's name is unique in its cluster.",
    cure="Rename one of the two.",
)
SELECTOR_TWICE = rule(
    "BPC384",
    "fargate-selector-twice",
    why="A pod that two profiles select runs under the one whose name comes first (Amazon EKS User Guide, "
    "Fargate profiles), so the second selector does nothing.",
    cure="Take one of the two away.",
    severity="warning",
)


def _places(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network, region = blueprint.network, blueprint.metadata.region
    if not blueprint.fargate_profiles:
        return
    known = facts.region(region)
    if known and "AWS::EKS::FargateProfile" in known.lacks:
        yield NOT_HERE.at(("fargateProfiles",), f"{region} has no Fargate", "use node groups", key=True)
    if all(one.subnets for one in blueprint.fargate_profiles):
        return
    if "private" not in network.kinds:
        yield NO_PRIVATE_SUBNETS.at(
            ("fargateProfiles",),
            f"the topology {network.topology} has no private subnets for Fargate",
            "use topology: public-private",
            key=True,
        )
    elif not network.private_reaches_aws:
        yield NO_WAY_OUT.at(
            (*network.at, "nat"),
            "Fargate pods are in private subnets, which have no way out without NAT",
            "use nat: single",
        )


def _names(blueprint: Blueprint) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for profile in blueprint.fargate_profiles:
        if profile.name in seen:
            yield NAME_TWICE.at((*profile.at, "name"), f"there are two profiles {profile.name}", "rename one")
        seen.add(profile.name)


def _selectors(blueprint: Blueprint) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, frozenset[tuple[str, str]]], str] = {}
    for profile in blueprint.fargate_profiles:
        for one in profile.selectors:
            key = (one.namespace, frozenset(one.labels.items()))
            if key in seen:
                yield SELECTOR_TWICE.at(one.at, f"{seen[key]} selects the same pods of {one.namespace}", "keep one")
            seen.setdefault(key, profile.name)


CHECKS = (_places, _names, _selectors)
