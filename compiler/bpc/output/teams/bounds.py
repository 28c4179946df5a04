"""A team's namespace, and how much may be in it.

Sources: Kubernetes documentation, Pod Security Admission, Resource Quotas, Limit Ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpc.kit import k8s
from bpc.kit.k8s import Object
from bpc.model import Team
from bpc.model.teams import ScopedQuota

# Pods are refused; whoever makes what would make such pods is told at once, and the audit log keeps it.
MODES = ("enforce", "audit", "warn")


def objects(team: Team, namespace: str) -> Iterator[Object]:
    if team.create_namespaces:
        yield _namespace(team, namespace)
    if team.quota:
        yield _thing("ResourceQuota", team, namespace) | {"spec": {"hard": _amounts(team.quota)}}
    for one in team.scoped_quotas:
        yield _scoped(one, team, namespace)
    if team.limits:
        limits = [
            {"type": one.type} | {key: _amounts(values) for key, values in one.said.items()} for one in team.limits
        ]
        yield _thing("LimitRange", team, namespace) | {"spec": {"limits": limits}}


def _namespace(team: Team, namespace: str) -> Object:
    levels = {f"pod-security.kubernetes.io/{mode}": str(team.pod_security) for mode in MODES}
    if team.pod_security_version:
        levels |= {f"pod-security.kubernetes.io/{mode}-version": team.pod_security_version for mode in MODES}
    made = k8s.thing("v1", "Namespace", namespace, team.name)
    return k8s.labelled(made, {**team.labels, **levels})


def _scoped(one: ScopedQuota, team: Team, namespace: str) -> Object:
    """A quota of some pods."""
    wanted = [
        {"scopeName": it.scope_name, "operator": it.wanted} | ({"values": [*it.values]} if it.values else {})
        for it in one.scope_selector
    ]
    made = k8s.thing("v1", "ResourceQuota", f"{team.name}-{one.name}", team.name, namespace)
    return made | {"spec": {"hard": _amounts(one.hard), "scopeSelector": {"matchExpressions": wanted}}}


def _thing(kind: str, team: Team, namespace: str) -> Object:
    return k8s.thing("v1", kind, team.name, team.name, namespace)


def _amounts(values: Mapping[str, str | int]) -> dict[str, str]:
    """Sorted, for the order of keys says nothing; as text, which Kubernetes takes for every amount."""
    return {key: str(value) for key, value in sorted(values.items())}
