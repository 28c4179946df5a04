"""Who may do what in a team's namespace, as far as Kubernetes decides it.

Source: Kubernetes documentation, Using RBAC Authorization.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.kit import k8s
from bpc.kit.k8s import RBAC, Object
from bpc.kit.naming import object_name
from bpc.model import PolicyRule, Team, TeamAccess
from bpc.model.teams import DEPLOYER

# What putting a workload into a namespace takes, and seeing whether it runs: no Secrets, no shell in a pod, no roles,
# no quotas and no network policies.
MADE = {
    "": "configmaps persistentvolumeclaims serviceaccounts services",
    "apps": "daemonsets deployments statefulsets",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "networking.k8s.io": "ingresses",
    "policy": "poddisruptionbudgets",
}
SEEN = {"": "endpoints events pods pods/log", "apps": "replicasets", "discovery.k8s.io": "endpointslices"}
SEE = "get list watch"
RULES = [k8s.rule(f"create delete {SEE} patch update", resources, group=group) for group, resources in MADE.items()]
RULES += [k8s.rule(SEE, resources, group=group) for group, resources in SEEN.items()]


def objects(team: Team, namespace: str) -> Iterator[Object]:
    """The Roles of a namespace, and who has them."""
    tenant = team.gitops and not team.gitops.cluster_role
    if tenant or any(one.role == DEPLOYER for one in team.access):
        yield k8s.role(deployer(team), team.name, namespace, RULES)
    for one in team.access:
        if one.group:
            if one.rules:
                rules = [_rule(each) for each in one.rules]
                yield k8s.role(object_name(one.group), team.name, namespace, rules)
            subject = {"apiGroup": RBAC, "kind": "Group", "name": one.group}
            yield binding(object_name(one.group), team, namespace, *_reference(one, team), subject)


def deployer(team: Team) -> str:
    """The name of the Role of those who deploy."""
    return f"{team.name}-{DEPLOYER}"


def binding(name: str, team: Team, namespace: str, kind: str, role: str, subject: Object) -> Object:
    """A role in one namespace alone, of whichever kind it is."""
    made = k8s.thing(f"{RBAC}/v1", "RoleBinding", name, team.name, namespace)
    return made | {"roleRef": {"apiGroup": RBAC, "kind": kind, "name": role}, "subjects": [subject]}


def _reference(one: TeamAccess, team: Team) -> tuple[str, str]:
    if one.rules:
        return "Role", object_name(one.group or "")
    if one.role == DEPLOYER:
        return "Role", deployer(team)
    return "ClusterRole", one.cluster_role or str(one.role)


def _rule(one: PolicyRule) -> Object:
    names = {"resourceNames": list(one.resource_names)} if one.resource_names else {}
    return {
        "apiGroups": list(one.api_groups),
        "resources": list(one.resources),
        **names,
        "verbs": list(one.verbs),
    }
