"""Alarms and queries that wait for what nobody measures or writes."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import cloudwatch
from bpc.plan import watched
from bpc.plan.shapes import Plan

NO_LOG = rule(
    "BPC945",
    "log-that-nobody-writes",
    why="The log groups of Container Insights are made with the add-on that fills them, and the control plane's with "
    "`cluster.logging.types`.",
    cure="Add the add-on that the message names, or read another log.",
)
NOT_MEASURED = rule(
    "BPC946",
    "metric-that-nobody-measures",
    why="Metrics of Container Insights come from an agent in the cluster; those of pods for a whole cluster come with "
    "enhanced observability alone (Amazon CloudWatch User Guide, Container Insights with enhanced observability).",
    cure="Add `amazon-cloudwatch-observability: {}` to addons, or watch another metric.",
)
WRITERS = "add `fluent-bit: {}` or `amazon-cloudwatch-observability: {}` to addons"
AGENTS = "add `amazon-cloudwatch-observability: {}` or `cloudwatch-agent: {}` to addons"
HELP = {
    watched.CONTROL_PLANE: "name the logs in cluster.logging.types",
    "performance": AGENTS,
}


def _logs(plan: Plan) -> Iterator[Diagnostic]:
    wanted = plan.blueprint.observability
    assert wanted
    there = watched.logs(plan)
    read: list[tuple[Path, str]] = [((*one.at, "log"), one.log) for one in wanted.alarms if one.log]
    read += [((*one.at, "logs", number), log) for one in wanted.queries for number, log in enumerate(one.logs)]
    for at, log in read:
        if log not in there:
            yield NO_LOG.at(at, f"nobody writes {log}", HELP.get(log, WRITERS))


def _metrics(plan: Plan) -> Iterator[Diagnostic]:
    wanted = plan.blueprint.observability
    assert wanted
    for one in wanted.alarms:
        known = cloudwatch.known(one.metric, one.namespace or "") if one.metric else None
        if known is None or known.namespace != cloudwatch.INSIGHTS:
            continue
        if not watched.insights(plan):
            yield NOT_MEASURED.at((*one.at, "metric"), f"nobody measures {one.metric}", AGENTS)
        elif known.enhanced and not watched.is_enhanced(plan):
            message = f"the agent that is there measures {one.metric} for each pod alone"
            yield NOT_MEASURED.at((*one.at, "metric"), message, "use amazon-cloudwatch-observability in its place")


OBSTACLES = (_logs, _metrics)
