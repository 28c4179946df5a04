"""Whose the namespaces are, and who hears of what: parts of the page that not every platform has."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.model import Recipient, Team, TeamAccess
from bpc.output.stacks import Stacks
from bpc.report.markup import Html, Text, code, element, items, joined, table


def teams(stacks: Stacks) -> Html:
    """Each team with its namespaces, its people, and what it has to keep to."""
    rows = []
    for one in stacks.plan.blueprint.teams:
        access = [joined([_who(people), ": ", _what(people)]) for people in one.access]
        spaces = ", ".join(one.namespaces)
        rows.append([one.name, spaces, items(access) or "nobody is named", items([*_limits(one)]) or "none"])
    return table("Teams", ("Team", "Namespaces", "Who may do what there", "Limits"), rows)


def _who(one: TeamAccess) -> Html:
    group: list[Text] = [f"group {one.group}"] if one.group else []
    return joined([*(code(principal) for principal in one.principals), *group], ", ")


def _what(one: TeamAccess) -> str:
    if one.rules:
        return "; ".join(f"{', '.join(rule.verbs)} {', '.join(rule.resources)}" for rule in one.rules)
    return f"the ClusterRole {one.cluster_role}" if one.cluster_role else f"the role {one.role}"


def _limits(one: Team) -> Iterator[Text]:
    if one.pod_security:
        yield f"Pod Security Standard: {one.pod_security}"
    if one.quota:
        yield "quota: " + ", ".join(f"{what} {value}" for what, value in one.quota.items())
    if one.limits:
        yield f"limits of each {', '.join(limit.type for limit in one.limits)}"
    if one.network_policy:
        allowed = ", ".join(path.name for path in one.network_policy.allow)
        yield f"the network is closed, but for {allowed}" if allowed else "the network is closed"


def watched(stacks: Stacks) -> Html:
    """The alarms, and who is told."""
    said = stacks.plan.blueprint.observability
    if said is None:
        return element("p", "Nobody watches it.")
    rows = [
        [one.name, one.metric or f"lines in the log {one.log}", f"{one.period_seconds} seconds", str(one.threshold)]
        for one in said.alarms
    ]
    told = [_recipient(one) for one in said.notify]
    parts: list[Text] = [element("p", "Told of alarms: ", joined(told, ", ") if told else "nobody", ".")]
    if said.events:
        parts.append(element("p", f"And of these events: {', '.join(said.events)}."))
    if said.guard_duty:
        parts.append(element("p", f"And of what GuardDuty finds of severity {said.guard_duty.severity} and above."))
    if said.image_scanning:
        least = said.image_scanning.severity
        parts.append(element("p", f"And of vulnerabilities in images, of severity {least} and above."))
    if said.prometheus:
        own = sum(len(group.rules) for group in said.prometheus.rule_groups)
        rules = [*(["bpc's own"] if said.prometheus.default_rules else []), *([f"{own} of yours"] if own else [])]
        days = said.prometheus.retention_days
        words = f"Metrics are kept for {days} days in Amazon Managed Service for Prometheus, with "
        parts.append(element("p", words, f"rules: {', '.join(rules)}." if rules else "no rules."))
    if said.grafana:
        sources = ", ".join(sorted(said.grafana.data_sources))
        parts.append(element("p", f"Amazon Managed Grafana shows what is in {sources}."))
    if rows:
        parts.append(table("Alarms", ("Alarm", "What it measures", "Period", "Threshold"), rows))
    return joined(parts)


def _recipient(one: Recipient) -> Html:
    slack = f"Slack channel {one.slack.channel_id}" if one.slack else ""
    return code(one.email or one.https or slack or one.topic_arn or "")
