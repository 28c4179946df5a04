"""The whole bill of an environment: what is added, the dearest first, then what is not."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from bpc.costs import manifests, nodes, resources
from bpc.costs.line import Line
from bpc.output.stacks import Stacks


@lru_cache(maxsize=1)
def bill(stacks: Stacks) -> tuple[Line, ...]:
    """Its lines."""
    found = [*resources.lines(stacks), *nodes.lines(stacks.plan), *manifests.lines(stacks)]
    return tuple(sorted(found, key=_place))


def _place(line: Line) -> tuple[int, Decimal]:
    if line.months:
        return 0, -line.months[1]
    return (1 if line.price else 2), Decimal(0)
