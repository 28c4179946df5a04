"""The registries that Amazon ECR fetches from for a pull through cache."""

from __future__ import annotations

from bpc import facts
from bpc.kit.record import Record


class Upstream(Record):
    """What a pull through cache rule says of a registry, and the rule's name in a template."""

    name: str
    url: str
    credentials: bool
    id: str


def upstream_registry(name: str) -> Upstream | None:
    """A registry that Amazon ECR can fetch from, by the name that images have it by."""
    found = facts.entry("registries.json", name)
    return Upstream(found["upstream"], found["url"], found["credentials"], found["id"]) if found else None
