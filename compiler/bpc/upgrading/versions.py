"""The minor versions of Kubernetes on EKS, which a cluster takes one by one (Amazon EKS User Guide)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bpc import facts


def number(version: str) -> tuple[int, ...]:
    """A version as it is compared."""
    return tuple(int(part) for part in version.split("."))


def known() -> list[str]:
    """Every version that bpc knows, oldest first."""
    return sorted(facts.kubernetes(), key=number)


def newest() -> str:
    return known()[-1]


def between(version: str, target: str = "") -> Iterator[tuple[str, str]]:
    """The steps from a version to the target; without one, the next step alone, if there is a newer version."""
    every = known()
    later = every[every.index(version) :]
    pairs = list(pairwise(later))
    if not target:
        yield from pairs[:1]
        return
    yield from (pair for pair in pairs if number(pair[1]) <= number(target))


def support(version: str) -> str:
    """How long EKS supports a version."""
    one = facts.kubernetes()[version]
    return f"{version}: standard support until {one.standard_until}, extended until {one.extended_until}"
