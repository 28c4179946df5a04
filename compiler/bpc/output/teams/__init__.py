"""What teams are as Kubernetes objects: each a component of its own."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.addon import Manifest
from bpc.diagnostics import Path
from bpc.model import Team
from bpc.output.teams import bounds, networks, rbac
from bpc.output.waves import Part
from bpc.plan.shapes import Plan
from bpc.plan.teams import cni_enforces


def parts(plan: Plan, accounts: Mapping[Path, Manifest]) -> list[Part]:
    """A part for each team that has anything to apply; `accounts` are ServiceAccounts by who asked for them."""
    found = [Part(f"team-{team.name}", _objects(team, plan, accounts), at=team.at) for team in plan.blueprint.teams]
    wanted = any(team.network_policy for team in plan.blueprint.teams)
    auto_mode = plan.blueprint.cluster.auto_mode
    # Where there are other nodes too, the add-on says it.
    if wanted and auto_mode and not auto_mode.has_policies and not cni_enforces(plan):
        from bpc.kit import auto_mode_objects

        found.append(Part("network-policies", [auto_mode_objects.network_policies()], at=("teams",)))
    return [one for one in found if one.objects]


def _objects(team: Team, plan: Plan, accounts: Mapping[Path, Manifest]) -> list[Manifest]:
    made = [one for name in team.namespaces for one in bounds.objects(team, name)]
    made += [one for name in team.namespaces for one in rbac.objects(team, name)]
    made += [accounts[one.at] for one in team.service_accounts if one.at in accounts]
    if team.network_policy:
        resolvers = networks.resolvers(plan)
        for name in team.namespaces:
            made += networks.objects(team, team.network_policy, name, resolvers)
    if team.gitops and plan.blueprint.gitops:
        from bpc.output.teams import tenants

        made += tenants.objects(team, team.gitops, plan.blueprint.gitops, plan)
    return made
