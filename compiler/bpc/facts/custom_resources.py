"""What GitOps engines and EKS Auto Mode take: do their objects have the fields that the definitions have?

The definitions themselves are not here; `custom-resources.json` holds the fields that bpc writes, as they are
there. Values are not looked at, only where they stand.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any


@cache
def known() -> Mapping[str, tuple[str, ...]]:
    """The fields below `spec` by kind."""
    with open(os.path.join(os.path.dirname(__file__), "custom-resources.json"), encoding="utf-8") as file:
        kinds: dict[str, list[str]] = json.load(file)["kinds"]
    return {kind: tuple(fields) for kind, fields in kinds.items()}


def name(one: Mapping[str, Any]) -> str:
    """How a kind is called in the table."""
    return f"{one.get('apiVersion')} {one.get('kind')}"


def wrong(one: Mapping[str, Any]) -> Iterator[str]:
    """Fields of an object that its kind does not have, and those that it lacks."""
    fields = known()[name(one)]
    spec = one.get("spec")
    for key in {*one} - {"apiVersion", "kind", "metadata", "spec"}:
        yield f"{key} is unknown"
    if not isinstance(spec, Mapping):
        yield "spec is missing"
        return
    patterns = [re.compile(_pattern(field)) for field in fields]
    for path in _leaves(spec, ""):
        if not any(pattern.fullmatch(path) for pattern in patterns):
            yield f"spec.{path} is unknown"
    for field in fields:
        if field.endswith("!"):
            *above, last = field[:-1].split(".")
            for place in _places(spec, above):
                if last not in place:
                    yield f"spec.{field[:-1]} is missing"


def _pattern(field: str) -> str:
    escaped = re.escape(field.removesuffix("!").removesuffix(".*"))
    return escaped + (r"(\..*)?" if field.endswith(".*") else "")


def _leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from _leaves(one, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, f"{path}[]")
    else:
        yield path


def _places(value: Any, above: list[str]) -> Iterator[Mapping[str, Any]]:
    """The mappings at a path, where it is there at all."""
    if not above:
        if isinstance(value, Mapping):
            yield value
        return
    key = above[0].removesuffix("[]")
    if isinstance(value, Mapping) and key in value:
        below = value[key]
        for one in below if above[0].endswith("[]") and isinstance(below, list) else [below]:
            yield from _places(one, above[1:])
