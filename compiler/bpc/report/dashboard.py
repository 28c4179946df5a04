"""The dashboards as CloudWatch will lay them out, before there is anything to measure.

Source: Amazon CloudWatch API Reference, Dashboard body structure and syntax: widgets in a grid of 24 columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bpc.output.stacks import Stacks
from bpc.report.markup import Html, Text, code, element, joined

SHADES = 8  # so many colours there are for the lines of a graph


def dashboards(stacks: Stacks) -> Html:
    """Each dashboard: its name, and its widgets where they will be."""
    parts: list[Text] = []
    for template in stacks.templates.values():
        for title, one in template["Resources"].items():
            if one["Type"] == "AWS::CloudWatch::Dashboard":
                name = str(one["Properties"].get("DashboardName", title))
                parts += [*_dashboard(name, _body(one["Properties"]["DashboardBody"]))]
    return joined(parts) if parts else element("p", "There is none.")


def wanted(stacks: Stacks) -> bool:
    """Whether any stack makes a dashboard."""
    made = (one for template in stacks.templates.values() for one in template["Resources"].values())
    return any(one["Type"] == "AWS::CloudWatch::Dashboard" for one in made)


def _body(value: Any) -> dict[str, Any]:
    """The body, what CloudFormation fills in staying as it is."""
    text = value.get("Fn::Sub", "{}") if isinstance(value, dict) else value
    found: dict[str, Any] = json.loads(str(text[0] if isinstance(text, list) else text).replace("${!", "${"))
    return found


def _dashboard(name: str, body: dict[str, Any]) -> Iterator[Html]:
    widgets = body.get("widgets", [])
    yield element(
        "p", code(name), f": {len(widgets)} widgets. Graphs are empty here; their lines are named below them."
    )
    yield element("div", *map(_widget, widgets), class_="board", role="list", aria_label=f"Dashboard {name}")


def _widget(one: dict[str, Any]) -> Html:
    """A widget at its place; on a phone one comes below the other."""
    properties, kind = one.get("properties", {}), one.get("type", "")
    across = f"grid-column: {one.get('x', 0) + 1} / span {one.get('width', 6)}"
    place = f"{across}; grid-row: {one.get('y', 0) + 1} / span {one.get('height', 6)}"
    title = str(properties.get("title") or _untitled(kind))
    parts: list[Text] = [element("strong", title)] if title else []
    parts += WIDGETS.get(kind, _other)(properties)
    return element("div", *parts, class_=f"widget {kind}", role="listitem", style=place)


def _untitled(kind: str) -> str:
    return {"text": "", "metric": "Graph", "log": "Query"}.get(kind, kind.capitalize())


def _metric(properties: dict[str, Any]) -> Iterator[Html]:
    axis = properties.get("yAxis", {}).get("left", {})
    yield element("span", str(axis.get("label", "")), class_="axis")
    if properties.get("view", "timeSeries") == "timeSeries":
        yield element("span", class_="plot", aria_hidden="true")
    lines = [_line(number, one) for number, one in enumerate(_spelt_out(properties.get("metrics", [])))]
    yield element("ul", *lines, class_="legend")


def _spelt_out(metrics: list[list[Any]]) -> Iterator[list[Any]]:
    """A `.` is what stands in its place in the line before."""
    before: list[Any] = []
    for one in metrics:
        before = [before[at] if part == "." and at < len(before) else part for at, part in enumerate(one)]
        yield before


def _line(number: int, metric: list[Any]) -> Html:
    """What the legend says, and the name of what is measured, where they differ."""
    more = metric[-1] if metric and isinstance(metric[-1], dict) else {}
    names = [str(one) for one in metric if not isinstance(one, dict)]
    measured = names[1] if len(names) > 1 else str(more.get("expression", ""))
    label = str(more.get("label") or measured)
    swatch = element("span", class_=f"line{number % SHADES}", aria_hidden="true")
    if not measured or label == measured:
        return element("li", swatch, label)
    return element("li", swatch, f"{label}: ", code(measured))


def _log(properties: dict[str, Any]) -> Iterator[Html]:
    steps = [one.strip() for one in str(properties.get("query", "")).split("|")]
    yield element("ul", *(element("li", code(one)) for one in steps if one), class_="query")


def _alarm(properties: dict[str, Any]) -> Iterator[Html]:
    names = [str(one).removeprefix("${").removesuffix("}").removesuffix(".Arn") for one in properties.get("alarms", [])]
    yield element("ul", *(element("li", one) for one in names), class_="alarms")


def _text(properties: dict[str, Any]) -> Iterator[Html]:
    for one in str(properties.get("markdown", "")).splitlines():
        if one.strip():
            yield element("strong" if one.startswith("#") else "span", one.lstrip("# "), class_="text")


def _other(properties: dict[str, Any]) -> Iterator[Html]:
    yield element("span", ", ".join(sorted(properties)), class_="axis")


WIDGETS = {"metric": _metric, "log": _log, "alarm": _alarm, "text": _text}
