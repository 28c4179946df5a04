"""What the README says of teams: who may do what in which namespaces, and what is still theirs to do."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.model import Team, TeamAccess
from bpc.plan.shapes import Plan


def said(plan: Plan) -> str:
    rows = [row for team in plan.blueprint.teams for row in _rows(team)]
    rights = "This is what teams may do in their namespaces, and they may do nothing anywhere else. "
    rights += "`kubectl auth can-i --list -n NAMESPACE` says it to whoever asks. For `aws eks update-kubeconfig` their "
    rights += (
        f"own IAM policies have to allow `eks:DescribeCluster` on the cluster `{plan.name}`, and nothing else of AWS."
    )
    table = ["| team | namespaces | who | may |", "|---|---|---|---|", *rows]
    parts = ["## Teams", rights, "\n".join(table), *_to_do(plan)]
    return "\n\n".join(parts)


def _rows(team: Team) -> Iterator[str]:
    namespaces = ", ".join(f"`{one}`" for one in team.namespaces)
    for one in team.access:
        yield f"| {team.name} | {namespaces} | {_who(one)} | {_may(one)} |"
    if not team.access:
        yield f"| {team.name} | {namespaces} | | |"


def _who(one: TeamAccess) -> str:
    """Users and roles by their names, in the group that Kubernetes knows them by."""
    named = ", ".join(f"`{principal.split(':', 5)[5]}`" for principal in one.principals)
    if not one.group:
        return named
    return f"{named}, as the group `{one.group}`" if named else f"the group `{one.group}`"


def _may(one: TeamAccess) -> str:
    if one.rules:
        each = [f"{', '.join(rule.verbs)} {', '.join(f'`{name}`' for name in rule.resources)}" for rule in one.rules]
        return "; ".join(each)
    return f"what the ClusterRole `{one.cluster_role}` allows" if one.cluster_role else str(one.role)


def _to_do(plan: Plan) -> Iterator[str]:
    teams = [one for one in plan.blueprint.teams if one.gitops and one.gitops.secret_ref]
    if teams:
        made = [
            f"`{one.gitops.secret_ref.name}` in `{one.namespaces[0]}`"
            for one in teams
            if one.gitops and one.gitops.secret_ref
        ]
        yield f"Flux reads private repositories with Secrets that are the teams' to make: {', '.join(made)}."
