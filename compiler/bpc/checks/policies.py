"""IAM policies that the blueprint spells out: whether they are any, and whether they give too much away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import statements
from bpc.model import Blueprint

NO_STATEMENT = rule(
    "BPC780",
    "policy-statement",
    why="A statement of a role's policy has Effect, Action or NotAction, Resource or NotResource, and maybe Sid and "
    "Condition (IAM User Guide, IAM JSON policy elements reference).",
    cure="Write the statement as that page says.",
)
EVERYTHING = rule(
    "BPC781",
    "policy-allows-everything",
    why="Whoever holds such a role is an administrator of the account (IAM User Guide, Security best practices).",
    cure="Name the actions that are needed, and the resources that they are for.",
)
ELEMENTS = frozenset(["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"])


def documents(blueprint: Blueprint) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every policy in the blueprint's own words, with its place."""
    for one in blueprint.service_accounts:
        for key, given in (("policy", one.policy), ("sessionPolicy", one.session_policy)):
            if given:
                yield (*one.at, key), given
    for addon in blueprint.addons:
        if addon.options.get("policy"):
            yield (*addon.at, "policy"), addon.options["policy"]
        for place, association in enumerate(addon.options.get("podIdentityAssociations", ())):
            if association.get("policy"):
                yield (*addon.at, "podIdentityAssociations", place, "policy"), association["policy"]


def _policies(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for at, document in documents(blueprint):
        for key in sorted(set(document) - {"Version", "Id", "Statement"}):
            yield NO_STATEMENT.at((*at, key), f"a policy has no {key}", key=True)
        given = document["Statement"]
        places = [(*at, "Statement", index) for index in range(len(given))] if isinstance(given, list) else []
        for place, one in zip(places or [(*at, "Statement")], statements.listed(given), strict=False):
            yield from _statement(place, one)


def _statement(at: Path, one: Any) -> Iterator[Diagnostic]:
    if message := _misshaped(one):
        yield NO_STATEMENT.at(at, message)
    elif statements.allows_all(one):
        yield EVERYTHING.at(at, "this allows everything on everything", "name actions and resources")


def _misshaped(one: Any) -> str:
    if not isinstance(one, dict):
        return "a statement is a mapping"
    for key in sorted(set(one) - ELEMENTS):
        return f"a statement has no {key}"
    sid = one.get("Sid", "Word")
    if not (isinstance(sid, str) and sid.isascii() and sid.isalnum()):
        return "Sid is one word of letters and digits"
    if one.get("Effect") not in ("Allow", "Deny"):
        return "Effect is Allow or Deny"
    for key in ("Action", "Resource"):
        found = [one[name] for name in (key, f"Not{key}") if name in one]
        if len(found) != 1 or not _texts(found[0]):
            return f"a statement has either {key} or Not{key}: a text, or a list of texts"
    return "" if isinstance(one.get("Condition", {}), dict) else "Condition is a mapping"


def _texts(value: Any) -> bool:
    return bool(value) and all(isinstance(one, str) and one for one in statements.listed(value))


CHECKS = (_policies,)
