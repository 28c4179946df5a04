"""A workspace of Amazon Managed Service for Prometheus, with its log, its rules, and what fills it.

Sources: Amazon Managed Service for Prometheus User Guide, Configure your workspace, Set up managed collectors for
Amazon EKS (the subnets and the security group are the cluster's; where access entries are allowed, the service makes
one for its collector, with the policy AmazonPrometheusScraperPolicy, and nobody else may), Monitor collectors with
vended logs, and Create a rules file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import Base64, GetAtt, aps, logs

from bpc import home
from bpc.kit import iam
from bpc.kit.sheet import Sheet, literal
from bpc.model import Prometheus
from bpc.plan import prometheus as planned
from bpc.plan.shapes import Plan
from bpc.stacks.observability import alert_manager, default_rules, scraping
from bpc.stacks.observability.short_yaml import entries

WORKSPACE, LOG_GROUP = "PrometheusWorkspace", "PrometheusLogGroup"
COMPONENTS = ("SERVICE_DISCOVERY", "COLLECTOR", "EXPORTER")
MOST_SUBNETS = 5
WORDS = {
    "record": "record",
    "alert": "alert",
    "expr": "expr",
    "for": "for",
    "keepFiringFor": "keep_firing_for",
    "labels": "labels",
    "annotations": "annotations",
}


def fill(wanted: Prometheus, plan: Plan, sheet: Sheet, told: list[Any]) -> None:
    _log_group(wanted, plan, sheet)
    _workspace(wanted, plan, sheet, told)
    if wanted.collector.enabled:
        _collector(wanted, plan, sheet)
    _rules(wanted, plan, sheet)
    if wanted.remote_write:
        from bpc.stacks.observability import remote_write

        remote_write.fill(wanted, plan, sheet)


def _log_group(wanted: Prometheus, plan: Plan, sheet: Sheet) -> None:
    group = logs.LogGroup(
        LOG_GROUP,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        # Names that begin so have a resource policy in common, which has room for a few others alone.
        LogGroupName=f"/aws/vendedlogs/prometheus/{plan.name}",
        RetentionInDays=wanted.logs.retention_days,
        Tags=sheet.tags(LOG_GROUP),
        **({"KmsKeyId": wanted.logs.key_arn} if wanted.logs.key_arn else {}),
    )
    sheet.add(group, wanted.logs.at)


def _workspace(wanted: Prometheus, plan: Plan, sheet: Sheet, told: list[Any]) -> None:
    optional: dict[str, Any] = {
        "KmsKeyArn": wanted.key_arn,
        "QueryLoggingConfiguration": _queries(wanted),
        "AlertManagerDefinition": alert_manager.definition(wanted, plan, told) if told else None,
    }
    workspace = aps.Workspace(
        WORKSPACE,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        Alias=plan.name,
        WorkspaceConfiguration=_configuration(wanted),
        LoggingConfiguration=aps.LoggingConfiguration(LogGroupArn=GetAtt(LOG_GROUP, "Arn")),
        Tags=sheet.tags(WORKSPACE),
        **{key: value for key, value in optional.items() if value},
    )
    sheet.add(workspace, wanted.at)
    sheet.output("PrometheusWorkspaceId", GetAtt(workspace, "WorkspaceId"), "The workspace of Prometheus.")
    sheet.output(
        "PrometheusEndpoint",
        GetAtt(workspace, "PrometheusEndpoint"),
        "Where the workspace answers; api/v1/query and api/v1/remote_write come after it.",
    )


def _configuration(wanted: Prometheus) -> aps.WorkspaceConfiguration:
    limits = [
        aps.LimitsPerLabelSet(
            LabelSet=[aps.Label(Name=name, Value=value) for name, value in sorted(one["labels"].items())],
            Limits=aps.LimitsPerLabelSetEntry(MaxSeries=one["maxSeries"]),
        )
        for one in wanted.limits
    ]
    more = {"LimitsPerLabelSets": limits} if limits else {}
    return aps.WorkspaceConfiguration(RetentionPeriodInDays=wanted.retention_days, **more)


def _queries(wanted: Prometheus) -> aps.QueryLoggingConfiguration | None:
    if wanted.logs.queries_above_samples is None:
        return None
    there = aps.LoggingDestination(
        CloudWatchLogs=aps.CloudWatchLogDestination(LogGroupArn=GetAtt(LOG_GROUP, "Arn")),
        Filters=aps.LoggingFilter(QspThreshold=wanted.logs.queries_above_samples),
    )
    return aps.QueryLoggingConfiguration(Destinations=[there])


def _collector(wanted: Prometheus, plan: Plan, sheet: Sheet) -> None:
    subnets = home.control_plane_subnets(plan, sheet)
    said = aps.ScraperLoggingDestination(
        CloudWatchLogs=aps.CloudWatchLogDestination(LogGroupArn=GetAtt(LOG_GROUP, "Arn"))
    )
    scraper = aps.Scraper(
        "PrometheusCollector",
        Alias=plan.name,
        Source=aps.Source(
            EksConfiguration=aps.EksConfiguration(
                ClusterArn=iam.arn(f"eks:cluster/{plan.name}"),
                SubnetIds=subnets[:MOST_SUBNETS] if isinstance(subnets, list) else subnets,
                SecurityGroupIds=[sheet.imported("cluster", "ClusterSecurityGroupId")],
            )
        ),
        Destination=aps.Destination(AmpConfiguration=aps.AmpConfiguration(WorkspaceArn=GetAtt(WORKSPACE, "Arn"))),
        ScrapeConfiguration=aps.ScrapeConfiguration(
            ConfigurationBlob=Base64(literal(scraping.configuration(wanted.collector, plan.name)))
        ),
        ScraperLoggingConfiguration=aps.ScraperLoggingConfiguration(
            LoggingDestination=said, ScraperComponents=[aps.ScraperComponent(Type=one) for one in COMPONENTS]
        ),
        Tags=sheet.tags("PrometheusCollector"),
    )
    sheet.add(scraper, wanted.collector.at)


def _rules(wanted: Prometheus, plan: Plan, sheet: Sheet) -> None:
    """The default rules and the blueprint's own, each a file, so that they change apart."""
    if wanted.default_rules and (groups := default_rules.groups(planned.sources(plan))):
        _file("PrometheusDefaultRules", "defaults", groups, sheet, (*wanted.at, "defaultRules"))
    if wanted.rule_groups:
        own = [
            {
                "name": group.name,
                "interval": f"{group.interval_seconds}s",
                "rules": [_rule(one) for one in group.rules],
            }
            for group in wanted.rule_groups
        ]
        _file("PrometheusRules", "rules", own, sheet, (*wanted.at, "ruleGroups"))


def _rule(said: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as the file has it, in one order however the blueprint has it."""
    found = {word: said[key] for key, word in WORDS.items() if key in said}
    return {key: dict(sorted(value.items())) if isinstance(value, dict) else value for key, value in found.items()}


def _file(title: str, name: str, groups: list[dict[str, Any]], sheet: Sheet, at: tuple[str | int, ...]) -> None:
    rules = aps.RuleGroupsNamespace(
        title,
        Name=name,
        Workspace=GetAtt(WORKSPACE, "Arn"),
        Data=literal(_text(groups)),
        Tags=sheet.tags(title),
    )
    sheet.add(rules, at)


def _text(groups: list[dict[str, Any]]) -> str:
    lines = ["groups:"]
    for group in groups:
        head = {key: value for key, value in group.items() if key != "rules"}
        lines += [*entries([head], ""), "  rules:", *entries(group["rules"], "  ")]
    return "\n".join([*lines, ""])
