"""Service accounts and the roles of add-ons: each once, with one role, and nothing that would do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.checks.roles import GIVEN_ROLE
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, Iam

TWICE = rule(
    "BPC783",
    "service-account-twice",
    why="A service account has one role (Amazon EKS User Guide, EKS Pod Identity).",
    cure="Put the permissions of both into one.",
)
NO_PERMISSIONS = rule(
    "BPC784",
    "role-without-permissions",
    why="A role that may do nothing helps nobody; what its pods may do is for the blueprint to say.",
    cure="Add policyArns, permissions or wellKnownPolicies, or a role that is there already.",
)
NOT_CREATED = rule(
    "BPC786",
    "service-account-not-created",
    why="Labels and annotations are for the ServiceAccount that the manifests hold, and `create: true` puts it there.",
    cure="Say `create: true`, or take the setting away.",
)


NONE = ("this role would have no permissions", "add roleArn, permissions or policyArns to iam")


def _twice(blueprint: Blueprint) -> Iterator[Diagnostic]:
    seen = set()
    for one in blueprint.workloads:
        key = (one.namespace, one.name)
        if key in seen:
            yield TWICE.at(one.at, f"{one.namespace}/{one.name} is there before", "merge the two")
        seen.add(key)
    for addon in blueprint.addons:
        named: set[str] = set()
        for place, one in enumerate(addon.options.get("podIdentityAssociations", ())):
            if one["serviceAccount"] in named:
                at = (*addon.at, "podIdentityAssociations", place, "serviceAccount")
                yield TWICE.at(at, f"{one['serviceAccount']} has a role before", "merge the two")
            named.add(one["serviceAccount"])


def _service_accounts(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one in blueprint.workloads:
        if not (one.target_role_arn or _is_told(one.iam)):
            yield NO_PERMISSIONS.at(one.at, *NONE)
        for key, value in (("labels", one.labels), ("annotations", one.annotations)):
            if value and not one.create:
                yield NOT_CREATED.at((*one.at, key), f"no ServiceAccount is made that could have {key}", key=True)


def _addons(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for addon in blueprint.addons:
        for place, one in enumerate(addon.options.get("podIdentityAssociations", ())):
            iam = one.get("iam") or {}
            if not any(iam.get(key) for key in ("roleArn", "policyArns", "permissions", "wellKnownPolicies")):
                yield NO_PERMISSIONS.at((*addon.at, "podIdentityAssociations", place), *NONE)
            if iam.get("roleArn") and one.get("tags"):
                at = (*addon.at, "podIdentityAssociations", place, "tags")
                yield GIVEN_ROLE.at(at, "tags does nothing beside iam.roleArn", key=True)


def _is_told(iam: Iam | None) -> bool:
    return bool(iam and (iam.role_arn or iam.grants))


CHECKS = (_twice, _service_accounts, _addons)
