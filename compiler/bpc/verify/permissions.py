"""No policy in a template is open: roles, managed policies, and the policies of queues, keys and endpoints.

What a statement may say is from the IAM User Guide, IAM JSON policy elements reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bpc.diagnostics import Path, rule
from bpc.verify import Finding, Template, mappings

OPEN = rule(
    "BPC625",
    "open-statement",
    why="A statement that allows everything on everything, or anybody, gives the account away.",
    cure="If an override made it, name actions, resources and principals; if not, it is a mistake in bpc.",
)
UNEXPLAINED = rule(
    "BPC626",
    "unexplained-star",
    why='Where a service forces `Resource: "*"`, a condition narrows the statement or its Sid says why it is there.',
    cure="If an override made it, add a Condition or a Sid; if not, it is a mistake in bpc.",
)

# The policy of a VPC endpoint grants nothing: it narrows what goes through the endpoint.
NARROWING = "AWS::EC2::VPCEndpoint"


def open_statements(template: Template) -> Iterator[Finding]:
    """Promise 9: no statement allows `*` on `*`, and none lets anybody in without a condition."""
    for path, kind, statement in statements(template):
        if statement.get("Effect") != "Allow":
            continue
        every_action = "NotAction" in statement or any(one in ("*", "*:*") for one in _listed(statement.get("Action")))
        if every_action and ("NotResource" in statement or "*" in _listed(statement.get("Resource"))):
            yield template.found(OPEN, path, "this statement allows * on *")
        if _anybody(statement.get("Principal")) and not statement.get("Condition") and kind != NARROWING:
            yield template.found(OPEN, path, "this statement lets anybody in, of any account")


def unexplained_stars(template: Template) -> Iterator[Finding]:
    """Promise 9: a condition or a reason stands beside every `Resource: "*"`."""
    for path, _, statement in statements(template):
        if "*" in _listed(statement.get("Resource")) and not (statement.get("Condition") or statement.get("Sid")):
            message = 'this statement is for Resource: "*" and has neither a Condition nor a Sid that says why'
            yield template.found(UNEXPLAINED, path, message)


def statements(template: Template) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Every statement with its path and the type of its resource, those in policies written as JSON text too."""
    for title, resource in template.resources.items():
        at: Path = ("Resources", title, "Properties")
        kind = str(resource.get("Type", ""))
        for path, mapping in mappings(resource.get("Properties", {}), at):
            if "Effect" in mapping and ("Action" in mapping or "NotAction" in mapping):
                yield path, kind, mapping
            for key, value in mapping.items():
                for statement in _written(value):
                    yield (*path, key), kind, statement


def _written(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, str) and value.lstrip().startswith("{") and '"Effect"' in value:
        try:
            content = json.loads(value)
        except ValueError:
            return
        yield from (one for _, one in mappings(content) if "Effect" in one)


def _anybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS")))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
