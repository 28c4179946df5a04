"""Permissions of the blueprint as IAM statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from awacs.aws import Condition, ConditionElement, Statement

from bpc.kit import iam
from bpc.model import Permission

# Where a statement is for every resource, its name says who wants that.
ASKED_FOR = "TheBlueprintAsksForThis"


def statements(permissions: Iterable[Permission]) -> list[Statement]:
    """The statements, in the blueprint's order."""
    return [_statement(one) for one in permissions]


def _statement(wanted: Permission) -> Statement:
    properties: dict[str, Any] = {}
    if wanted.sid or "*" in wanted.resources:
        properties["Sid"] = wanted.sid or ASKED_FOR
    if wanted.conditions:
        properties["Condition"] = Condition([_operator(name, keys) for name, keys in sorted(wanted.conditions.items())])
    return Statement(
        **properties,
        Effect=wanted.effect.capitalize(),
        Action=iam.actions(*wanted.actions),
        Resource=list(wanted.resources),
    )


def _operator(name: str, keys: Mapping[str, Any]) -> ConditionElement:
    """One operator with its keys; awacs has a class for each, and IAM more of them than awacs."""
    element: ConditionElement = type(name.replace(":", ""), (ConditionElement,), {"condition": name})(dict(keys))
    return element
