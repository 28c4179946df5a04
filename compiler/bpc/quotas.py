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
ROLE = rule(
    "BPC944",
    "role-with-too-many-permissions",
    why="The inline policies of a role have 10,240 characters at most, what bpc itself gives it and included, and "
    "white space not counted (IAM User Guide, IAM and AWS STS quotas).",
    cure="Name resources by patterns, or make managed policies of some statements and list them in policyArns.",
)

QUOTAS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
LARGEST_ROLE = 10_240  # characters of all inline policies
# The shortest of what a stack fills in, for nobody knows the rest.
SHORTEST = {"${AWS::Partition}": "aws", "${AWS::Region}": "eu-west-1", "${AWS::AccountId}": "1" * 12}
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
    found = [Complaint(QUOTA, stack, message) for stack, one in templates.items() for message in beyond(one)]
    return found + [Complaint(ROLE, stack, message) for stack, one in templates.items() for message in roles(one)]


def beyond(template: dict[str, Any]) -> Iterator[str]:
    """What there is more of in a template than there may be."""
    for section, most in QUOTAS.items():
        count = len(template.get(section, {}))
        if count > most:
            yield f"{count} {section.lower()}; CloudFormation takes {most}"


def roles(template: dict[str, Any]) -> Iterator[str]:
    """Roles whose inline policies IAM would refuse."""
    for title, one in template.get("Resources", {}).items():
        policies = one.get("Properties", {}).get("Policies") if one.get("Type") == "AWS::IAM::Role" else None
        length = sum(map(_length, policies)) if isinstance(policies, list) else 0
        if length > LARGEST_ROLE:
            yield f"{length:,} characters of inline policies in {title}; IAM takes {LARGEST_ROLE:,}"


def _length(value: Any) -> int:
    """The characters of a policy as JSON, once what is known is filled in."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::GetAtt", "Fn::ImportValue"):
            return 2
        if isinstance(text := value.get("Fn::Sub"), str):
            for name, shortest in SHORTEST.items():
                text = text.replace(name, shortest)
            return len(text) + 2
        if "PolicyDocument" in value:
            return _length(value["PolicyDocument"])
        return 1 + sum(len(key) + 4 + _length(one) for key, one in value.items())
    if isinstance(value, list):
        return 1 + sum(_length(one) + 1 for one in value)
    return len(str(value)) + 2


def too_large(body: bytes) -> str:
    """What is wrong with a template's size: CloudFormation has a limit, in bytes."""
    return f"{len(body):,} bytes; CloudFormation takes {LARGEST_BODY:,}" if len(body) > LARGEST_BODY else ""
