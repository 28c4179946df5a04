"""Permissions of the blueprint as IAM statements, for roles and for the session policies of EKS Pod Identity.

`${AWS::Partition}`, `${AWS::Region}`, `${AWS::AccountId}` and `${AWS::URLSuffix}` in them are the stack's own.
Everything else that looks like a substitution stays text: IAM has `${...}` of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from awacs.aws import Condition, ConditionElement, Statement
from troposphere import Sub

from bpc.kit import iam
from bpc.kit.sheet import literal
from bpc.model import Permission

# Where a statement is for every resource, its name says who wants that.
ASKED_FOR = "TheBlueprintAsksForThis"
_PSEUDO = re.compile(r"\$\{AWS::(?:AccountId|Partition|Region|URLSuffix)\}")
_OTHER = re.compile(r"\$\{(?!AWS::(?:AccountId|Partition|Region|URLSuffix)\})")


def statements(permissions: Iterable[Permission]) -> list[Statement]:
    """The statements, in the blueprint's order."""
    return [_statement(one) for one in _named(permissions)]


def session_policy(permissions: Iterable[Permission]) -> Any:
    """The same as the JSON text that EKS wants."""
    return _text(json.dumps({"Version": iam.VERSION, "Statement": list(_named(permissions))}, separators=(",", ":")))


def _named(permissions: Iterable[Permission]) -> Iterator[dict[str, Any]]:
    """The statements' elements; in a policy no two statements have the same name."""
    permissions = tuple(permissions)
    taken, number = {one.sid for one in permissions}, 1
    for one in permissions:
        sid = one.sid
        if not sid and "*" in one.resources:
            while (sid := f"{ASKED_FOR}{number if number > 1 else ''}") in taken:
                number += 1
            taken.add(sid)
        yield ({"Sid": sid} if sid else {}) | one.elements


def _statement(elements: Mapping[str, Any]) -> Statement:
    made = dict(elements)
    for key in ("Action", "NotAction"):
        if key in made:
            made[key] = iam.actions(*made[key])
    for key in ("Resource", "NotResource"):
        if key in made:
            made[key] = _substituted(made[key])
    if "Condition" in made:
        made["Condition"] = Condition([_operator(name, keys) for name, keys in made["Condition"].items()])
    return Statement(**made)


def _operator(name: str, keys: Mapping[str, Any]) -> ConditionElement:
    """One operator with its keys; awacs has a class for each, and IAM more of them than awacs."""
    kind = type(name.replace(":", ""), (ConditionElement,), {"condition": name})
    element: ConditionElement = kind({key: _substituted(value) for key, value in keys.items()})
    return element


def _substituted(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_substituted(one) for one in value]
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> Any:
    """As it is, or by Fn::Sub where it names what the stack knows of itself."""
    return Sub(_OTHER.sub("${!", value)) if _PSEUDO.search(value) else literal(value)
