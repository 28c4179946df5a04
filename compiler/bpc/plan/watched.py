"""The log groups that are watched, and which stack makes each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bpc.kit import container_insights
from bpc.kit.record import Record
from bpc.plan.shapes import Plan

if TYPE_CHECKING:
    from bpc.model import GuardDuty

CONTROL_PLANE = "cluster"
KINDS = ("application", "dataplane", "host", "performance")
GUARD_DUTY_AGENT = "aws-guardduty-agent"
ENHANCED = "amazon-cloudwatch-observability"


class LogGroup(Record):
    """A log group: its name, its logical ID, under which it is exported too, and the stack that makes it."""

    name: str
    title: str
    stack: str


def logs(plan: Plan) -> Mapping[str, LogGroup]:
    """By what it holds, each log group that the blueprint reads and that somebody makes."""
    wanted = plan.blueprint.observability
    return {one: found for one in (wanted.logs if wanted else ()) if (found := _found(one, plan))}


def written(plan: Plan) -> Mapping[str, LogGroup]:
    """By what it holds, each log group that somebody writes."""
    return {one: found for one in (CONTROL_PLANE, *KINDS) if (found := _found(one, plan))}


def exported(plan: Plan, stack: str) -> list[LogGroup]:
    """Those of one stack, which it exports."""
    return [one for one in logs(plan).values() if one.stack == stack]


def insights(plan: Plan) -> bool:
    """Whether anybody measures nodes and pods."""
    return bool(_found("performance", plan))


def is_enhanced(plan: Plan) -> bool:
    """Whether pods are measured for the whole cluster (enhanced observability), not only each of them."""
    return any(one.entry.name == ENHANCED for one in plan.addons)


def has_guard_duty_agent(plan: Plan) -> bool:
    """Whether the stacks bring GuardDuty's agent."""
    return any(one.entry.name == GUARD_DUTY_AGENT for one in plan.addons)


def guard_duty_manages(plan: Plan, wanted: GuardDuty) -> bool:
    """Whether GuardDuty brings its agent by itself: unless the stacks do, if nobody says so."""
    said = wanted.eks_addon_management
    return not has_guard_duty_agent(plan) if said is None else said


def _found(kind: str, plan: Plan) -> LogGroup | None:
    if kind == CONTROL_PLANE:
        logged = plan.blueprint.cluster.logging.types
        return LogGroup(f"/aws/eks/{plan.name}/cluster", "ClusterLogGroup", "cluster") if logged else None
    title = container_insights.title(kind)
    if any(one.title == title for addon in plan.addons for one in addon.entry.resources(addon.context)):
        return LogGroup(container_insights.name(plan.name, kind), title, "addons")
    return None
