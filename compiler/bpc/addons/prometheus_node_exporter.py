"""The Prometheus node exporter, an EKS community add-on. Source: Amazon EKS User Guide, Community add-ons;
its chart 4.56.1, as Helm renders it.
"""

from __future__ import annotations

from bpc.addon import AddOn, Chart


class PrometheusNodeExporter(AddOn):
    """Tells Prometheus how the nodes are: CPU, memory, disks, network."""

    name = "prometheus-node-exporter"
    namespace = "prometheus-node-exporter"
    daemonset = True
    sources = ("eks", "chart")
    charts = (Chart("https://prometheus-community.github.io/helm-charts", "prometheus-node-exporter", "4.56.1"),)
    registry = "quay.io"
    images = ("quay.io/prometheus/node-exporter:v1.12.1",)
    waits_for = ("DaemonSet/prometheus-node-exporter",)
    pod_security = "privileged"
    no_range = "it reads its node and asks Kubernetes nothing; neither it nor its chart names a version"
