"""What the managed collector reads of a cluster, and how much of it is kept: every sample is paid for.

Sources: Amazon Managed Service for Prometheus User Guide, Set up managed collectors for Amazon EKS (a token and a
certificate authority that are no files of ours, and kubernetes.default.svc, which stands for the API server);
Prometheus documentation, Configuration (kubernetes_sd_config, relabel_config); Amazon EKS User Guide, Fetch control
plane raw metrics in Prometheus format. The collector may watch Endpoints, of EndpointSlices its page says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc import render
from bpc.model import Collector
from bpc.stacks.observability.short_yaml import entries

Job = dict[str, Any]

SECURE: Job = {
    "scheme": "https",
    "authorization": {"credentials_file": "/var/run/secrets/kubernetes.io/serviceaccount/token"},
}
API = "kubernetes.default.svc:443"
NODE = "__meta_kubernetes_node_name"
CONTAINERS = (
    "container_(cpu_usage_seconds_total|cpu_cfs_(throttled_)?periods_total|memory_(working_set_bytes|rss|cache)|"
    "oom_events_total|network_(receive|transmit)_(bytes|errors|packets_dropped)_total|fs_(reads|writes)_bytes_total|"
    "start_time_seconds)|machine_(cpu_cores|memory_bytes)"
)
KUBELET = "kubelet_(volume_stats_.+|running_(pods|containers)|node_name|pleg_relist_duration_seconds_(sum|count))"
API_SERVER = (
    "apiserver_(request_total|request_duration_seconds_(sum|count)|current_inflight_requests|storage_size_bytes|"
    "storage_objects|flowcontrol_rejected_requests_total|admission_webhook_rejection_count)|"
    "rest_client_requests_total"
)
SCHEDULER = "scheduler_(pending_pods|schedule_attempts_total|preemption_attempts_total|unschedulable_pods)"
CONTROLLERS = "workqueue_(depth|adds_total|retries_total)|node_collector_evictions_total"
# Add-ons and charts that say by this label what they are, and need no annotation.
NAMED = "__meta_kubernetes_service_label_app_kubernetes_io_name"
LONG = ("relabel_configs", "metric_relabel_configs")
STATE, EXPORTER = "kube-state-metrics", "(prometheus-)?node-exporter"


def configuration(wanted: Collector, cluster: str) -> str:
    """The configuration as YAML text."""
    head = render.manifests(
        [{"global": {"scrape_interval": f"{wanted.interval_seconds}s", "external_labels": {"cluster": cluster}}}], ""
    ).decode()
    every = [*jobs(control_plane=wanted.control_plane), *map(_given, wanted.jobs)]
    return "\n".join([f"{head}scrape_configs:", *entries(every, "", LONG), ""])


def _given(job: Mapping[str, Any]) -> Job:
    """A job of the blueprint's own, in one order however it is there."""
    ordered: Job = _ordered(job)
    return {"job_name": ordered.pop("job_name"), **ordered}


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    return {key: _ordered(one) for key, one in sorted(value.items())} if isinstance(value, dict) else value


def jobs(*, control_plane: bool) -> list[Job]:
    """Those that are there without being asked for."""
    found = [
        _through_the_api("containers", "metrics/cadvisor", CONTAINERS),
        _through_the_api("kubelets", "metrics", KUBELET),
        _named("kube-state-metrics", STATE) | {"honor_labels": True},
        _named("node-exporter", EXPORTER, {"source_labels": ["__meta_kubernetes_pod_node_name"]}),
        _annotated("services", "endpoints", "service"),
        _annotated("pods", "pod", "pod"),
    ]
    return [*found, *_control_plane()] if control_plane else found


def _through_the_api(name: str, path: str, kept: str) -> Job:
    """What the kubelet of each node says, asked through the API server, so that Fargate's are among them."""
    relabeled: list[Job] = [
        {"target_label": "__address__", "replacement": API},
        {
            "source_labels": [NODE],
            "target_label": "__metrics_path__",
            "replacement": f"/api/v1/nodes/$1/proxy/{path}",
        },
        {"source_labels": [NODE], "target_label": "instance"},
    ]
    return _job(name, "node", relabeled) | SECURE | _kept(kept)


def _named(name: str, label: str, instance: Job | None = None) -> Job:
    relabeled: list[Job] = [{"source_labels": [NAMED], "regex": label, "action": "keep"}]
    if instance:
        relabeled.append(instance | {"target_label": "instance"})
    else:
        # The other port of kube-state-metrics is about itself.
        port = {"source_labels": ["__meta_kubernetes_endpoint_port_name"], "regex": "http.*", "action": "keep"}
        relabeled.append(port)
    return _job(name, "endpoints", relabeled)


def _annotated(kind: str, role: str, owner: str) -> Job:
    """Pods, or those behind Services, whose owners have annotated them; without those above."""
    said = f"__meta_kubernetes_{owner}_annotation_prometheus_io"
    relabeled: list[Job] = [
        {"source_labels": [f"{said}_scrape"], "regex": "true", "action": "keep"},
        {"source_labels": ["__meta_kubernetes_pod_phase"], "regex": "Failed|Succeeded", "action": "drop"},
        {"source_labels": [f"{said}_scheme"], "regex": "(https?)", "target_label": "__scheme__"},
        {"source_labels": [f"{said}_path"], "regex": "(.+)", "target_label": "__metrics_path__"},
        {
            "source_labels": ["__address__", f"{said}_port"],
            "regex": r"(\[[^\]]+\]|[^:]+)(?::\d+)?;(\d+)",
            "replacement": "$1:$2",
            "target_label": "__address__",
        },
        {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
        {"source_labels": [f"__meta_kubernetes_{owner}_name"], "target_label": owner},
    ]
    if owner == "service":
        others = {"source_labels": [NAMED], "regex": f"{STATE}|{EXPORTER}", "action": "drop"}
        relabeled.insert(1, others)
        relabeled.append({"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"})
    return _job(f"annotated-{kind}", role, relabeled)


def _control_plane() -> list[Job]:
    parts = (
        ("api-server", "/metrics", API_SERVER),
        ("scheduler", "/apis/metrics.eks.amazonaws.com/v1/ksh/container/metrics", SCHEDULER),
        ("controller-manager", "/apis/metrics.eks.amazonaws.com/v1/kcm/container/metrics", CONTROLLERS),
    )
    return [_of_the_api(*one) for one in parts]


def _of_the_api(name: str, path: str, kept: str) -> Job:
    found = ["__meta_kubernetes_namespace", "__meta_kubernetes_service_name", "__meta_kubernetes_endpoint_port_name"]
    relabeled: list[Job] = [{"source_labels": found, "regex": "default;kubernetes;https", "action": "keep"}]
    return _job(name, "endpoints", relabeled) | {"metrics_path": path} | SECURE | _kept(kept)


def _job(name: str, role: str, relabeled: list[Job]) -> Job:
    return {"job_name": name, "kubernetes_sd_configs": [{"role": role}], "relabel_configs": relabeled}


def _kept(names: str) -> Job:
    return {"metric_relabel_configs": [{"source_labels": ["__name__"], "regex": names, "action": "keep"}]}
