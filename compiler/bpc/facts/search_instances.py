"""The instance types of Amazon OpenSearch Service, which are its own: m7g.large.search (search-instances.json).

Amazon OpenSearch Service Developer Guide, Supported instance types in Amazon OpenSearch Service.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

# Their data is on disks of their own; they take no EBS volume.
LOCAL_DISKS = frozenset("i3 i4g i4i i7i i8g i8ge im4gn oi2 r6gd r7gd r8gd".split())
BURSTABLE = frozenset({"t3"})


def types() -> tuple[str, ...]:
    """All of them, for who looks for a name that is alike."""
    families: Mapping[str, str] = _table()["families"]
    return tuple(f"{family}.{size}.search" for family, sizes in families.items() for size in sizes.split())


def family(instance_type: str) -> str:
    """The part before the first dot."""
    return instance_type.partition(".")[0]


def offered(instance_type: str, region: str) -> bool | None:
    """Whether it is on the price list of a Region, which lags; None for a Region without one."""
    listed = _table()["regions"].get(region)
    if listed is None:
        return None
    name, size, _ = instance_type.split(".")
    sold = {one: without.split(",") for one, _, without in (part.partition(":") for part in listed.split())}
    return name in sold and size not in sold[name]


@cache
def _table() -> Mapping[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "search-instances.json"), encoding="utf-8") as file:
        document: Mapping[str, Any] = json.load(file)
    return document
