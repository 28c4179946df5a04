"""Alarms, on a metric or on how often a log says something.

Sources: Amazon CloudWatch User Guide, Using Amazon CloudWatch alarms; Amazon CloudWatch Logs User Guide, Filter pattern
syntax for metric filters (in JSON, `*` stands for any text; of unstructured terms with `?`, one is enough).
"""

from __future__ import annotations

from typing import Any

from troposphere import cloudwatch, logs

from bpc.kit import cloudwatch as cloudwatch_facts
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model.observability import Alarm
from bpc.plan import watched
from bpc.plan.shapes import Plan


def fill(plan: Plan, sheet: Sheet, told: list[Any]) -> list[str]:
    """The logical IDs of the alarms."""
    wanted = plan.blueprint.observability
    assert wanted
    for one in wanted.alarms:
        measured = _counted(one, plan, sheet) if one.log else _metric(one)
        sheet.add(_alarm(one, plan, sheet, measured, told), one.at)
    return [title(one) for one in wanted.alarms]


def title(one: Alarm) -> str:
    return logical_id(one.name, "Alarm")


def _alarm(one: Alarm, plan: Plan, sheet: Sheet, measured: dict[str, Any], told: list[Any]) -> cloudwatch.Alarm:
    optional = {
        "AlarmDescription": one.description or _about(one, plan),
        "DatapointsToAlarm": one.datapoints_to_alarm,
        "AlarmActions": told,
        "OKActions": told if one.tell_when_over else None,
    }
    return cloudwatch.Alarm(
        title(one),
        AlarmName=f"{plan.name}-{one.name}",
        **measured,
        ComparisonOperator=one.comparison_operator,
        Threshold=one.threshold,
        Period=one.period_seconds,
        EvaluationPeriods=one.evaluation_periods,
        TreatMissingData=one.treat_missing_data,
        Tags=sheet.tags(title(one)),
        **{key: value for key, value in optional.items() if value},
    )


def _about(one: Alarm, plan: Plan) -> str | None:
    """What whoever is woken up should know, as far as it is known here."""
    if one.log:
        return _lines(one, watched.logs(plan)[one.log].name)
    known = cloudwatch_facts.known(str(one.metric), one.namespace or "")
    return known.about if known and one.comparison_operator.startswith("Greater") else None


def _lines(one: Alarm, group: str) -> str:
    whose = f" of the container {one.container}" if one.container else ""
    whose += f" in the namespace {one.kubernetes_namespace}" if one.kubernetes_namespace else ""
    said = " or ".join(f'"{text}"' for text in one.contains or ())
    what = f" match {one.pattern}" if one.pattern else f" say {said}" if said else " are there"
    return (
        f"Lines{whose}{what}. First: read them, and what stands around them, in CloudWatch Logs Insights, in the log "
        f"group {group}; then look at what was rolled out last."
    )[:1024]


def _metric(one: Alarm) -> dict[str, Any]:
    dimensions = [cloudwatch.MetricDimension(Name=key, Value=value) for key, value in (one.dimensions or {}).items()]
    measured = {"Namespace": one.namespace, "MetricName": one.metric, "Statistic": one.statistic}
    return measured | ({"Dimensions": dimensions} if dimensions else {})


def _counted(one: Alarm, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """The number of lines, as a metric of the platform's own."""
    assert one.log
    group = watched.logs(plan)[one.log]
    namespace = f"{plan.name}/Logs"
    counted = logs.MetricTransformation(
        MetricNamespace=namespace, MetricName=one.name, MetricValue="1", DefaultValue=0, Unit="Count"
    )
    made = logs.MetricFilter(
        logical_id(one.name, "MetricFilter"),
        LogGroupName=sheet.imported(group.stack, group.title),
        FilterPattern=one.pattern or pattern(one),
        MetricTransformations=[counted],
    )
    sheet.add(made, one.at)
    return {"Namespace": namespace, "MetricName": one.name, "Statistic": "Sum", "DependsOn": made.title}


def pattern(one: Alarm) -> str:
    """Which lines count. A container's lines are JSON with the text in `log`; others are looked at as they are."""
    if one.log != "application":
        return " ".join(f'?"{text}"' for text in one.contains or ())
    texts = " || ".join(f'$.log = "*{text}*"' for text in one.contains or ())
    named = {"container_name": one.container, "namespace_name": one.kubernetes_namespace}
    parts = [f'$.kubernetes.{key} = "{value}"' for key, value in named.items() if value]
    if texts:
        parts.append(f"({texts})" if parts and len(one.contains or ()) > 1 else texts)
    return "{ " + " && ".join(parts) + " }"
