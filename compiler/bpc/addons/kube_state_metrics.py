"""kube-state-metrics, an EKS community add-on. Sources: Amazon EKS User Guide, Community add-ons; its README,
Compatibility matrix; its chart 8.4.0, as Helm renders it.
"""

from __future__ import annotations

from bpc.addon import AddOn, Chart


class KubeStateMetrics(AddOn):
    """Tells Prometheus what the objects of the cluster look like."""

    name = "kube-state-metrics"
    namespace = "kube-state-metrics"
    sources = ("eks", "chart")
    charts = (Chart("https://prometheus-community.github.io/helm-charts", "kube-state-metrics", "8.4.0"),)
    node_selectors = ("nodeSelector",)
    registry = "registry.k8s.io"
    images = ("registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",)
    waits_for = ("Deployment/kube-state-metrics",)
    pod_security = "restricted"
    kubernetes = ("", "1.36")
