"""kube-state-metrics, an EKS community add-on. Source: Amazon EKS User Guide, Community add-ons."""

from __future__ import annotations

from bpc.addon import AddOn


class KubeStateMetrics(AddOn):
    """Tells Prometheus what the objects of the cluster look like."""

    name = "kube-state-metrics"
    namespace = "kube-state-metrics"
