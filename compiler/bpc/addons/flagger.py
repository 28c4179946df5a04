"""Flagger. Sources: Flagger documentation, Install on Kubernetes and Metrics Analysis; its chart 1.44.0, as Helm
renders it.

It asks a Prometheus whether a new version does well, and a mesh or an ingress controller to move the traffic: that of
this platform, if it has one that Flagger knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context

# Add-ons that move traffic, by what Flagger calls them; the first that is there is meant.
PROVIDERS = {"istio": "istio", "traefik": "traefik", "ingress-nginx": "nginx"}


class Flagger(AddOn):
    """Rolls new versions out step by step, and back when their metrics are bad."""

    name = "flagger"
    namespace = "flagger-system"
    sources = ("chart",)
    charts = (Chart("https://flagger.app", "flagger", "1.44.0"),)
    node_selectors = ("nodeSelector",)
    registry = "ghcr.io"
    images = ("ghcr.io/fluxcd/flagger:1.44.0",)
    crds = ("alertproviders.flagger.app", "canaries.flagger.app", "metrictemplates.flagger.app")
    waits_for = ("Deployment/flagger",)
    pod_security = "restricted"
    kubernetes = ("1.19", "")
    required = ("metricsServer",)
    options: ClassVar[Mapping[str, Any]] = {
        "metricsServer": {
            "description": "The address of the Prometheus in the cluster that knows how workloads do.",
            "type": "string",
            "pattern": "^https?://[^ ]+$",
            "examples": ["http://prometheus-server.prometheus", "http://prometheus.monitoring:9090"],
            "x-cloudformation": "none: metricsServer of the Helm chart",
        },
    }

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        known = [title for name, title in PROVIDERS.items() if name in context.others]
        return {
            "metricsServer": context.options["metricsServer"],
            # Left empty, it would look for Istio.
            "meshProvider": known[0] if known else "kubernetes",
            # What the chart lets its pod do by itself is more than the pod needs.
            "securityContext": {
                "context": {
                    "runAsNonRoot": True,
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                    "seccompProfile": {"type": "RuntimeDefault"},
                }
            },
        }
