"""A plain Prometheus, as manifests or as a chart: one server that keeps what it measures on an EBS volume.

Sources: Prometheus 3 documentation, Configuration (kubernetes_sd_config), Storage, and Security; Kubernetes
documentation, Metrics for Kubernetes system components. Kubelets on EKS nodes have certificates of the cluster's own
authority (`serverTLSBootstrap` in the kubelet configuration of nodeadm), so they are verified. The chart is the
community's, 29.27.0, as Helm renders it, for Kubernetes 1.19 (kubeVersion); what it would bring along are add-ons of
the catalogue, or answer to nobody.

Whoever wants their pods or Services to be read annotates them: prometheus.io/scrape, port, path and scheme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context, Manifest
from bpc.kit import k8s, workloads

NAME = "prometheus"
IMAGE = "quay.io/prometheus/prometheus:v3.14.0"
PORT = 9090
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
CONFIG = "/etc/prometheus"
DATA = "/prometheus"
# Room for the write-ahead log, which is no part of what the size limit counts.
SHARE = 0.8


class Prometheus(AddOn):
    """Measures nodes, pods and whatever is annotated for it, and answers PromQL."""

    name = NAME
    namespace = NAME
    sources = ("manifests", "chart")
    charts = (Chart("https://prometheus-community.github.io/helm-charts", NAME, "29.27.0"),)
    node_selectors = ("server.nodeSelector",)
    registry = "quay.io"
    images = (IMAGE, "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1")
    disks = True
    waits_for = ("StatefulSet/prometheus",)
    pod_security = "restricted"
    kubernetes = ("1.19", "")
    options: ClassVar[Mapping[str, Any]] = {
        "retentionDays": {
            "description": "How long it keeps what it has measured, in days, while there is room on the volume.",
            "type": "integer",
            "minimum": 1,
            "maximum": 3650,
            "default": 15,
            "x-cloudformation": "none: the flag --storage.tsdb.retention.time of the StatefulSet",
        },
        "sizeGiB": {
            "description": "The size of its volume, in GiB. Kubernetes does not change the claim of a StatefulSet "
            "that is there.",
            "type": "integer",
            "minimum": 1,
            "maximum": 16384,
            "default": 50,
            "x-cloudformation": "none: the persistent volume claim of the StatefulSet",
        },
        "storageClass": {
            "description": "The StorageClass of its volume. Left out, the cluster's default one.",
            "type": ["string", "null"],
            "pattern": "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
            "default": None,
            "examples": ["gp3"],
            "x-cloudformation": "none: the persistent volume claim of the StatefulSet",
        },
        "scrapeIntervalSeconds": {
            "description": "How often it measures, in seconds.",
            "type": "integer",
            "minimum": 5,
            "maximum": 3600,
            "default": 60,
            "x-cloudformation": "none: scrape_interval in the ConfigMap",
        },
    }

    @classmethod
    def manifests(cls, context: Context) -> Sequence[Manifest]:
        options = context.options
        files = {"prometheus.yml": _configuration(context)}
        return [
            k8s.service_account(NAME, NAME),
            k8s.cluster_role(NAME, NAME, _reads()),
            k8s.cluster_role_binding(NAME, NAME, NAME, NAME),
            k8s.config_map(NAME, NAME, NAME, files),
            k8s.service(NAME, NAME, PORT, "http"),
            workloads.server(
                NAME,
                NAME,
                _container(options),
                gibibytes=options["sizeGiB"],
                storage_class=options["storageClass"],
                config=files,
            ),
        ]

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        # Both are add-ons of the catalogue, and the other two are for alerts and jobs that nobody here sends.
        others = ("alertmanager", "kube-state-metrics", "prometheus-node-exporter", "prometheus-pushgateway")
        verified = {"tls_config": {"insecure_skip_verify": False}}
        return {
            **{name: {"enabled": False} for name in others},
            "configmapReload": {"prometheus": {"containerSecurityContext": _confined()}},
            "scrapeConfigs": {"kubernetes-nodes": verified, "kubernetes-nodes-cadvisor": dict(verified)},
            "server": _server(context),
        }


def _server(context: Context) -> dict[str, Any]:
    """The one server, called as that of the manifests, so that whoever asks it finds either."""
    options = context.options
    named = {"storageClass": options["storageClass"]} if options["storageClass"] else {}
    interval = f"{options['scrapeIntervalSeconds']}s"
    return {
        "fullnameOverride": NAME,
        "statefulSet": {"enabled": True},
        "service": {"servicePort": PORT},
        "global": {"scrape_interval": interval, "external_labels": {"cluster": context.cluster}}
        | _no_longer(options["scrapeIntervalSeconds"]),
        "retention": f"{options['retentionDays']}d",
        "retentionSize": f"{int(options['sizeGiB'] * 1024 * SHARE)}MB",
        "persistentVolume": {"size": f"{options['sizeGiB']}Gi"} | named,
        "resources": {"requests": {"cpu": "250m", "memory": "2Gi"}},
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "containerSecurityContext": _confined(),
    }


def _no_longer(seconds: int) -> dict[str, str]:
    """Prometheus refuses to wait for an answer longer than until it asks again; the chart waits for ten seconds."""
    return {"scrape_timeout": f"{seconds}s"} if seconds < 10 else {}


def _confined() -> dict[str, Any]:
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}


def _reads() -> list[Manifest]:
    """To find what there is to measure, and to ask kubelets and the API server for their own metrics."""
    return [
        k8s.rule("get list watch", "nodes pods services"),
        k8s.rule("get list watch", "endpointslices", group="discovery.k8s.io"),
        k8s.rule("get", "nodes/metrics"),
        k8s.urls("get", "/metrics"),
    ]


def _container(options: Mapping[str, Any]) -> k8s.Container:
    return k8s.Container(
        image=IMAGE,
        user=65534,
        port=PORT,
        port_name="http",
        cpu="250m",
        memory="2Gi",
        liveness=k8s.Probe("/-/healthy"),
        # It reads its write-ahead log first.
        readiness=k8s.Probe("/-/ready", delay=30),
        args=[
            f"--config.file={CONFIG}/prometheus.yml",
            f"--storage.tsdb.path={DATA}",
            f"--storage.tsdb.retention.time={options['retentionDays']}d",
            f"--storage.tsdb.retention.size={int(options['sizeGiB'] * 1024 * SHARE)}MB",
        ],
        mounts=[
            k8s.Mount("config", CONFIG, config=NAME),
            k8s.Mount("data", DATA, claim="data", writable=True),
        ],
    )


def _configuration(context: Context) -> str:
    head = f"""\
global:
  scrape_interval: {context.options["scrapeIntervalSeconds"]}s
  external_labels:
    cluster: {context.cluster}
scrape_configs:
"""
    return (
        head
        + _self()
        + _api_server()
        + _kubelets()
        + _annotated("services", "endpointslice")
        + _annotated("pods", "pod")
    )


def _self() -> str:
    return f"""\
  - job_name: prometheus
    static_configs:
      - targets: ["localhost:{PORT}"]
"""


def _access() -> str:
    return f"""\
    scheme: https
    tls_config:
      ca_file: {ACCOUNT}/ca.crt
    authorization:
      credentials_file: {ACCOUNT}/token
"""


def _api_server() -> str:
    return f"""\
  - job_name: kubernetes-apiservers
    kubernetes_sd_configs:
      - role: endpointslice
        namespaces:
          names: [default]
{_access()}\
    relabel_configs:
      - source_labels: [__meta_kubernetes_service_name, __meta_kubernetes_endpointslice_port_name]
        regex: kubernetes;https
        action: keep
"""


def _kubelets() -> str:
    """The kubelets, and cAdvisor inside of them."""
    jobs = (("kubernetes-nodes", "/metrics"), ("kubernetes-cadvisor", "/metrics/cadvisor"))
    return "".join(
        f"""\
  - job_name: {name}
    kubernetes_sd_configs:
      - role: node
    metrics_path: {path}
{_access()}\
    relabel_configs:
      - action: labelmap
        regex: __meta_kubernetes_node_label_(.+)
"""
        for name, path in jobs
    )


def _annotated(kind: str, role: str) -> str:
    """Pods, or the pods behind Services, that are annotated."""
    owner = "service" if kind == "services" else "pod"
    said = f"__meta_kubernetes_{owner}_annotation_prometheus_io"
    return f"""\
  - job_name: kubernetes-{kind}
    kubernetes_sd_configs:
      - role: {role}
    relabel_configs:
      - source_labels: [{said}_scrape]
        regex: "true"
        action: keep
      - source_labels: [__meta_kubernetes_pod_phase]
        regex: Failed|Succeeded
        action: drop
      - source_labels: [{said}_scheme]
        regex: (https?)
        target_label: __scheme__
      - source_labels: [{said}_path]
        regex: (.+)
        target_label: __metrics_path__
      - source_labels: [__address__, {said}_port]
        regex: (\\[[^\\]]+\\]|[^:]+)(?::\\d+)?;(\\d+)
        replacement: $1:$2
        target_label: __address__
      - source_labels: [__meta_kubernetes_namespace]
        target_label: namespace
      - source_labels: [__meta_kubernetes_{owner}_name]
        target_label: {owner}
      - source_labels: [__meta_kubernetes_pod_node_name]
        target_label: node
"""
