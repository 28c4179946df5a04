"""IAM statements in finished templates, and which of them give everything away.

What a statement may say is from the IAM User Guide, IAM JSON policy elements reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bpc.diagnostics import Path

EVERYTHING = frozenset(["*", "*:*", "**"])
ADMINISTRATOR = ":policy/AdministratorAccess"


def statements(value: Any, at: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every statement below a value with its path, those in policies written as JSON text too."""
    if isinstance(value, str):
        if value.lstrip().startswith("{") and '"Effect"' in value:
            yield from ((at, one) for _, one in statements(_loaded(value)))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from statements(one, (*at, index))
    elif isinstance(value, dict):
        if "Effect" in value and ("Action" in value or "NotAction" in value):
            yield at, value
        for key, one in value.items():
            yield from statements(one, (*at, key))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def allows_all(statement: dict[str, Any]) -> bool:
    """Whether it allows every action, or all but some, on every resource."""
    if statement.get("Effect") != "Allow":
        return False
    every_action = "NotAction" in statement or not EVERYTHING.isdisjoint(map(str, listed(statement.get("Action"))))
    resources = {str(one) for one in listed(statement.get("Resource"))}
    return every_action and ("NotResource" in statement or not resources.isdisjoint({"*", "arn:*"}))


def lets_anybody_in(statement: dict[str, Any]) -> bool:
    """Whether it is for everybody of every account, under no condition."""
    principal = statement.get("Principal")
    anybody = principal == "*" or (isinstance(principal, dict) and "*" in listed(principal.get("AWS")))
    return statement.get("Effect") == "Allow" and anybody and not statement.get("Condition")


def makes_administrators(properties: Any) -> bool:
    """Whether a role, user or group has AWS's policy for administrators."""
    arns = properties.get("ManagedPolicyArns", []) if isinstance(properties, dict) else []
    return any(ADMINISTRATOR in json.dumps(one) for one in listed(arns))


def listed(value: Any) -> list[Any]:
    """A list as it is, and anything else as a list of one: IAM takes both."""
    return value if isinstance(value, list) else [value]
