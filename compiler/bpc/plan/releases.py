"""The Helm charts of an add-on, as somebody who installs them would say it: version, name, namespace and values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import Chart
from bpc.kit.merging import merged
from bpc.kit.record import Record
from bpc.plan.shapes import PlannedAddOn


class Release(Record):
    """One chart, and what Helm is told about it; `secrets` hold more values.

    `waits` is whether an engine waits for its pods, and `patience` how long for its Jobs, where that is long.
    """

    chart: Chart
    name: str
    namespace: str
    values: Mapping[str, Any]
    secrets: tuple[str, ...] = ()
    waits: bool = True
    patience: str = ""


def planned(addon: PlannedAddOn) -> tuple[Release, ...]:
    """The releases of an add-on in their order; the blueprint's values go over those of the last."""
    if addon.source != "chart":
        return ()
    charts = addon.entry.wanted_charts(addon.request.options)
    return tuple(_release(addon, chart, chart is charts[-1]) for chart in charts)


def _release(addon: PlannedAddOn, chart: Chart, last: bool) -> Release:
    values: Mapping[str, Any] = addon.entry.chart_values(addon.context, chart.name)
    if last and addon.context.has_windows:
        for path in addon.entry.node_selectors:
            values = merged(values, _nested(path.split("."), {"kubernetes.io/os": "linux"}))
    if addon.context.mirror:
        values = merged(values, addon.entry.mirrored(addon.context, chart.name))
    if last:
        values = merged(values, addon.request.options["values"])
    secrets = tuple(addon.entry.secret_values(addon.context)) if last else ()
    name, entry = chart.release or chart.name, addon.entry
    return Release(chart, name, addon.namespace, values, secrets, entry.settles, entry.patience)


def _nested(path: list[str], value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {path[0]: _nested(path[1:], value)} if path else value
