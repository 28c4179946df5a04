"""OpenCost, as a chart.

Sources: OpenCost documentation, Installation (Kubernetes 1.21) and AWS configuration; its chart 2.5.17, as Helm renders
it. It reads what a Prometheus has measured, and AWS's public price lists, which have no endpoint in a private network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context


class Opencost(AddOn):
    """Tells what each workload costs, by what it uses and by AWS's prices."""

    name = "opencost"
    namespace = "opencost"
    sources = ("chart",)
    charts = (Chart("https://opencost.github.io/opencost-helm-chart", "opencost", "2.5.17"),)
    node_selectors = ("opencost.nodeSelector",)
    registry = "ghcr.io"
    images = (
        "ghcr.io/opencost/opencost:1.120.1@sha256:b0701f9b54e43c9abee98f5784792a5b469ca8951e87da32b161c1fa539ab0e1",
        "ghcr.io/opencost/opencost-ui:1.120.1@sha256:7c08640291228fd13854c9aa0538a6fdbcc2410bfbb66177a7a40d2634983c52",
    )
    needs_internet = True
    waits_for = ("Deployment/opencost",)
    pod_security = "restricted"
    kubernetes = ("1.21", "")
    required = ("prometheusUrl",)
    options: ClassVar[Mapping[str, Any]] = {
        "prometheusUrl": {
            "description": "Where a Prometheus answers that reads kube-state-metrics and the nodes, such as that of "
            "kube-prometheus-stack.",
            "type": "string",
            "pattern": "^https?://[^ ]+$",
            "examples": [
                "http://kube-prometheus-stack-prometheus.kube-prometheus-stack.svc:9090",
                "http://prometheus.prometheus.svc:9090",
            ],
            "x-cloudformation": "none: opencost.prometheus of the Helm chart",
        },
    }

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        url = context.options["prometheusUrl"]
        exporter = {"defaultClusterId": context.cluster, "securityContext": _plain()}
        return {
            "podSecurityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "opencost": {
                "exporter": exporter,
                "ui": {"securityContext": _plain()},
                "prometheus": {"internal": {"enabled": False}, "external": {"enabled": True, "url": url}},
                # An assistant's way in, which nobody has asked for.
                "mcp": {"enabled": False},
            },
        }


def _plain() -> dict[str, Any]:
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
