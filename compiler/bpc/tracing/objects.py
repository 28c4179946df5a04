"""The place in the blueprint that asked for a Kubernetes object: a section, or what is named like the object in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.addon import Manifest
from bpc.diagnostics import Path
from bpc.output.waves import Part


def origin(part: Part, one: Manifest, data: Any) -> Path:
    """Where the blueprint whose data these are asks for `one`, an object of `part`."""
    above = part.addon.request.at if part.addon else part.at
    section = data
    for step in above:
        there = isinstance(section, dict) or (isinstance(section, list) and step in range(len(section)))
        section = (section.get(step) if isinstance(section, dict) else section[step]) if there else None
    metadata = one["metadata"]
    found = list(_named(section, metadata["name"], metadata.get("namespace"), above))
    # A NodePool and its NodeClass may well have one name.
    return next((path for path in found if _is_of(path, one["kind"])), found[0] if found else above)


def _is_of(path: Path, kind: str) -> bool:
    """Whether the list of an item is called like a kind: `customNodePools` NodePool, `classes` StorageClass."""
    plural, key = f"{kind}{'es' if kind.endswith('s') else 's'}".lower(), str(path[-2]).lower()
    return plural.endswith(key) or key.endswith(plural)


def _named(value: Any, name: str, namespace: str | None, above: Path) -> Iterator[Path]:
    """The item of a list that has the object's name, such as a NodePool among the options of Karpenter."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _named(below, name, namespace, (*above, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            if isinstance(below, dict) and below.get("name") == name and below.get("namespace", namespace) == namespace:
                yield (*above, index)
            yield from _named(below, name, namespace, (*above, index))
