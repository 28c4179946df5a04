"""The dashboard: what rings, the nodes, the pods, the control plane, the logs, what was told, what queries find.

Each row is one subject, so that somebody who looks for it finds it at the same place on every platform; where an alarm
rings, a line is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import Sub, cloudwatch

from bpc.kit.sheet import Sheet
from bpc.model import Observability
from bpc.plan import watched
from bpc.plan.shapes import Plan
from bpc.stacks.observability import graphs, widgets
from bpc.stacks.observability.widgets import REGION, Widget

# The rules of EventBridge that may be there, by their logical IDs.
RULES = {
    "SpotInterruptionRule": "Spot interruptions",
    "RebalanceRecommendationRule": "rebalance recommendations",
    "ScheduledChangeRule": "planned maintenance",
    "GuardDutyRule": "findings of GuardDuty",
    "ImageScanRule": "vulnerabilities in images",
}


def fill(plan: Plan, sheet: Sheet, alarms: Sequence[str]) -> None:
    wanted = plan.blueprint.observability
    assert wanted
    if not wanted.dashboard:
        return
    rules = {title: said for title, said in RULES.items() if title in sheet.template.resources}
    body = widgets.text(widgets.placed(_rows(plan, wanted, alarms, rules)))
    made = cloudwatch.Dashboard("Dashboard", DashboardName=plan.name, DashboardBody=Sub(body))
    sheet.add(made, (*wanted.at, "dashboard"))
    sheet.output("DashboardUrl", Sub(_link(plan)), "The dashboard in the console.")


def _link(plan: Plan) -> str:
    """Where the console shows it (partitions have consoles of their own)."""
    hosts = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}
    host = hosts.get(plan.partition, "console.aws.amazon.com")
    return f"https://{REGION}.{host}/cloudwatch/home?region={REGION}#dashboards:name={plan.name}"


def _rows(plan: Plan, wanted: Observability, alarms: Sequence[str], rules: dict[str, str]) -> Iterator[list[Widget]]:
    """Widgets that stand side by side."""
    if alarms:
        yield [widgets.states(alarms)]
    if watched.insights(plan):
        yield [widgets.heading("Nodes")]
        yield [widgets.graph(one, plan.name, wanted.alarms) for one in graphs.NODES]
        yield [widgets.ranking(one, plan.name) for one in graphs.BUSIEST]
        yield [widgets.heading("Pods")]
        troubles = graphs.TROUBLES if watched.is_enhanced(plan) else ()
        pods = [widgets.graph(one, plan.name, wanted.alarms) for one in (graphs.PODS, *troubles)]
        yield [pods[0], widgets.ranking(graphs.BY_NAMESPACE, plan.name), *pods[1:]]
    yield [widgets.heading("Control plane")]
    for control in (graphs.CONTROL, graphs.WITHIN):
        yield [widgets.graph(one, plan.name, wanted.alarms) for one in control]
    if row := _logs(plan, wanted):
        yield [widgets.heading("Logs")]
        yield row
    yield from _queries(plan, wanted)
    if rules:
        told = [["AWS/Events", "TriggeredRules", "RuleName", f"${{{one}}}", {"label": rules[one]}] for one in rules]
        yield [widgets.heading("What else was told")]
        yield [widgets.metrics("Events of the Region, and findings", told, "Sum")]


def _logs(plan: Plan, wanted: Observability) -> list[Widget]:
    """How often lines were found that alarms count, and how much is written at all."""
    found = []
    if counted := [one for one in wanted.alarms if one.log]:
        rows = [[f"{plan.name}/Logs", one.name, {"label": one.name}] for one in counted]
        found.append(widgets.metrics("Lines that alarms count", rows, "Sum"))
    if groups := watched.written(plan):
        written = [
            ["AWS/Logs", "IncomingBytes", "LogGroupName", one.name, {"label": kind}] for kind, one in groups.items()
        ]
        found.append(widgets.metrics("What is written, and paid for", written, "Sum"))
    return found


def _queries(plan: Plan, wanted: Observability) -> Iterator[list[Widget]]:
    groups = watched.logs(plan)
    for one in wanted.queries:
        sources = " | ".join(f"SOURCE '{groups[log].name}'" for log in sorted(one.logs))
        yield [widgets.table(one.name, f"{sources} | {one.query.strip()}".replace("${", "${!"))]
