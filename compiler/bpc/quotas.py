"""CloudFormation's quotas on templates, for blueprints that outgrow them; and what is wrong with a template.

`anatomy` has more to say of templates that a patch has touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.diagnostics import Rule, rule
from bpc.kit.record import Record

QUOTA = rule(
    "BPC425",
    "cloudformation-quota",
    why="CloudFormation refuses templates beyond its quotas (CloudFormation User Guide, Understand quotas).",
    cure="Split the platform into several blueprints, or ask for less in this one.",
)

QUOTAS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
LARGEST_BODY = 1_000_000  # bytes, from S3; the console uploads a file there by itself

Templates = dict[str, dict[str, Any]]


class Complaint(Record):
    """What is wrong with a stack's template; `across` where another template may be the one that is wrong."""

    rule: Rule
    stack: str
    message: str
    across: bool = False

    @property
    def same(self) -> tuple[str, str, str]:
        """What it has in common with itself at another time: all but a count, with which the message begins."""
        return self.rule.code, self.stack, self.message.lstrip("0123456789")


def check(templates: Templates) -> list[Complaint]:
    """What CloudFormation has no room for."""
    return [Complaint(QUOTA, stack, message) for stack, one in templates.items() for message in beyond(one)]


def beyond(template: dict[str, Any]) -> Iterator[str]:
    """What there is more of in a template than there may be."""
    for section, most in QUOTAS.items():
        count = len(template.get(section, {}))
        if count > most:
            yield f"{count} {section.lower()}; CloudFormation takes {most}"


def too_large(body: bytes) -> str:
    """What is wrong with a template's size: CloudFormation has a limit, in bytes."""
    return f"{len(body):,} bytes; CloudFormation takes {LARGEST_BODY:,}" if len(body) > LARGEST_BODY else ""
