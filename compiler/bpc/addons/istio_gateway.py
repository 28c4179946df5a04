"""A gateway of Istio's, where traffic comes into the mesh. Sources: Istio documentation, Installing Gateways; its chart
gateway 1.31.0, as Helm renders its release candidate.

Its pods are an empty shell that istiod's webhook fills: without `istio` first, they would wait for an image called
auto. Say the same `version` for both. Another gateway is a chart of one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context
from bpc.kit import service_balancer


class IstioGateway(AddOn):
    """Lets traffic from outside the cluster into the mesh, by Istio's Gateways and VirtualServices."""

    name = "istio-gateway"
    namespace = "istio-ingress"
    sources = ("chart",)
    # By this release name its pods have the label istio=ingressgateway, which Gateways select as everywhere else.
    charts = (Chart("https://blob.istio.io/istio-release/charts", "gateway", "1.31.0", "istio-ingressgateway"),)
    node_selectors = ("nodeSelector",)
    registry = "docker.io"
    images = ("docker.io/istio/proxyv2:1.31.0",)
    waits_for = ("Deployment/istio-ingressgateway",)
    pod_security = "baseline"
    kubernetes = ("1.32", "1.36")
    requires = ("istio",)
    options: ClassVar[Mapping[str, Any]] = service_balancer.SCHEME

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {"service": {"annotations": service_balancer.words(context.options["scheme"], context.others)}}
