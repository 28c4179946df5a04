"""What the partitions of AWS call things: the names of their endpoints end differently."""

from __future__ import annotations

from bpc import facts
from bpc.kit.record import Record


class Suffixes(Record):
    """How the names of endpoints end: the usual ones, and those that have IPv6 addresses too."""

    usual: str
    dual_stack: str


def suffixes(partition: str) -> Suffixes:
    found = facts.entry("partitions.json", partition)
    return Suffixes(found["dnsSuffix"], found["dualStackDnsSuffix"])
