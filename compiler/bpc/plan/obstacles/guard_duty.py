"""The agent of GuardDuty: who takes care of it, and to whom it reports."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan import watched
from bpc.plan.shapes import Plan

TWICE = rule(
    "BPC683",
    "guard-duty-agent-twice",
    why="The agent is an EKS add-on, and a cluster has it once: either the stacks take care of it or GuardDuty does "
    "(Amazon GuardDuty User Guide, How Runtime Monitoring works with Amazon EKS clusters).",
    cure="Take the add-on aws-guardduty-agent away, or say `eksAddonManagement: false`.",
)
UNHEARD = rule(
    "BPC684",
    "guard-duty-agent-unheard",
    why="GuardDuty takes what its agent sees only with Runtime Monitoring switched on.",
    cure="Add RUNTIME_MONITORING to `observability.guardDuty.features`, or take the add-on aws-guardduty-agent away.",
)


def _agents(plan: Plan) -> Iterator[Diagnostic]:
    wanted = plan.blueprint.observability.guard_duty if plan.blueprint.observability else None
    if wanted is None or not wanted.is_made or not watched.has_guard_duty_agent(plan):
        return
    if wanted.eks_addon_management:
        message = f"{watched.GUARD_DUTY_AGENT} is in addons already"
        yield TWICE.at((*wanted.at, "eksAddonManagement"), message, "take one of the two away", key=True)
    if not wanted.watches_runtime:
        message = f"nobody hears what the add-on {watched.GUARD_DUTY_AGENT} sees"
        yield UNHEARD.at((*wanted.at, "features"), message, "add RUNTIME_MONITORING", key=True)


OBSTACLES = (_agents,)
