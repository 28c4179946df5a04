"""Metrics that alarms and dashboards may take for granted, and what suits them.

Sources: Amazon CloudWatch User Guide, Amazon EKS and Kubernetes Container Insights metrics, and the same with enhanced
observability (which of them there are for a whole cluster); Amazon EKS User Guide, Monitor cluster data with Amazon
CloudWatch (namespace AWS/EKS, from Kubernetes 1.28 on, for every cluster; each minute, with the statistics that are
valid). What to do first: Amazon EKS Best Practices Guide, Reliability; Kubernetes, Debug pods, and Node-pressure
eviction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.kit.record import Record

INSIGHTS, CONTROL_PLANE = "ContainerInsights", "AWS/EKS"
AT_LEAST = "GreaterThanOrEqualToThreshold"


class Metric(Record):
    """One metric of a whole cluster. `about` is for whoever is woken up: what it means, and what to look at first.

    `enhanced`: only the agent of amazon-cloudwatch-observability has it.
    """

    namespace: str
    statistic: str
    threshold: float
    about: str
    enhanced: bool = False


METRICS: Mapping[str, Metric] = {
    "cluster_failed_node_count": Metric(
        INSIGHTS,
        "Maximum",
        1,
        "A node does not work: its pods are moved elsewhere, or wait. First: kubectl get nodes; kubectl describe node "
        "for the conditions; then the status checks of its instance in EC2.",
    ),
    "node_cpu_reserved_capacity": Metric(
        INSIGHTS,
        "Average",
        90,
        "Pods have asked for nearly all CPU there is: new ones will wait. First: is a node group at its maximum, or "
        "does an autoscaler fail? Which pods ask for more than they use (kubectl top pods -A)?",
    ),
    "node_cpu_utilization": Metric(
        INSIGHTS,
        "Average",
        80,
        "The nodes are busy: pods get slow, and the loss of a node is more than the others can bear. First: kubectl "
        "top nodes; kubectl top pods -A --sort-by=cpu; then more nodes, or limits for who takes too much.",
    ),
    "node_filesystem_utilization": Metric(
        INSIGHTS,
        "Maximum",
        80,
        "The disk of a node fills up: the kubelet will remove images and then evict pods. First: which node, on the "
        "dashboard; kubectl describe node for DiskPressure; then pods that write logs or emptyDir volumes, or larger "
        "disks.",
    ),
    "node_memory_reserved_capacity": Metric(
        INSIGHTS,
        "Average",
        90,
        "Pods have asked for nearly all memory there is: new ones will wait. First: is a node group at its maximum, or "
        "does an autoscaler fail? Which pods ask for more than they use (kubectl top pods -A)?",
    ),
    "node_memory_utilization": Metric(
        INSIGHTS,
        "Average",
        80,
        "The nodes run out of memory: the kubelet will evict pods, or the kernel kill them. First: kubectl top nodes; "
        "kubectl top pods -A --sort-by=memory; then more nodes, or limits for who takes too much.",
    ),
    "pod_container_status_terminated_reason_oom_killed": Metric(
        INSIGHTS,
        "Maximum",
        1,
        "A container was killed since it took more memory than its limit. First: kubectl get pods -A for restarts; "
        "kubectl describe pod says OOMKilled; then a higher limit, or the leak.",
        enhanced=True,
    ),
    "pod_container_status_waiting_reason_crash_loop_back_off": Metric(
        INSIGHTS,
        "Maximum",
        1,
        "A container ends as soon as it has started. First: kubectl get pods -A for CrashLoopBackOff; kubectl logs "
        "--previous; then what was rolled out last.",
        enhanced=True,
    ),
    "pod_container_status_waiting_reason_image_pull_error": Metric(
        INSIGHTS,
        "Maximum",
        1,
        "A container's image cannot be pulled. First: kubectl describe pod for the registry's answer; is the tag "
        "right, may the nodes read the repository, do they reach it?",
        enhanced=True,
    ),
    "pod_number_of_container_restarts": Metric(
        INSIGHTS,
        "Sum",
        5,
        "Containers restart more than they should. First: kubectl get pods -A for RESTARTS; kubectl describe pod for "
        "the last state and failing probes; kubectl logs --previous.",
        enhanced=True,
    ),
    "apiserver_request_total_429": Metric(
        CONTROL_PLANE,
        "Sum",
        100,
        "The Kubernetes API turns requests away, since somebody sends too many. First: who, by the userAgent in the "
        "audit log; controllers that list in a loop; many new nodes at once.",
    ),
    "apiserver_request_total_5XX": Metric(
        CONTROL_PLANE,
        "Sum",
        10,
        "The Kubernetes API fails to answer. First: do admission webhooks answer (kubectl get "
        "validatingwebhookconfigurations,mutatingwebhookconfigurations)? Then the control plane's log, and AWS Health.",
    ),
    "scheduler_pending_pods_UNSCHEDULABLE": Metric(
        CONTROL_PLANE,
        "Sum",
        5,
        "Pods wait, since no node has room for them or fits. First: kubectl get pods -A "
        "--field-selector=status.phase=Pending; kubectl describe pod for the reason; then node groups at their "
        "maximum, taints, volumes in another zone.",
    ),
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
