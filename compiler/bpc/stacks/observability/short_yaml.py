"""Configurations as YAML that is read in templates, whose size is limited: what is below an entry is on one line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpc import render


def entries(listed: Sequence[Mapping[str, Any]], indent: str, long: Sequence[str] = ()) -> Iterator[str]:
    """The lines of a list of mappings; what is listed under a key of `long` has a line for each entry."""
    for one in listed:
        lead = f"{indent}- "
        for key, value in one.items():
            yield f"{lead}{_line(key, [] if key in long else value)}"
            if key in long:
                yield from (f"{indent}  - {json.dumps(each)}" for each in value)
            lead = f"{indent}  "


def _line(key: str, value: Any) -> str:
    if isinstance(value, list | dict):
        return f"{key}: {json.dumps(value)}" if value else f"{key}:"
    if "\n" in str(value):
        return f"{key}: {json.dumps(value)}"
    return render.manifests([{key: value}], "").decode().rstrip("\n")
