"""No policy in a template is open: roles, managed policies, and the policies of queues, keys and endpoints.

What a statement may say is from the IAM User Guide, IAM JSON policy elements reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.diagnostics import Path, rule
from bpc.kit import statements as iam
from bpc.verify import Finding, Template

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

BARE = 'this statement is for Resource: "*" and has neither a Condition nor a Sid that says why'
# The policy of a VPC endpoint grants nothing: it narrows what goes through the endpoint.
NARROWING = "AWS::EC2::VPCEndpoint"


def open_statements(template: Template) -> Iterator[Finding]:
    """Promise 9: no statement allows `*` on `*`, and none lets anybody in without a condition."""
    for path, kind, statement in statements(template):
        if iam.allows_all(statement):
            yield template.found(OPEN, path, "this statement allows * on *")
        if iam.lets_anybody_in(statement) and kind != NARROWING:
            yield template.found(OPEN, path, "this statement lets anybody in, of any account")
    for title, resource in template.resources.items():
        if iam.makes_administrators(resource.get("Properties")):
            yield template.found(OPEN, ("Resources", title), "this makes an administrator of the account")


def deployer_policy(policy: Template) -> Iterator[Finding]:
    """Promise 9 for the policy of whoever deploys: nothing open, and no bare star."""
    for path, statement in iam.statements(policy.data.get("Statement"), ("Statement",)):
        if iam.allows_all(statement):
            yield policy.found(OPEN, path, "this statement allows * on *")
        if _unexplained(statement):
            yield policy.found(UNEXPLAINED, path, BARE)


def unexplained_stars(template: Template) -> Iterator[Finding]:
    """Promise 9: a condition or a reason stands beside every `Resource: "*"`."""
    for path, _, statement in statements(template):
        if _unexplained(statement):
            yield template.found(UNEXPLAINED, path, BARE)


def _unexplained(statement: dict[str, Any]) -> bool:
    return "*" in iam.listed(statement.get("Resource")) and not (statement.get("Condition") or statement.get("Sid"))


def statements(template: Template) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Every statement with its path and the type of its resource."""
    for title, resource in template.resources.items():
        kind = str(resource.get("Type", ""))
        for path, statement in iam.statements(resource.get("Properties", {}), ("Resources", title, "Properties")):
            yield path, kind, statement
