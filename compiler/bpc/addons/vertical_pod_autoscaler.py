"""The Vertical Pod Autoscaler, as a chart.

Sources: kubernetes/autoscaler, vertical-pod-autoscaler: its chart 0.11.0, as Helm renders it, and its documentation
(installation, compatibility). It reads metrics.k8s.io. By its chart a job makes the webhook's certificate whenever the
chart is installed, with an old image; cert-manager issues and renews it instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context

NAME = "vertical-pod-autoscaler"


class VerticalPodAutoscaler(AddOn):
    """Measures what pods use, and sets their requests accordingly."""

    name = NAME
    namespace = "vpa-system"
    sources = ("chart",)
    charts = (Chart("https://kubernetes.github.io/autoscaler", NAME, "0.11.0"),)
    node_selectors = ("admissionController.nodeSelector", "recommender.nodeSelector", "updater.nodeSelector")
    registry = "registry.k8s.io"
    images = (
        "registry.k8s.io/autoscaling/vpa-admission-controller:1.7.1",
        "registry.k8s.io/autoscaling/vpa-recommender:1.7.1",
        "registry.k8s.io/autoscaling/vpa-updater:1.7.1",
    )
    crds = (
        "verticalpodautoscalercheckpoints.autoscaling.k8s.io",
        "verticalpodautoscalers.autoscaling.k8s.io",
    )
    webhooks = True
    waits_for = (
        "Deployment/vertical-pod-autoscaler-admission-controller",
        "Deployment/vertical-pod-autoscaler-recommender",
        "Deployment/vertical-pod-autoscaler-updater",
    )
    pod_security = "restricted"
    kubernetes = ("1.28", "")
    requires = ("cert-manager", "metrics-server")

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        own_issuer = {"enabled": True, "createSelfSignedIssuer": {"enabled": True}}
        return {
            "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containerSecurityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
            },
            "admissionController": {"certGen": {"enabled": False}, "certManager": own_issuer},
        }
