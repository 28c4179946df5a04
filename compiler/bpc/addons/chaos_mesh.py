"""Chaos Mesh. Sources: Chaos Mesh documentation, Install Chaos Mesh using Helm; its chart 2.8.3, as Helm renders it;
its end-to-end tests of v2.8.3 (Kubernetes 1.33 to 1.35; the table of supported releases ends before 2.8).

By itself the chart makes certificates at each rendering, for its webhooks and for its daemons; with cert-manager it
leaves them to that. An annotation that replaces its pods stays random. Machines outside the cluster would have
certificates of the chart's own as well, so nothing here speaks to them. Its webhooks judge its own kinds only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context


class ChaosMesh(AddOn):
    """Breaks pods, network, disks and clocks on purpose, to see what becomes of workloads."""

    name = "chaos-mesh"
    namespace = "chaos-mesh"
    sources = ("chart",)
    charts = (Chart("https://charts.chaos-mesh.org", "chaos-mesh", "2.8.3"),)
    node_selectors = (
        "chaosDaemon.nodeSelector",
        "controllerManager.nodeSelector",
        "dashboard.nodeSelector",
        "dnsServer.nodeSelector",
    )
    registry = "ghcr.io"
    images = (
        "ghcr.io/chaos-mesh/chaos-coredns:v0.2.8",
        "ghcr.io/chaos-mesh/chaos-daemon:v2.8.3",
        "ghcr.io/chaos-mesh/chaos-dashboard:v2.8.3",
        "ghcr.io/chaos-mesh/chaos-mesh:v2.8.3",
    )
    crds = (
        "awschaos.chaos-mesh.org",
        "azurechaos.chaos-mesh.org",
        "blockchaos.chaos-mesh.org",
        "dnschaos.chaos-mesh.org",
        "gcpchaos.chaos-mesh.org",
        "httpchaos.chaos-mesh.org",
        "iochaos.chaos-mesh.org",
        "jvmchaos.chaos-mesh.org",
        "kernelchaos.chaos-mesh.org",
        "networkchaos.chaos-mesh.org",
        "physicalmachinechaos.chaos-mesh.org",
        "physicalmachines.chaos-mesh.org",
        "podchaos.chaos-mesh.org",
        "podhttpchaos.chaos-mesh.org",
        "podiochaos.chaos-mesh.org",
        "podnetworkchaos.chaos-mesh.org",
        "remoteclusters.chaos-mesh.org",
        "schedules.chaos-mesh.org",
        "statuschecks.chaos-mesh.org",
        "stresschaos.chaos-mesh.org",
        "timechaos.chaos-mesh.org",
        "workflownodes.chaos-mesh.org",
        "workflows.chaos-mesh.org",
    )
    webhooks = True
    waits_for = (
        "DaemonSet/chaos-daemon",
        "Deployment/chaos-controller-manager",
        "Deployment/chaos-dashboard",
        "Deployment/chaos-dns-server",
    )
    daemonset = True
    pod_security = "privileged"
    kubernetes = ("", "1.35")
    requires = ("cert-manager",)
    engines = ("argocd", "flux")
    random = "an annotation that is another one at each rendering"

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {
            # Nodes of EKS have containerd alone.
            "chaosDaemon": {"runtime": "containerd", "socketPath": "/run/containerd/containerd.sock"},
            "webhook": {"certManager": {"enabled": True}},
            "controllerManager": {"chaosdSecurityMode": False},
            # Not a port of every node.
            "dashboard": {"service": {"type": "ClusterIP"}},
        }
