"""Widgets of a dashboard, where they stand, and how they are written.

Source: Amazon CloudWatch API Reference, Dashboard body structure and syntax; Amazon CloudWatch User Guide, Use search
expressions in graphs (500 lines at most, so the most of them are drawn alone) and Use dynamic labels. Its grid is 24
wide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from bpc.model.observability import Alarm
from bpc.stacks.observability.graphs import Graph, Ranking

WIDTH, HEIGHT = 24, 6
REGION = "${AWS::Region}"
RED = "#d13212"
AVERAGE, PERIOD = "Average", 300
# What is written item by item.
LISTS = ("alarms", "metrics")
Widget = dict[str, Any]
ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def heading(text: str) -> Widget:
    return {"type": "text", "height": 1, "properties": {"markdown": f"## {text}"}}


def states(titles: Sequence[str]) -> Widget:
    """What rings and what does not, six to a line."""
    alarms = [f"${{{one}.Arn}}" for one in titles]
    return {
        "type": "alarm",
        "height": 1 + 2 * -(-len(alarms) // 6),
        "properties": {"title": "Alarms", "alarms": alarms},
    }


def graph(one: Graph, cluster: str, alarms: Sequence[Alarm]) -> Widget:
    """The graph, with a line where an alarm of the whole cluster rings."""
    rows = [[one.namespace, name, "ClusterName", cluster, {"label": label}] for name, label in one.metrics.items()]
    ours = {"ClusterName": cluster}
    rings = [
        {"label": each.name, "value": each.threshold, "color": RED}
        for each in alarms
        if each.metric in one.metrics and each.namespace == one.namespace and each.dimensions == ours
    ]
    return metrics(one.title, rows, one.statistic, _is_share(*one.metrics), one.period, rings)


def ranking(one: Ranking, cluster: str) -> Widget:
    search = f'{{ContainerInsights,{one.dimensions}}} MetricName="{one.metric}" ClusterName="{cluster}"'
    expression = f"SORT(SEARCH('{search}', '{one.statistic}', 300), AVG, DESC, 10)"
    label = f"${{!PROP('Dim.{one.named_by}')}}"
    return metrics(one.title, [[{"expression": expression, "label": label}]], one.statistic, _is_share(one.metric))


def _is_share(*names: str) -> bool:
    """Whether these metrics of Container Insights are percentages."""
    return all(one.endswith(("_utilization", "_reserved_capacity")) for one in names)


def metrics(
    title: str,
    rows: list[Any],
    statistic: str,
    percent: bool = False,
    period: int = PERIOD,
    lines: Sequence[dict[str, Any]] = (),
) -> Widget:
    """A graph over time. Its axis says the unit that the metrics have; what CloudWatch takes anyway is not said."""
    properties: dict[str, Any] = {"title": title, "region": REGION}
    properties |= {"stat": statistic} if statistic != AVERAGE else {}
    properties |= {"period": period} if period != PERIOD else {}
    properties["yAxis"] = {"left": {"min": 0} | ({"max": 100} if percent else {})}
    properties |= {"annotations": {"horizontal": [*lines]}} if lines else {}
    return {"type": "metric", "properties": properties | {"metrics": _shortened(rows)}}


def _shortened(rows: list[Any]) -> list[Any]:
    """What is the same as in the row before is a dot."""
    found = rows[:1]
    for before, row in pairwise(rows):
        alike = len(row) == len(before)
        pairs = zip(row, before, strict=alike)
        found.append(["." if alike and isinstance(one, str) and one == old else one for one, old in pairs])
    return found


def table(title: str, query: str) -> Widget:
    """What a query of CloudWatch Logs Insights finds."""
    return {"type": "log", "properties": {"title": title, "region": REGION, "query": query, "view": "table"}}


def placed(rows: Iterable[list[Widget]]) -> list[Widget]:
    """Each row below the one before, its widgets as wide as there is room."""
    found, y = [], 0
    for row in rows:
        width, height = WIDTH // len(row), row[0].get("height", HEIGHT)
        for number, one in enumerate(row):
            place = {"x": number * width, "y": y, "width": width, "height": height}
            found.append({"type": one["type"], **place, "properties": one["properties"]})
        y += height
    return found


def text(widgets: list[Widget]) -> str:
    """The body, a widget to a line and below it a metric to a line, for whoever reads a diff."""
    return '{"widgets": [\n' + ",\n".join(map(_widget, widgets)) + "\n]}"


def _widget(one: Widget) -> str:
    place = ENCODE({key: value for key, value in one.items() if key != "properties"})
    said = {key: value for key, value in one["properties"].items() if key not in LISTS}
    lists = [
        f', "{key}": [\n' + ",\n".join(f"    {ENCODE(each)}" for each in one["properties"][key]) + "\n  ]"
        for key in LISTS
        if key in one["properties"]
    ]
    return f'  {place[:-1]}, "properties": {ENCODE(said)[:-1]}{"".join(lists)}}}}}'
