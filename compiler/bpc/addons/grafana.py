"""Grafana, as a chart.

Sources: Grafana documentation, Configure Grafana and Provisioning (data sources); its community's chart 12.11.1, as
Helm renders it. By itself the chart makes a password anew at each rendering. Here the administrator's name and password
are in a Secret that is the user's to make: nothing of a password is in the blueprint or in Git.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context

if TYPE_CHECKING:
    from awacs.aws import Statement

CLOUDWATCH = (
    "cloudwatch:DescribeAlarmHistory",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DescribeAlarmsForMetric",
    "cloudwatch:GetInsightRuleReport",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
)
# Where the add-ons of the catalogue answer PromQL.
PROMETHEUS = {
    "kube-prometheus-stack": "http://kube-prometheus-stack-prometheus.kube-prometheus-stack.svc:9090",
    "prometheus": "http://prometheus.prometheus.svc:9090",
}


class Grafana(AddOn):
    """Shows metrics and logs as dashboards."""

    name = "grafana"
    namespace = "grafana"
    service_account = "grafana"
    sources = ("chart",)
    charts = (Chart("https://grafana-community.github.io/helm-charts", "grafana", "12.11.1"),)
    node_selectors = ("nodeSelector",)
    registry = "docker.io"
    images = ("docker.io/grafana/grafana:13.2.0",)
    waits_for = ("Deployment/grafana",)
    pod_security = "restricted"
    kubernetes = ("1.25", "")
    requires = ("eks-pod-identity-agent",)
    endpoints = ("monitoring",)
    options: ClassVar[Mapping[str, Any]] = {
        "adminSecret": {
            "description": "A Secret in its namespace with the keys admin-user and admin-password, which you make: "
            "by hand, or with external-secrets. Grafana does not start before it is there.",
            "type": "string",
            "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
            "default": "grafana-admin",
            "examples": ["grafana-login"],
            "x-cloudformation": "none: admin.existingSecret of the Helm chart",
        },
        "cloudWatch": {
            "description": "false: no data source for CloudWatch, and no permission to read its metrics.",
            "type": "boolean",
            "default": True,
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import iam

        # Some of them take alarms and rules; which ones, those say who draw the dashboards.
        return (
            [iam.allow(*CLOUDWATCH, on=["*"], sid="ReadsWhatDashboardsShow")] if context.options["cloudWatch"] else []
        )

    @classmethod
    def beforehand(cls, context: Context) -> Sequence[str]:
        from bpc.kit import login

        return [login.command(context.namespace, context.options["adminSecret"])]

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        sources = _sources(context)
        provisioned = {"datasources.yaml": {"apiVersion": 1, "datasources": sources}}
        return {
            "serviceAccount": cls.account(context),
            "admin": {"existingSecret": context.options["adminSecret"]},
            # A test that Helm runs is no part of what is installed.
            "testFramework": {"enabled": False},
            **({"datasources": provisioned} if sources else {}),
        }


def _sources(context: Context) -> list[dict[str, Any]]:
    """What it reads from: the Prometheus of the catalogue that is there, and CloudWatch by its own role."""
    found = [
        {"name": "Prometheus", "type": "prometheus", "access": "proxy", "url": url, "isDefault": True}
        for name, url in PROMETHEUS.items()
        if name in context.others
    ][:1]
    if context.options["cloudWatch"]:
        settings = {"authType": "default", "defaultRegion": context.region}
        found.append({"name": "CloudWatch", "type": "cloudwatch", "access": "proxy", "jsonData": settings})
    return found
