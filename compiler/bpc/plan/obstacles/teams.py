"""Teams where something else stands: add-ons in their namespaces, and nobody who would enforce their policies."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.identity import on_fargate
from bpc.plan.shapes import Plan
from bpc.plan.teams import enforced

NO_ENGINE = rule(
    "BPC655",
    "network-policy-without-engine",
    why="A NetworkPolicy is only words until something on the nodes enforces it (Kubernetes documentation, Network "
    "Policies): the VPC CNI does when it is told to, so do Calico and Cilium, and EKS Auto Mode on its own nodes.",
    cure='Say `vpc-cni: {values: {enableNetworkPolicy: "true"}}` under addons, or add `calico: {}`.',
)
ON_FARGATE = rule(
    "BPC656",
    "network-policy-on-fargate",
    why="Nobody enforces network policies for pods on Fargate (Amazon EKS User Guide, Limit Pod traffic with "
    "Kubernetes network policies).",
    cure="Run the team's pods on nodes, or take its networkPolicy away.",
)
AN_ADDONS = rule(
    "BPC657",
    "namespace-of-an-addon",
    why="The pods of an add-on need what a team's level of Pod Security, quota or network policy may refuse them.",
    cure="Give the team a namespace of its own. For access to an add-on's, use cluster.access.",
)


def _network_policies(plan: Plan) -> Iterator[Diagnostic]:
    missing = enforced(plan)
    for team in plan.blueprint.teams:
        if not team.network_policy:
            continue
        on = [name for name in team.namespaces if on_fargate(plan.blueprint, name)]
        if on:
            yield ON_FARGATE.at(team.network_policy.at, f"the pods of {', '.join(on)} run on Fargate", key=True)
        elif missing:
            help = 'add `values: {enableNetworkPolicy: "true"}` to vpc-cni'
            yield NO_ENGINE.at(team.network_policy.at, missing, help, key=True)


def _namespaces(plan: Plan) -> Iterator[Diagnostic]:
    owners = {addon.namespace: f"the add-on {addon.entry.name}" for addon in plan.addons}
    if plan.blueprint.gitops and plan.blueprint.gitops.namespace:
        owners.setdefault(plan.blueprint.gitops.namespace, plan.blueprint.gitops.engine)
    for team in plan.blueprint.teams:
        for place, name in enumerate(team.namespaces):
            if name in owners:
                yield AN_ADDONS.at((*team.at, "namespaces", place), f"{owners[name]} is in {name}")


OBSTACLES = (_network_policies, _namespaces)
