"""What the dashboard draws, row by row.

Sources: Amazon CloudWatch User Guide, Amazon EKS and Kubernetes Container Insights metrics (which dimensions there
are); Amazon EKS User Guide, Monitor cluster data with Amazon CloudWatch (the metrics of the control plane, each minute,
with the statistics that are valid).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpc.kit.cloudwatch import CONTROL_PLANE, INSIGHTS
from bpc.kit.record import Record


class Graph(Record):
    """Metrics of the whole cluster in one graph: each metric's name, and what the legend says."""

    title: str
    metrics: Mapping[str, str]
    statistic: str
    namespace: str = INSIGHTS
    period: int = 300


class Ranking(Record):
    """The most of one metric, by another dimension than the cluster: each has a line of its own."""

    title: str
    metric: str
    dimensions: str
    named_by: str
    statistic: str = "Average"


NODES = (
    Graph(
        "CPU of all nodes",
        {"node_cpu_utilization": "used", "node_cpu_reserved_capacity": "asked for"},
        "Average",
    ),
    Graph(
        "Memory of all nodes",
        {"node_memory_utilization": "used", "node_memory_reserved_capacity": "asked for"},
        "Average",
    ),
    Graph("Disks of nodes", {"node_filesystem_utilization": "used, at the fullest"}, "Maximum"),
    Graph(
        "Nodes",
        {"cluster_node_count": "nodes", "cluster_failed_node_count": "of them do not work"},
        "Maximum",
    ),
)
OF_NODES = "ClusterName,InstanceId,NodeName"
BUSIEST = (
    Ranking("CPU, the ten busiest nodes", "node_cpu_utilization", OF_NODES, "NodeName"),
    Ranking("Memory, the ten fullest nodes", "node_memory_utilization", OF_NODES, "NodeName"),
    Ranking("Disk, the ten fullest nodes", "node_filesystem_utilization", OF_NODES, "NodeName", "Maximum"),
)
PODS = Graph("Running pods", {"cluster_number_of_running_pods": "pods"}, "Average")
BY_NAMESPACE = Ranking(
    "Running pods of the ten largest namespaces",
    "namespace_number_of_running_pods",
    "ClusterName,Namespace",
    "Namespace",
)
# The older agent measures the troubles of pods for each of them alone.
TROUBLES = (
    Graph("Restarts of containers", {"pod_number_of_container_restarts": "restarts"}, "Sum"),
    Graph(
        "Containers in trouble",
        {
            "pod_container_status_waiting_reason_crash_loop_back_off": "crash again and again",
            "pod_container_status_terminated_reason_oom_killed": "ran out of memory",
            "pod_container_status_waiting_reason_image_pull_error": "cannot pull their image",
        },
        "Maximum",
    ),
)
VERBS = ("GET", "LIST", "POST", "PUT", "PATCH", "DELETE")
CONTROL = (
    Graph("Requests to the Kubernetes API", {"apiserver_request_total": "requests"}, "Sum", CONTROL_PLANE),
    Graph(
        "Requests that failed",
        {
            "apiserver_request_total_5XX": "not answered",
            "apiserver_request_total_4XX": "refused",
            "apiserver_request_total_429": "turned away",
        },
        "Sum",
        CONTROL_PLANE,
    ),
    Graph(
        "Pods that wait for a node, each minute",
        {"scheduler_pending_pods_UNSCHEDULABLE": "no node has room", "scheduler_pending_pods": "all"},
        "Sum",
        CONTROL_PLANE,
        60,
    ),
)
WITHIN = (
    Graph(
        "Slowest answers of the API (p99)",
        {f"apiserver_request_duration_seconds_{verb}_P99": verb for verb in VERBS},
        "Average",
        CONTROL_PLANE,
    ),
    Graph(
        "Admission webhooks (p99)",
        {
            f"apiserver_admission_webhook_admission_duration_seconds_{kind}_P99": said
            for kind, said in {"ADMIT": "that change objects", "VALIDATING": "that look at objects"}.items()
        },
        "Average",
        CONTROL_PLANE,
    ),
    Graph("Size of etcd", {"apiserver_storage_size_bytes": "on disk"}, "Maximum", CONTROL_PLANE),
)
