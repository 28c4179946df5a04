"""Widgets of a dashboard, where they stand, and how they are written.

Source: Amazon CloudWatch API Reference, Dashboard body structure and syntax; Amazon CloudWatch User Guide, Use search
expressions in graphs (500 lines at most, so the most of them are drawn alone) and Use dynamic labels. Its grid is 24
wide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bpc.model.observability import Alarm
from bpc.stacks.observability.graphs import Graph, Ranking

WIDTH, HEIGHT = 24, 6
REGION = "${AWS::Region}"
RED = "#d13212"
Widget = dict[str, Any]
ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def heading(text: str) -> Widget:
    return {"type": "text", "height": 1, "properties": {"markdown": f"## {text}", "background": "transparent"}}


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
    return metrics(one.title, one.unit, rows, one.statistic, period=one.period, lines=rings)


def ranking(one: Ranking, cluster: str) -> Widget:
    search = f'{{ContainerInsights,{one.dimensions}}} MetricName="{one.metric}" ClusterName="{cluster}"'
    expression = f"SORT(SEARCH('{search}', '{one.statistic}', 300), AVG, DESC, 10)"
    label = f"${{!PROP('Dim.{one.named_by}')}}"
    return metrics(one.title, one.unit, [[{"expression": expression, "label": label}]], one.statistic)


def metrics(
    title: str,
    unit: str,
    rows: list[Any],
    statistic: str,
    period: int = 300,
    lines: Sequence[dict[str, Any]] = (),
) -> Widget:
    axis: dict[str, Any] = {"min": 0}
    if unit != "Bytes":  # of these the console makes kilobytes and more by itself
        axis |= {"label": unit, "showUnits": False} | ({"max": 100} if unit == "Percent" else {})
    properties: dict[str, Any] = {
        "title": title,
        "region": REGION,
        "view": "timeSeries",
        "stat": statistic,
        "period": period,
        "yAxis": {"left": axis},
        "metrics": rows,
    }
    return {"type": "metric", "properties": properties | ({"annotations": {"horizontal": [*lines]}} if lines else {})}


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
