"""Who may do what: access entries and the objects of RBAC, evaluated as EKS and the API server do.

Sources: Kubernetes documentation, Using RBAC Authorization; Amazon EKS User Guide, Create access entries and Access
policy permissions. An access policy of EKS is here what the ClusterRole of its name is: those of Kubernetes that users
have, as far as the tests ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

Object = dict[str, Any]

SEEN = ["get", "list", "watch"]
CHANGED = ["create", "update", "patch", "delete"]
_VIEWED = {
    "": ["pods", "pods/log", "services", "configmaps", "persistentvolumeclaims", "resourcequotas", "limitranges"],
    "apps": ["deployments", "replicasets", "statefulsets", "daemonsets"],
    "networking.k8s.io": ["networkpolicies", "ingresses"],
}


def _rules(verbs: list[str], resources: dict[str, list[str]]) -> list[Object]:
    return [{"apiGroups": [group], "resources": some, "verbs": verbs} for group, some in resources.items()]


_EDITED = {
    group: [one for one in some if one not in ("resourcequotas", "limitranges")] for group, some in _VIEWED.items()
}
_VIEW = _rules(SEEN, _VIEWED)
_EDIT = _VIEW + _rules(CHANGED, _EDITED) + _rules(SEEN + CHANGED, {"": ["secrets", "pods/exec"]})
_ADMIN = _EDIT + _rules(SEEN + CHANGED, {"rbac.authorization.k8s.io": ["roles", "rolebindings"]})
USERS_ROLES = {"view": _VIEW, "edit": _EDIT, "admin": _ADMIN}
POLICIES = {"AmazonEKSViewPolicy": _VIEW, "AmazonEKSEditPolicy": _EDIT, "AmazonEKSAdminPolicy": _ADMIN}


class Wish(NamedTuple):
    """What somebody wants to do; no namespace is all of them, or what has none."""

    verb: str
    resource: str
    group: str = ""
    namespace: str = ""


class Caller(NamedTuple):
    """Somebody whom the cluster knows: the name, the groups, and EKS's own access policies with their scopes."""

    name: str
    groups: frozenset[str]
    policies: tuple[tuple[str, tuple[str, ...]], ...] = ()


def caller(entries: Iterable[Object], principal: str) -> Caller:
    """Who an IAM principal is by its access entry."""
    (entry,) = [one for one in entries if one["PrincipalArn"] == principal]
    policies = [
        (one["PolicyArn"].rpartition("/")[2], tuple(one["AccessScope"].get("Namespaces", ("*",))))
        for one in entry.get("AccessPolicies", ())
    ]
    groups = frozenset(entry.get("KubernetesGroups", ())) | {"system:authenticated"}
    return Caller(entry.get("Username", principal), groups, tuple(policies))


def may(who: Caller, wish: Wish, objects: Iterable[Object]) -> bool:
    """Whether the API server would let it happen."""
    return any(_allows(rule, wish) for rule in _granted(who, wish.namespace, list(objects)))


def _granted(who: Caller, namespace: str, objects: list[Object]) -> Iterator[Object]:
    roles = {
        (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one["rules"]
        for one in objects
        if one["kind"] in ("Role", "ClusterRole")
    }
    for name, scope in who.policies:
        if "*" in scope or (namespace and namespace in scope):
            yield from POLICIES[name]
    for one in objects:
        own = one["metadata"].get("namespace", "")
        everywhere = one["kind"] == "ClusterRoleBinding"
        if not everywhere and (one["kind"] != "RoleBinding" or own != namespace or not namespace):
            continue
        if any(_is(who, subject) for subject in one.get("subjects", ())):
            kind, name = one["roleRef"]["kind"], one["roleRef"]["name"]
            yield from roles.get((kind, own if kind == "Role" else "", name), USERS_ROLES.get(name, []))


def _is(who: Caller, subject: Object) -> bool:
    if subject["kind"] == "ServiceAccount":
        return who.name == f"system:serviceaccount:{subject['namespace']}:{subject['name']}"
    return subject["name"] in (who.groups if subject["kind"] == "Group" else {who.name})


def _allows(rule: Object, wish: Wish) -> bool:
    asked = {"apiGroups": wish.group, "resources": wish.resource, "verbs": wish.verb}
    return "resourceNames" not in rule and all({"*", one} & {*rule.get(key, ())} for key, one in asked.items())
