"""Metrics that alarms and dashboards may take for granted, and what suits them.

Sources: Amazon CloudWatch User Guide, Amazon EKS and Kubernetes Container Insights metrics, and the same with enhanced
observability (which of them there are for a whole cluster); Amazon EKS User Guide, Fetch control plane raw metrics in
Prometheus format, Core metrics in CloudWatch (namespace AWS/EKS, from Kubernetes 1.28 on, for every cluster).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.kit.record import Record

INSIGHTS, CONTROL_PLANE = "ContainerInsights", "AWS/EKS"
AT_LEAST = "GreaterThanOrEqualToThreshold"


class Metric(Record):
    """One metric of a whole cluster. `enhanced`: only the agent of amazon-cloudwatch-observability has it."""

    namespace: str
    statistic: str
    threshold: float
    words: str
    enhanced: bool = False


METRICS: Mapping[str, Metric] = {
    "cluster_failed_node_count": Metric(INSIGHTS, "Maximum", 1, "nodes that do not work"),
    "node_cpu_reserved_capacity": Metric(INSIGHTS, "Average", 90, "CPU that pods have asked for, in percent"),
    "node_cpu_utilization": Metric(INSIGHTS, "Average", 80, "CPU that is used, in percent"),
    "node_filesystem_utilization": Metric(INSIGHTS, "Maximum", 80, "disk that is used, in percent"),
    "node_memory_reserved_capacity": Metric(INSIGHTS, "Average", 90, "memory that pods have asked for, in percent"),
    "node_memory_utilization": Metric(INSIGHTS, "Average", 80, "memory that is used, in percent"),
    "pod_container_status_terminated_reason_oom_killed": Metric(
        INSIGHTS, "Maximum", 1, "containers that ran out of memory", enhanced=True
    ),
    "pod_container_status_waiting_reason_crash_loop_back_off": Metric(
        INSIGHTS, "Maximum", 1, "containers that crash again and again", enhanced=True
    ),
    "pod_container_status_waiting_reason_image_pull_error": Metric(
        INSIGHTS, "Maximum", 1, "containers whose image cannot be pulled", enhanced=True
    ),
    "pod_number_of_container_restarts": Metric(INSIGHTS, "Sum", 5, "restarts of containers", enhanced=True),
    "apiserver_request_total_429": Metric(CONTROL_PLANE, "Sum", 100, "requests that the API turned away"),
    "apiserver_request_total_5XX": Metric(CONTROL_PLANE, "Sum", 10, "requests that the API failed to answer"),
    "scheduler_pending_pods_UNSCHEDULABLE": Metric(CONTROL_PLANE, "Minimum", 1, "pods that no node has room for"),
}
# For metrics that only the blueprint knows, and for what logs say.
OTHERS: Mapping[str, Any] = {
    "comparisonOperator": AT_LEAST,
    "statistic": "Average",
    "treatMissingData": "missing",
}
LINES: Mapping[str, Any] = {
    "comparisonOperator": AT_LEAST,
    "threshold": 1,
    "treatMissingData": "notBreaching",
}


def known(metric: str, namespace: str = "") -> Metric | None:
    """What bpc knows of a metric, in its own namespace or where none is said."""
    found = METRICS.get(metric)
    return found if found and namespace in ("", found.namespace) else None
