"""What stands in a plan's way, BPC4xx. Each module here is a topic with its rules and its obstacles.

An obstacle takes the plan and yields what cannot work. A topic that few blueprints have is imported only for those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpc.diagnostics import Diagnostic
from bpc.plan.obstacles import addons, names
from bpc.plan.shapes import Plan

Obstacle = Callable[[Plan], Iterator[Diagnostic]]


def found(plan: Plan) -> Iterator[Diagnostic]:
    """Everything that stands in the way of a plan."""
    for obstacle in _obstacles(plan):
        yield from obstacle(plan)


def _obstacles(plan: Plan) -> Iterator[Obstacle]:
    yield from addons.OBSTACLES
    yield from names.OBSTACLES
    if plan.blueprint.fargate_profiles:
        from bpc.plan.obstacles import fargate

        yield from fargate.OBSTACLES
