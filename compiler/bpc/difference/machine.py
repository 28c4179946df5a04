"""A difference as JSON. The names are those of ResourceChange and ResourceChangeDetail in the CloudFormation API.

{"old": …, "new": …, "schemas": day of the provider schemas, "environments": [{
  "name": …,
  "resourceChanges": [{"stack", "logicalResourceId", "resourceType", "action": Add | Modify | Remove,
    "replacement": True | Conditional | False | Unknown (of a Modify), "policyAction", "scope", "renamed",
    "environment" (of a stack set whose template changes: the one that it deploys),
    "details": [{"target": {"path", "requiresRecreation", "beforeValue", "afterValue"}, "changeSource",
    "causingEntity"}], "findings": […]}],
  "parameters": [{"stack", "name", "action", "before", "after"}],
  "objects": [{"action", "kind", "namespace", "name", "fields", "fixed"}],
  "findings": [{"code", "name", "severity", "message"}]}],
 "administration": the same without a name, of the administrator's template of stack sets,
 "dangers": [{"environment", "code", "resource", "message"}]}: what is not allowed, and makes the exit code 3
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bpc.diagnostics import Diagnostic
from bpc.difference import words
from bpc.difference.shapes import ABSENT, MODIFY, REMOVE, Change, Changes, Detail, Difference
from bpc.facts import replacement


def text(difference: Difference, dangers: Sequence[tuple[str, Diagnostic]]) -> str:
    """The whole difference as one object."""
    content = {
        "old": difference.old,
        "new": difference.new,
        "schemas": replacement.as_of(),
        "administration": _changes(difference.administration),
        "environments": [{"name": name} | _changes(one) for name, one in difference.environments.items()],
        "dangers": [
            {
                "environment": name,
                "code": one.rule.code,
                "resource": "/".join(str(part) for part in one.path),
                "message": one.message,
            }
            for name, one in dangers
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _changes(changes: Changes) -> dict[str, Any]:
    return {
        "resourceChanges": [_change(one) for one in words.ordered(changes.resources)],
        "parameters": [
            {"stack": one.stack, "name": one.title, "action": one.action}
            | dict(zip(("before", "after"), words.parameter(one), strict=True))
            for one in changes.parameters
        ],
        "objects": [
            {
                "action": one.action,
                "kind": one.kind,
                "namespace": one.namespace,
                "name": one.name,
                "fields": list(one.paths),
                "fixed": list(one.fixed),
            }
            for one in changes.objects
        ],
        "findings": _findings(changes.findings),
    }


def _change(change: Change) -> dict[str, Any]:
    row: dict[str, Any] = {
        "stack": change.stack,
        "logicalResourceId": change.title,
        "resourceType": change.type,
        "action": change.action,
    }
    if change.action == MODIFY:
        row |= {"replacement": change.replacement, "scope": list(change.scope)}
    if change.policy and (change.action == REMOVE or change.replacement != "False"):
        row["policyAction"] = change.policy if change.action == REMOVE else f"ReplaceAnd{change.policy}"
    if change.renamed:
        row["renamed"] = change.renamed
    if change.environment:
        row["environment"] = change.environment
    row["details"] = [_detail(one) for one in change.details]
    row["findings"] = _findings(change.findings)
    return row


def _detail(one: Detail) -> dict[str, Any]:
    target = {"path": "/".join(("/Properties", *one.path)), "requiresRecreation": one.recreation}
    before, after = words.values(one)
    target |= {"beforeValue": before} if one.before is not ABSENT else {}
    target |= {"afterValue": after} if one.after is not ABSENT else {}
    found: dict[str, Any] = {"target": target, "changeSource": one.source}
    return found | ({"causingEntity": one.cause} if one.cause else {})


def _findings(findings: Iterable[Diagnostic]) -> list[dict[str, str]]:
    return [
        {"code": one.rule.code, "name": one.rule.name, "severity": one.rule.severity, "message": one.message}
        for one in findings
    ]
