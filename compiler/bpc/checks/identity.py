"""Service accounts and the roles of add-ons: each once, with one role, and nothing that would do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint

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
GIVEN_ROLE = rule(
    "BPC785",
    "setting-of-a-given-role",
    why="A role that is given has a name, permissions and a boundary of its own; the template does not change them.",
    cure="Take one of the two away, or give the permissions to that role where it is made.",
)
NOT_CREATED = rule(
    "BPC786",
    "service-account-not-created",
    why="Labels and annotations are for the ServiceAccount that the manifests hold, and `create: true` puts it there.",
    cure="Say `create: true`, or take the setting away.",
)
SAME_NAME = rule(
    "BPC787",
    "policy-name-twice",
    why="The inline policies of a role have different names, and those that bpc adds are called by what they are for.",
    cure="Give the policy another policyName.",
)
GRANTS = ("policyArns", "permissions", "wellKnownPolicies")
OF_A_MADE_ROLE = (*GRANTS, "roleName", "permissionsBoundary")


def _twice(blueprint: Blueprint) -> Iterator[Diagnostic]:
    seen = set()
    for one in blueprint.service_accounts:
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
    for one in blueprint.service_accounts:
        settings = {
            "policyArns": one.policy_arns,
            "permissions": one.permissions,
            "wellKnownPolicies": one.well_known_policies,
            "roleName": one.role_name,
            "permissionsBoundary": one.permissions_boundary,
        }
        yield from _role(one.at, {"roleArn": one.role_arn} | settings, bool(one.target_role_arn))
        yield from _named(one.at, one.policy_name if one.permissions else "", one.well_known_policies)
        for key, value in (("labels", one.labels), ("annotations", one.annotations)):
            if value and not one.create:
                yield NOT_CREATED.at((*one.at, key), f"no ServiceAccount is made that could have {key}", key=True)


def _addons(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for addon in blueprint.addons:
        options = addon.options
        for place, one in enumerate(options.get("podIdentityAssociations", ())):
            at = (*addon.at, "podIdentityAssociations", place)
            yield from _role(at, one)
            if one.get("roleArn") and one.get("tags"):
                yield GIVEN_ROLE.at((*at, "tags"), "tags does nothing beside roleArn", key=True)
            yield from _named(at, one["policyName"] if one.get("permissions") else "", one["wellKnownPolicies"])
        if options.get("permissions"):
            yield from _named(addon.at, options["policyName"], (*options["wellKnownPolicies"], addon.name))


def _role(at: Path, given: Mapping[str, Any], chained: bool = False) -> Iterator[Diagnostic]:
    if given.get("roleArn"):
        for key in OF_A_MADE_ROLE:
            if given.get(key):
                yield GIVEN_ROLE.at((*at, key), f"{key} does nothing beside roleArn", key=True)
    elif not chained and not any(given.get(key) for key in GRANTS):
        yield NO_PERMISSIONS.at(at, "this role would have no permissions", "add policyArns, permissions or roleArn")


def _named(at: Path, name: str, others: tuple[str, ...] | list[str]) -> Iterator[Diagnostic]:
    if name in others:
        yield SAME_NAME.at((*at, "policyName"), f"another policy of the role is called {name}", "choose another name")


CHECKS = (_twice, _service_accounts, _addons)
