"""Text of the blueprint that names the stack's own account, Region or partition, as `${AWS::AccountId}` and the like.

Everything else that looks like a substitution stays text: IAM has `${...}` of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from troposphere import Sub

from bpc.kit import statements
from bpc.kit.sheet import literal

_PSEUDO = re.compile(r"\$\{AWS::(?:AccountId|Partition|Region|URLSuffix)\}")
_OTHER = re.compile(r"\$\{(?!AWS::(?:AccountId|Partition|Region|URLSuffix)\})")


def text(value: str) -> Any:
    """One text: as it is, or by Fn::Sub where it names one of the four."""
    return Sub(_OTHER.sub("${!", value)) if _PSEUDO.search(value) else literal(value)


def document(value: Any) -> Any:
    """The same for every text in a document."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {key: document(one) for key, one in value.items()}
    return [document(one) for one in value] if isinstance(value, list | tuple) else value


def policy(given: Mapping[str, Any]) -> dict[str, Any]:
    """An IAM policy as the blueprint has it, with the version that IAM has had since 2012."""
    return {"Version": "2012-10-17", "Statement": document(_statements(given))}


def policy_text(given: Mapping[str, Any]) -> Any:
    """The same as the JSON text that some properties want."""
    return text(json.dumps({"Version": "2012-10-17", "Statement": _statements(given)}, separators=(",", ":")))


def _statements(given: Mapping[str, Any]) -> list[Any]:
    """Where a statement is for every resource and says nothing of it, its name says who wants that."""
    named, made = 0, []
    for one in statements.listed(given["Statement"]):
        if "*" in statements.listed(one.get("Resource", [])) and not one.get("Sid"):
            named += 1
            one = {"Sid": f"TheBlueprintAsksForThis{named if named > 1 else ''}"} | one
        made.append(one)
    return made
