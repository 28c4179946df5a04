"""Which instance types have an Elastic Fabric Adapter, and on how many network cards (efa.json)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any


def cards(instance_type: str) -> tuple[int, int]:
    """How many network cards a type with an adapter has, and how many of the first are without one.

    No cards for a type without an adapter.
    """
    name, _, size = instance_type.partition(".")
    if size not in _table()["sizes"].get(name, "").split():
        return 0, 0
    return _table()["cards"].get(instance_type, 1), _table()["plain"].get(instance_type, 0)


@cache
def _table() -> Mapping[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "efa.json"), encoding="utf-8") as file:
        document: Mapping[str, Any] = json.load(file)
    return document
