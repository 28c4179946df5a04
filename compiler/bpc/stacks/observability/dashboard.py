"""The dashboard: what rings, the nodes, the pods, the control plane, what logs say.

Source: Amazon CloudWatch API Reference, Dashboard body structure and syntax. Its grid is 24 wide; each row here is one
subject, so that somebody who looks for it finds it at the same place on every platform.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from troposphere import Sub, cloudwatch

from bpc.kit.cloudwatch import CONTROL_PLANE, INSIGHTS
from bpc.kit.sheet import Sheet
from bpc.plan import watched
from bpc.plan.shapes import Plan

WIDTH, HEIGHT = 24, 6
REGION = "${AWS::Region}"
Widget = dict[str, Any]
ENCODE = json.JSONEncoder(ensure_ascii=False).encode
# Title, unit below the graph, and by metric what the legend says; each with the statistic that suits it.
NODES = (
    ("CPU of nodes", "Percent", {"node_cpu_utilization": "used", "node_cpu_reserved_capacity": "asked for"}, "Average"),
    (
        "Memory of nodes",
        "Percent",
        {"node_memory_utilization": "used", "node_memory_reserved_capacity": "asked for"},
        "Average",
    ),
    ("Disks of nodes", "Percent", {"node_filesystem_utilization": "used, at the fullest"}, "Maximum"),
    (
        "Nodes",
        "Count",
        {"cluster_node_count": "nodes", "cluster_failed_node_count": "of them do not work"},
        "Maximum",
    ),
)
PODS = (
    ("Running pods", "Count", {"cluster_number_of_running_pods": "pods"}, "Average"),
    ("Restarts of containers", "Count", {"pod_number_of_container_restarts": "restarts"}, "Sum"),
    (
        "Containers in trouble",
        "Count",
        {
            "pod_container_status_waiting_reason_crash_loop_back_off": "crash again and again",
            "pod_container_status_terminated_reason_oom_killed": "ran out of memory",
            "pod_container_status_waiting_reason_image_pull_error": "cannot pull their image",
        },
        "Maximum",
    ),
)
API = (
    ("Requests to the Kubernetes API", "Count", {"apiserver_request_total": "requests"}, "Sum"),
    (
        "Requests that failed",
        "Count",
        {
            "apiserver_request_total_5XX": "not answered",
            "apiserver_request_total_4XX": "refused",
            "apiserver_request_total_429": "turned away",
        },
        "Sum",
    ),
    (
        "Pods that wait for a node",
        "Count",
        {"scheduler_pending_pods_UNSCHEDULABLE": "no node has room", "scheduler_pending_pods": "all"},
        "Maximum",
    ),
)
Graph = tuple[str, str, dict[str, str], str]


def fill(plan: Plan, sheet: Sheet, alarms: Sequence[str]) -> None:
    wanted = plan.blueprint.observability
    assert wanted
    if not wanted.dashboard:
        return
    body = _text(_placed(_rows(plan, alarms)))
    made = cloudwatch.Dashboard("Dashboard", DashboardName=plan.name, DashboardBody=Sub(body))
    sheet.add(made, (*wanted.at, "dashboard"))
    sheet.output("DashboardUrl", Sub(_link(plan)), "The dashboard in the console.")


def _link(plan: Plan) -> str:
    """Where the console shows it (partitions have consoles of their own)."""
    hosts = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}
    host = hosts.get(plan.partition, "console.aws.amazon.com")
    return f"https://{REGION}.{host}/cloudwatch/home?region={REGION}#dashboards:name={plan.name}"


def _rows(plan: Plan, alarms: Sequence[str]) -> Iterator[list[Widget]]:
    """Widgets that stand side by side."""
    wanted = plan.blueprint.observability
    assert wanted
    if alarms:
        arns = [f"${{{one}.Arn}}" for one in alarms]
        yield [{"type": "alarm", "properties": {"title": "Alarms", "alarms": arns}}]
    if watched.insights(plan):
        yield [_graph(one, INSIGHTS, plan) for one in NODES]
        # The older agent measures the troubles of pods for each of them alone.
        pods = PODS if watched.is_enhanced(plan) else PODS[:1]
        yield [_graph(one, INSIGHTS, plan) for one in pods]
    yield [_graph(one, CONTROL_PLANE, plan) for one in API]
    counted = [one for one in wanted.alarms if one.log]
    if counted:
        metrics = [[f"{plan.name}/Logs", one.name, {"label": one.name}] for one in counted]
        yield [_metrics("What logs say", "Count", metrics, "Sum")]
    groups = watched.logs(plan)
    for one in wanted.queries:
        sources = " | ".join(f"SOURCE '{groups[log].name}'" for log in sorted(one.logs))
        query = f"{sources} | {one.query.strip()}".replace("${", "${!")
        yield [{"type": "log", "properties": {"title": one.name, "region": REGION, "query": query, "view": "table"}}]


def _graph(graph: Graph, namespace: str, plan: Plan) -> Widget:
    title, unit, metrics, statistic = graph
    rows = [[namespace, name, "ClusterName", plan.name, {"label": label}] for name, label in metrics.items()]
    return _metrics(title, unit, rows, statistic)


def _metrics(title: str, unit: str, metrics: list[Any], statistic: str) -> Widget:
    axis = {"min": 0, "label": unit, "showUnits": False} | ({"max": 100} if unit == "Percent" else {})
    properties = {
        "title": title,
        "region": REGION,
        "view": "timeSeries",
        "stat": statistic,
        "period": 300,
        "yAxis": {"left": axis},
        "metrics": metrics,
    }
    return {"type": "metric", "properties": properties}


def _placed(rows: Iterator[list[Widget]]) -> list[Widget]:
    """Each row below the one before, its widgets as wide as there is room."""
    placed, y = [], 0
    for row in rows:
        width, height = WIDTH // len(row), 3 if row[0]["type"] == "alarm" else HEIGHT
        for number, one in enumerate(row):
            place = {"x": number * width, "y": y, "width": width, "height": height}
            placed.append({"type": one["type"], **place, "properties": one["properties"]})
        y += height
    return placed


def _text(widgets: list[Widget]) -> str:
    """The body, a property to a line and a metric to a line, for whoever reads a diff."""
    return '{"widgets": [\n' + ",\n".join(map(_widget, widgets)) + "\n]}"


def _widget(one: Widget) -> str:
    place = ENCODE({key: value for key, value in one.items() if key != "properties"})
    lines = ",\n".join(f"    {ENCODE(key)}: {_value(value)}" for key, value in one["properties"].items())
    return f'  {place[:-1]}, "properties": {{\n{lines}\n  }}}}'


def _value(value: Any) -> str:
    if not isinstance(value, list):
        return ENCODE(value)
    return "[\n" + ",\n".join(f"      {ENCODE(one)}" for one in value) + "\n    ]"
