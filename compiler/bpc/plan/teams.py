"""What teams mean for the cluster: one access entry for each of their principals, and who keeps their pods apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bpc.model import Access, AccessPolicy, Blueprint, Scope
from bpc.plan.shapes import Plan, PlannedAddOn

if TYPE_CHECKING:
    from bpc.diagnostics import Path
    from bpc.model import TeamAccess

STANDARD = "standard"
CNI = "vpc-cni"


class Membership:
    """What all teams say of a principal."""

    def __init__(self, at: Path) -> None:
        self.at = at
        self.username: str | None = None
        self.groups: list[str] = []
        self.policies: dict[str, list[str]] = {}

    def add(self, one: TeamAccess, namespaces: tuple[str, ...]) -> None:
        self.username = self.username or one.username
        if one.group and one.group not in self.groups:
            self.groups.append(one.group)
        if one.by_policy and one.role:
            known = self.policies.setdefault(one.role, [])
            known += [name for name in namespaces if name not in known]


def access(blueprint: Blueprint) -> Iterator[Access]:
    """An access entry for each principal, with what it is to all teams: a principal has one in a cluster."""
    found: dict[str, Membership] = {}
    for team in blueprint.teams:
        for one in team.access:
            for place, principal in enumerate(one.principals):
                at = (*one.at, "principals", place)
                found.setdefault(principal, Membership(at)).add(one, team.namespaces)
    for principal, said in found.items():
        policies = tuple(
            AccessPolicy(said.at, role, Scope(said.at, "namespace", tuple(namespaces)))
            for role, namespaces in said.policies.items()
        )
        yield Access(said.at, principal, STANDARD, said.username, tuple(said.groups), policies)


def enforced(plan: Plan) -> str:
    """What is in the way of NetworkPolicies; nothing where somebody enforces them on every node.

    Amazon EKS User Guide, Limit Pod traffic with Kubernetes network policies.
    """
    if any(one.entry.name == "calico" or _is_cilium(one) for one in plan.addons):
        return ""
    alone = plan.blueprint.cluster.auto_mode and not plan.blueprint.node_groups
    if alone or cni_enforces(plan):
        return ""
    where = "on the nodes of nodeGroups" if plan.blueprint.cluster.auto_mode else "here"
    return f"nobody enforces network policies {where}"


def cni_enforces(plan: Plan) -> bool:
    """Whether the VPC CNI is told to; its values are text, as the schema of the EKS add-on wants them."""
    values = [one.request.options.get("values") or {} for one in plan.addons if one.entry.name == CNI]
    return any(str(one.get("enableNetworkPolicy", "")).lower() == "true" for one in values)


def _is_cilium(addon: PlannedAddOn) -> bool:
    """It is not in the catalogue: somebody brings its chart along."""
    return bool((addon.request.options.get("chart") or {}).get("name") == "cilium")
