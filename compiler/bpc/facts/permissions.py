"""What CloudFormation calls for a resource, by its type: the permissions of the handlers in the provider schemas."""

from __future__ import annotations

from functools import cache

from bpc import facts

FILE = "permissions.json"


@cache
def actions(kind: str) -> tuple[str, ...] | None:
    """What has to be allowed for resources of a type; None for a type of which nothing is known."""
    found = facts.entry(FILE, kind)
    return None if found is None else tuple(found.split())


@cache
def anywhere() -> frozenset[str]:
    """The actions that take no resource."""
    return frozenset(facts.entry(FILE, "anywhere", level=1).split())


@cache
def guarded() -> frozenset[str]:
    """The actions that destroy what CloudFormation has tagged."""
    return frozenset(facts.entry(FILE, "guarded", level=1).split())
