"""Rules that most clusters want, over the metrics that are there: what is full, what restarts, what does not come up.

Sources: Prometheus documentation, Recording rules (how metrics are named) and Alerting rules; kube-state-metrics, Pod,
Deployment, Job and Node Metrics; Kubernetes Metrics Reference; node_exporter, collectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpc.plan.prometheus import CONTAINERS, CONTROL_PLANE, NODES, OBJECTS

Rule = dict[str, Any]
SOME = 'container!="",container!="POD"'
REAL_DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs|iso9660"'


def groups(sources: Sequence[str]) -> list[dict[str, Any]]:
    """The groups for whose metrics somebody is there, as the rules file has them."""
    return [{"name": name, "rules": rules} for name, rules in RULES.items() if name in sources]


def _record(name: str, expression: str) -> Rule:
    return {"record": name, "expr": expression}


def _alert(name: str, minutes: int, expression: str, summary: str, severity: str = "warning") -> Rule:
    return {
        "alert": name,
        "expr": expression,
        **({"for": f"{minutes}m"} if minutes else {}),
        "labels": {"severity": severity},
        "annotations": {"summary": summary},
    }


CPU, MEMORY, DISK = (
    "instance:node_cpu_usage:ratio5m",
    "instance:node_memory_usage:ratio",
    "instance:node_disk_usage:ratio",
)
VOLUME = "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes"
CLAIM = "The volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }}"
POD = "{{ $labels.namespace }}/{{ $labels.pod }}"
ROOM = "node_filesystem_avail_bytes"

RULES: Mapping[str, list[Rule]] = {
    CONTAINERS: [
        _record(
            "namespace:container_cpu_usage_seconds:sum_rate5m",
            f"sum by (namespace) (rate(container_cpu_usage_seconds_total{{{SOME}}}[5m]))",
        ),
        _record(
            "namespace:container_memory_working_set_bytes:sum",
            f"sum by (namespace) (container_memory_working_set_bytes{{{SOME}}})",
        ),
        _alert("VolumeFillsUp", 10, f"{VOLUME} < 0.15", f"{CLAIM} has less than 15 % of its room left"),
        _alert("VolumeIsFull", 2, f"{VOLUME} < 0.03", f"{CLAIM} has less than 3 % of its room left", "critical"),
        _alert(
            "TargetDown", 15, "sum by (job) (up == 0) > 0", "{{ $value }} targets of {{ $labels.job }} do not answer"
        ),
    ],
    NODES: [
        _record(CPU, '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))'),
        _record(MEMORY, "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes"),
        _record(DISK, f"1 - {ROOM}{{{REAL_DISKS}}} / node_filesystem_size_bytes{{{REAL_DISKS}}}"),
        _alert("NodeCpuBusy", 15, f"{CPU} > 0.9", "The CPUs of {{ $labels.instance }} are more than 90 % busy"),
        _alert("NodeMemoryShort", 10, f"{MEMORY} > 0.9", "{{ $labels.instance }} uses more than 90 % of its memory"),
        _alert(
            "NodeDiskFillsUp",
            10,
            f"{DISK} > 0.85",
            "{{ $labels.mountpoint }} of {{ $labels.instance }} is more than 85 % full",
        ),
        _alert(
            "NodeDiskFullInADay",
            60,
            f"predict_linear({ROOM}{{{REAL_DISKS}}}[6h], 86400) < 0 and {DISK} > 0.6",
            "{{ $labels.mountpoint }} of {{ $labels.instance }} will be full within a day",
            "critical",
        ),
    ],
    OBJECTS: [
        _alert(
            "ContainerRestarts",
            0,
            "increase(kube_pod_container_status_restarts_total[1h]) > 5",
            f"{{{{ $labels.container }}}} of {POD} has restarted more than five times in an hour",
        ),
        _alert(
            "ContainerCrashes",
            10,
            'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) > 0',
            f"{{{{ $labels.container }}}} of {POD} crashes again and again",
            "critical",
        ),
        _alert(
            "ContainerOutOfMemory",
            0,
            'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1 '
            "and on (namespace, pod, container) increase(kube_pod_container_status_restarts_total[10m]) > 0",
            f"{{{{ $labels.container }}}} of {POD} ran out of memory",
        ),
        _alert(
            "PodDoesNotStart",
            15,
            'sum by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"}) > 0',
            f"{POD} has not started for a quarter of an hour",
        ),
        _alert(
            "DeploymentShort",
            15,
            "kube_deployment_spec_replicas > kube_deployment_status_replicas_available",
            "{{ $labels.namespace }}/{{ $labels.deployment }} has fewer pods than it should have",
        ),
        _alert(
            "JobFails",
            5,
            'kube_job_failed{condition="true"} > 0',
            "The Job {{ $labels.namespace }}/{{ $labels.job_name }} has failed",
        ),
        _alert(
            "NodeNotReady",
            10,
            'kube_node_status_condition{condition="Ready",status="true"} == 0',
            "{{ $labels.node }} is not ready",
            "critical",
        ),
        _alert(
            "NodeUnderPressure",
            10,
            'kube_node_status_condition{condition=~"MemoryPressure|DiskPressure|PIDPressure",status="true"} == 1',
            "{{ $labels.node }} reports {{ $labels.condition }}",
        ),
    ],
    CONTROL_PLANE: [
        _alert(
            "ApiServerFails",
            10,
            'sum(rate(apiserver_request_total{code=~"5.."}[5m])) / sum(rate(apiserver_request_total[5m])) > 0.03',
            "More than 3 % of the requests to the Kubernetes API fail",
            "critical",
        ),
        _alert(
            "ApiServerRejects",
            10,
            "sum(rate(apiserver_flowcontrol_rejected_requests_total[5m])) > 1",
            "The Kubernetes API turns requests away",
        ),
        _alert(
            "PodsUnschedulable",
            15,
            'max(scheduler_pending_pods{queue="unschedulable"}) > 0',
            "{{ $value }} pods find no node",
        ),
    ],
}
