"""What the partitions of AWS call things, and what EKS does not offer there."""

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


def lacking_features(partition: str) -> tuple[str, ...]:
    """What EKS does not offer in a partition, by the names of its documentation."""
    return tuple(facts.entry("features.json", partition) or ())
