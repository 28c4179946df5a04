"""Access entries: each principal once, each policy with the scope that it means, no name that EKS keeps."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Access, AccessPolicy, Blueprint

# Amazon EKS User Guide, Set a custom username for EKS access entries. Of groups, the service's own error
# message names system: alone; the others are refused here too, for Kubernetes and AWS speak with them.
RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")

PRINCIPAL_TWICE = rule(
    "BPC353",
    "principal-twice",
    why="A principal has one access entry in a cluster (Amazon EKS User Guide, Create access entries).",
    cure="Put all groups and policies of the principal into one entry.",
)
NO_NAMESPACES = rule(
    "BPC354",
    "scope-without-namespaces",
    why="A namespace scope with no namespaces gives access to nothing, and EKS refuses it.",
    cure="Add namespaces, or use `type: cluster`.",
)
UNUSED_NAMESPACES = rule(
    "BPC355",
    "scope-namespaces-unused",
    why="With the scope cluster the policy is for all namespaces, which is more than the list says.",
    cure="Use `type: namespace`, or take the namespaces away.",
)
RESERVED_NAME = rule(
    "BPC356",
    "reserved-name",
    why="EKS keeps names with these prefixes for itself (Amazon EKS User Guide, Set a custom username).",
    cure="Use another name. To make somebody an administrator, use the policy cluster-admin.",
)
SESSION_NAME = rule(
    "BPC357",
    "username-session",
    why="A username with the session's name in it must have a colon before it (Amazon EKS User Guide, Set a"
    " custom username).",
    cure="Write for example `admin:{{SessionName}}`.",
)
POLICY_TWICE = rule(
    "BPC358",
    "policy-twice",
    why="A policy is associated with an entry once; of two scopes, one would replace the other.",
    cure="Put all namespaces into one scope.",
)
NOBODY = rule(
    "BPC359",
    "nobody-has-access",
    why="Who creates the cluster gets no access, and there are no access entries, so nobody can use it.",
    cure="Add an entry under cluster.access, or leave bootstrapClusterCreatorAdminPermissions out.",
    severity="warning",
)

NODES_ROLE = rule(
    "BPC725",
    "access-entry-of-nodes",
    why="An entry for nodes gets its name and groups from EKS, and takes none of yours; policies go with the types "
    "standard and ec2 alone (Amazon EKS User Guide, Create access entries).",
    cure="Use `type: standard` for people, or take these away.",
)


def _types(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for access in blueprint.cluster.access:
        if access.type == "standard":
            continue
        given: dict[str, object] = {"username": access.username, "groups": access.groups}
        if access.type != "ec2":
            given["policies"] = access.policies
        for key, value in given.items():
            if value:
                yield NODES_ROLE.at((*access.at, key), f"an entry of the type {access.type} takes no {key}", key=True)


def _principals(blueprint: Blueprint) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for access in blueprint.cluster.access:
        if access.principal in seen:
            yield PRINCIPAL_TWICE.at((*access.at, "principal"), f"{access.principal} is listed twice", "merge the two")
        seen.add(access.principal)


def _names(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for access in blueprint.cluster.access:
        for at, name in _named(access):
            prefix = next((one for one in RESERVED if name.startswith(one)), None)
            if prefix:
                help = "use the policy cluster-admin" if name == "system:masters" else ""
                yield RESERVED_NAME.at(at, f"{name}: EKS keeps names that begin with {prefix}", help)
        before, found, _ = (access.username or "").partition("{{SessionName")
        if found and ":" not in before:
            yield SESSION_NAME.at((*access.at, "username"), "there is no colon before the session's name")


def _named(access: Access) -> Iterator[tuple[Path, str]]:
    if access.username:
        yield (*access.at, "username"), access.username
    for index, group in enumerate(access.groups):
        yield (*access.at, "groups", index), group


def _policies(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for access in blueprint.cluster.access:
        seen: set[str] = set()
        for one in access.policies:
            if one.policy in seen:
                yield POLICY_TWICE.at((*one.at, "policy"), f"{one.policy} is listed twice", "merge the scopes")
            seen.add(one.policy)
            yield from _scope(one)


def _scope(one: AccessPolicy) -> Iterator[Diagnostic]:
    scope = one.scope
    if scope.type == "namespace" and not scope.namespaces:
        yield NO_NAMESPACES.at((*scope.at, "type"), "the scope namespace needs namespaces", "add namespaces: […]")
    if scope.type == "cluster" and scope.namespaces:
        yield UNUSED_NAMESPACES.at(
            (*scope.at, "namespaces"),
            f"the scope cluster gives {one.policy} in every namespace",
            "add type: namespace",
        )


def _nobody(blueprint: Blueprint) -> Iterator[Diagnostic]:
    cluster = blueprint.cluster
    if not cluster.bootstrap_cluster_creator_admin_permissions and not blueprint.principals:
        yield NOBODY.at(
            (*cluster.at, "bootstrapClusterCreatorAdminPermissions"),
            "nobody has access to the cluster",
            "add access",
        )


CHECKS = (_types, _principals, _names, _policies, _nobody)
