"""The Prometheus node exporter, an EKS community add-on. Source: Amazon EKS User Guide, Community add-ons."""

from __future__ import annotations

from bpc.addon import AddOn


class PrometheusNodeExporter(AddOn):
    """Tells Prometheus how the nodes are: CPU, memory, disks, network."""

    name = "prometheus-node-exporter"
    namespace = "prometheus-node-exporter"
    daemonset = True
