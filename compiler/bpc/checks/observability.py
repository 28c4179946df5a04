"""Observability: each alarm says one thing, and says it whole; nothing that is there under a name is there twice."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import cloudwatch
from bpc.kit.naming import logical_id
from bpc.model import Blueprint, Observability
from bpc.model.observability import Alarm

ONE_OF = rule(
    "BPC982",
    "alarm-of-nothing",
    why="An alarm looks at a metric or counts lines of a log, one of the two.",
    cure="Say `metric`, or `log` with `contains`, `container`, `kubernetesNamespace` or `pattern`.",
)
UNUSED = rule(
    "BPC983",
    "alarm-setting-unused",
    why="The setting belongs to the other kind of alarm, or to another log: it would do nothing.",
    cure="Take it away.",
)
INCOMPLETE = rule(
    "BPC984",
    "alarm-metric-unknown",
    why="bpc knows the metrics of Container Insights and of the EKS control plane that there are for a whole cluster; "
    "of others it knows neither the namespace nor what is too much.",
    cure="Say `namespace` and `threshold`, or use a metric that is known.",
)
TOO_LONG = rule(
    "BPC985",
    "alarm-looks-back-too-far",
    why="All periods of an alarm together are a day at most, or seven days where a period is an hour or more (Amazon "
    "CloudWatch API Reference, PutMetricAlarm, EvaluationPeriods).",
    cure="Take fewer or shorter periods.",
)
TWICE = rule(
    "BPC986",
    "observability-twice",
    why="Names become logical IDs and names in the console, and each recipient hears once.",
    cure="Keep one of the two, or give it another name.",
)
NOBODY = rule(
    "BPC987",
    "nobody-is-told",
    why="Events and alarms only ring when somebody is told; an event that nobody is told of does nothing at all.",
    cure="Say whom in `observability.notify`.",
)
NO_FILTERS = rule(
    "BPC689",
    "alarm-on-infrequent-access-log",
    why="Log groups of the class Infrequent Access have no metric filters, so nothing counts their lines (Amazon "
    "CloudWatch Logs User Guide, Log classes).",
    cure="Say `cluster.logging.logGroupClass: standard` for a new cluster, or ask for these lines by a saved query.",
)
IDLE_KEY = rule(
    "BPC988",
    "alarm-key-unused",
    why="The key encrypts the platform's own topic, and without e-mail, web address or Slack there is none.",
    cure="Take the key away.",
)
DAY, WEEK, HOUR = 86400, 604800, 3600
OF_LOGS = ("contains", "container", "kubernetesNamespace", "pattern")
OF_METRICS = ("namespace", "dimensions")


def _kinds(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one in _wanted(blueprint).alarms:
        if bool(one.metric) == bool(one.log):
            yield ONE_OF.at(one.at, f"the alarm {one.name} looks at {'two things' if one.log else 'nothing'}")
        elif one.log:
            yield from _lines(one)
        else:
            yield from _metric(one)


def _lines(one: Alarm) -> Iterator[Diagnostic]:
    said = {key for key, value in _filters(one).items() if value}
    for key in OF_METRICS:
        if getattr(one, key):
            yield UNUSED.at((*one.at, key), f"{key} is for alarms on a metric", key=True)
    if one.statistic:
        yield UNUSED.at((*one.at, "statistic"), "lines are counted, and there is no other statistic", key=True)
    if not said:
        yield ONE_OF.at((*one.at, "log"), f"the alarm {one.name} counts every line", "say which lines with `contains`")
    if "pattern" in said:
        for key in sorted(said - {"pattern"}):
            yield UNUSED.at((*one.at, key), f"{key} does nothing beside pattern", key=True)
    elif one.log != "application":
        for key in sorted(said - {"contains"}):
            yield UNUSED.at((*one.at, key), f"only the lines of application say their {key}", key=True)


def _filters(one: Alarm) -> dict[str, object]:
    values = (one.contains, one.container, one.kubernetes_namespace, one.pattern)
    return dict(zip(OF_LOGS, values, strict=True))


def _metric(one: Alarm) -> Iterator[Diagnostic]:
    for key, value in _filters(one).items():
        if value:
            yield UNUSED.at((*one.at, key), f"{key} is for alarms on a log", key=True)
    missing = [key for key, value in (("namespace", one.namespace), ("threshold", one.threshold)) if value is None]
    if missing:
        from difflib import get_close_matches

        near = get_close_matches(str(one.metric), cloudwatch.METRICS, 1)
        help = f"did you mean {near[0]}? Else say {' and '.join(missing)}" if near else f"say {' and '.join(missing)}"
        yield INCOMPLETE.at((*one.at, "metric"), f"bpc does not know {one.metric}", help)


def _periods(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one in _wanted(blueprint).alarms:
        most = WEEK if one.period_seconds >= HOUR else DAY
        if one.period_seconds * one.evaluation_periods > most:
            hours = one.period_seconds * one.evaluation_periods / HOUR
            message = f"{one.evaluation_periods} periods of {one.period_seconds} seconds are {hours:g} hours"
            yield TOO_LONG.at((*one.at, "evaluationPeriods"), message, f"{most // HOUR} hours at most")
        if (one.datapoints_to_alarm or 0) > one.evaluation_periods:
            message = f"{one.datapoints_to_alarm} of {one.evaluation_periods} periods"
            yield TOO_LONG.at((*one.at, "datapointsToAlarm"), message, "no more than evaluationPeriods")


def _once(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    named: list[tuple[Path, str, str]] = [(one.at, "the alarm", one.name) for one in wanted.alarms]
    named += [(one.at, "the query", one.name) for one in wanted.queries]
    named += [((*wanted.at, "auditQueries"), "the query", f"audit-{name}") for name in wanted.asked_of_audit]
    named += [(one.at, "the recipient", _address(one)) for one in wanted.notify]
    seen: dict[tuple[str, str], str] = {}
    for at, kind, name in named:
        key = (kind, logical_id(name.removeprefix("https://")).lower())
        if other := seen.get(key):
            yield TWICE.at(at, f"{kind} {name} is there twice" if other == name else f"{name} and {other} are one name")
        seen.setdefault(key, name)


def _address(one: object) -> str:
    slack = getattr(one, "slack", None)
    found = [getattr(one, key, None) for key in ("email", "https", "topic_arn")]
    return next((str(value) for value in found if value), f"slack {slack.channel_id}" if slack else "")


def _heard(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    if wanted.events and not wanted.notify:
        yield NOBODY.at((*wanted.at, "events"), "nobody is told of these events", key=True)
    if wanted.key_arn and not wanted.subscribers:
        yield IDLE_KEY.at((*wanted.at, "keyArn"), "there is no topic for the key to encrypt", key=True)
    for one in wanted.alarms:
        if one.tell_when_over and not wanted.notify:
            yield NOBODY.at((*one.at, "tellWhenOver"), "nobody is told when it is over", key=True)


def _wanted(blueprint: Blueprint) -> Observability:
    assert blueprint.observability, "the topic is for those who say observability"
    return blueprint.observability


def _classes(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one in _wanted(blueprint).alarms:
        if one.log == "cluster" and blueprint.cluster.logging.log_group_class == "infrequent-access":
            yield NO_FILTERS.at((*one.at, "log"), "nobody counts lines in a log group of infrequent access")


CHECKS = (_kinds, _classes, _periods, _once, _heard)
