"""Prometheus with its operator, Alertmanager and Grafana, as the chart of the Prometheus community.

Sources: the chart kube-prometheus-stack 88.5.3, as Helm renders it; Amazon EKS User Guide, View control plane raw
metrics in Prometheus format (EKS shows neither etcd nor the scheduler and the controller manager by themselves).

Volumes: without one, what Prometheus has measured is gone with its pod. Grafana's password would be another one at each
rendering, so it is in a Secret that the user makes. cert-manager issues the webhook's certificate, in place of the jobs
that the chart runs for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context

NAME = "kube-prometheus-stack"
GROUP = "monitoring.coreos.com"
KINDS = (
    "alertmanagerconfigs", "alertmanagers", "podmonitors", "probes", "prometheusagents", "prometheuses",
    "prometheusrules", "scrapeconfigs", "servicemonitors", "thanosrulers",
)  # fmt: skip
# What runs where only EKS sees it.
HIDDEN = ("kubeControllerManager", "kubeEtcd", "kubeScheduler")


class KubePrometheusStack(AddOn):
    """Prometheus with alerts, dashboards and the custom resources by which workloads ask to be measured."""

    name = NAME
    namespace = NAME
    sources = ("chart",)
    charts = (Chart("https://prometheus-community.github.io/helm-charts", NAME, "88.5.3"),)
    node_selectors = (
        "alertmanager.alertmanagerSpec.nodeSelector",
        "grafana.nodeSelector",
        "kube-state-metrics.nodeSelector",
        "prometheus.prometheusSpec.nodeSelector",
        "prometheusOperator.nodeSelector",
    )
    registry = "quay.io"
    images = (
        "docker.io/grafana/grafana:13.2.0",
        "quay.io/kiwigrid/k8s-sidecar:2.10.1",
        "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
        "quay.io/prometheus-operator/prometheus-operator:v0.93.1",
        "quay.io/prometheus/alertmanager:v0.34.0",
        "quay.io/prometheus/node-exporter:v1.12.1-distroless",
        "quay.io/prometheus/prometheus:v3.14.0-distroless",
        "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
    )
    told_images = (
        "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
        "quay.io/prometheus/alertmanager:v0.34.0",
        "quay.io/prometheus/prometheus:v3.14.0-distroless",
    )
    daemonset = True
    disks = True
    crds = tuple(f"{kind}.{GROUP}" for kind in KINDS)
    webhooks = True
    waits_for = (
        "Deployment/kube-prometheus-stack-grafana",
        "Deployment/kube-prometheus-stack-kube-state-metrics",
        "Deployment/kube-prometheus-stack-operator",
    )
    pod_security = "privileged"
    kubernetes = ("1.25", "")
    conflicts = ("kube-state-metrics", "prometheus", "prometheus-node-exporter")
    requires = ("cert-manager",)
    options: ClassVar[Mapping[str, Any]] = {
        "retentionDays": {
            "description": "How long Prometheus keeps what it has measured, in days.",
            "type": "integer",
            "minimum": 1,
            "maximum": 3650,
            "default": 15,
            "x-cloudformation": "none: prometheus.prometheusSpec.retention of the Helm chart",
        },
        "volumeSize": {
            "description": "The size of Prometheus's volume.",
            "type": "string",
            "pattern": "^[1-9][0-9]*(Gi|Ti)$",
            "default": "50Gi",
            "examples": ["200Gi"],
            "x-cloudformation": "none: prometheus.prometheusSpec.storageSpec of the Helm chart",
        },
        "storageClass": {
            "description": "The StorageClass of the volume.",
            "type": "string",
            "pattern": "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$",
            "x-default": "the cluster's default StorageClass",
            "examples": ["gp3"],
            "x-cloudformation": "none: prometheus.prometheusSpec.storageSpec of the Helm chart",
        },
        "grafana": {
            "description": "false: no Grafana of its own.",
            "type": "boolean",
            "default": True,
            "x-cloudformation": "none: grafana.enabled of the Helm chart",
        },
        "grafanaAdminSecret": {
            "description": "A Secret in its namespace with the keys admin-user and admin-password, which you make: "
            "by hand, or with external-secrets. Grafana does not start before it is there.",
            "type": "string",
            "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
            "default": "grafana-admin",
            "examples": ["grafana-login"],
            "x-cloudformation": "none: grafana.admin.existingSecret of the Helm chart",
        },
    }

    @classmethod
    def beforehand(cls, context: Context) -> Sequence[str]:
        from bpc.kit import login

        options = context.options
        return [login.command(context.namespace, options["grafanaAdminSecret"])] if options["grafana"] else []

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        options = context.options
        secret = {"existingSecret": options["grafanaAdminSecret"]}
        grafana = {"enabled": True, "admin": secret, "testFramework": {"enabled": False}}
        hooks = {"patch": {"enabled": False}, "certManager": {"enabled": True}}
        return {
            "prometheus": {"prometheusSpec": _prometheus(options)},
            "prometheusOperator": {"admissionWebhooks": hooks},
            "grafana": grafana if options["grafana"] else {"enabled": False},
            **{one: {"enabled": False} for one in HIDDEN},
        }

    @classmethod
    def mirrored(cls, context: Context, chart: str) -> Mapping[str, Any]:
        image = {"image": {"registry": f"{context.mirror}/quay.io"}}
        return {
            "alertmanager": {"alertmanagerSpec": image},
            "prometheus": {"prometheusSpec": image},
            "prometheusOperator": {"prometheusConfigReloader": image},
        }

    @classmethod
    def contradictions(cls, context: Context) -> Iterable[tuple[tuple[str | int, ...], str]]:
        options = context.options
        if not options["grafana"] and options["grafanaAdminSecret"] != "grafana-admin":
            yield ("grafanaAdminSecret",), "there is no Grafana that it would be for"


def _prometheus(options: Mapping[str, Any]) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": options["volumeSize"]}},
    }
    if "storageClass" in options:
        claim["storageClassName"] = options["storageClass"]
    # Monitors and rules of every namespace, and not only those that carry the release's label.
    every = ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")
    return {
        "retention": f"{options['retentionDays']}d",
        "storageSpec": {"volumeClaimTemplate": {"spec": claim}},
        **{f"{one}SelectorNilUsesHelmValues": False for one in every},
    }
