"""Values of a template in a reader's words: `${Cluster.Arn}` for a function that asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def said(value: Any) -> str:
    """A value as one text."""
    if not isinstance(value, dict):
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(value) == 1:
        ((name, given),) = value.items()
        if name == "Ref":
            return f"${{{given}}}"
        if name == "Fn::Sub":
            return given if isinstance(given, str) else said(given[0])
        if name == "Fn::GetAtt":
            return f"${{{given if isinstance(given, str) else '.'.join(map(said, given))}}}"
        if name == "Fn::ImportValue":
            return said(given)
        if name == "Fn::Join":
            return said(given[0]).join(map(said, given[1])) if isinstance(given[1], list) else said(given[1])
        if name == "Fn::If":
            return " or ".join(text for text in map(said, given[1:]) if text != "${AWS::NoValue}")
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def listed(value: Any) -> list[Any]:
    """A list, also where IAM takes a thing alone for a list of it."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def imports(value: Any) -> Iterator[str]:
    """What a part of a template imports, as it says the name: `${NetworkStack}-VpcId`."""
    if isinstance(value, list):
        for one in value:
            yield from imports(one)
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "Fn::ImportValue":
                yield said(one)
            yield from imports(one)


FEW = 5  # so many names of a kind are shown; the template has all


def shortened(names: list[str]) -> str:
    """Names, and how many more there are."""
    if len(names) <= FEW:
        return ", ".join(names)
    return f"{', '.join(names[: FEW - 1])} and {len(names) - FEW + 1} more"
