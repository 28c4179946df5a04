"""Istio with sidecars. Sources: Istio documentation, Install with Helm, Install the Istio CNI node agent, Supported
releases, Upgrade notes of 1.31 (charts and images have left Google's hosts, which go dark in December 2026); its
charts 1.31.0, as Helm renders their release candidate.

With the node agent no pod of the mesh needs the right to change its network. Nothing here is a gateway: `istio-gateway`
is one, and istiod makes those of the Kubernetes Gateway API. The
webhook that judges Istio's objects lets them pass until istiod answers, and istiod then changes that; an engine would
change it back. So here it refuses them until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context

REPOSITORY = "https://blob.istio.io/istio-release/charts"
HUB = "docker.io/istio"
VERSION = "1.31.0"


class Istio(AddOn):
    """Encrypts, routes and measures what pods say to each other, by sidecars."""

    name = "istio"
    namespace = "istio-system"
    sources = ("chart",)
    charts = (
        Chart(REPOSITORY, "base", VERSION, "istio-base"),
        Chart(REPOSITORY, "cni", VERSION, "istio-cni"),
        Chart(REPOSITORY, "istiod", VERSION),
    )
    node_selectors = ("nodeSelector",)
    registry = "docker.io"
    images = (f"{HUB}/install-cni:{VERSION}", f"{HUB}/pilot:{VERSION}", f"{HUB}/proxyv2:{VERSION}")
    told_images = (f"{HUB}/proxyv2:{VERSION}",)
    crds = (
        "authorizationpolicies.security.istio.io",
        "destinationrules.networking.istio.io",
        "envoyfilters.networking.istio.io",
        "gateways.networking.istio.io",
        "peerauthentications.security.istio.io",
        "proxyconfigs.networking.istio.io",
        "requestauthentications.security.istio.io",
        "serviceentries.networking.istio.io",
        "sidecars.networking.istio.io",
        "telemetries.telemetry.istio.io",
        "trafficextensions.extensions.istio.io",
        "virtualservices.networking.istio.io",
        "wasmplugins.extensions.istio.io",
        "workloadentries.networking.istio.io",
        "workloadgroups.networking.istio.io",
    )
    webhooks = True
    waits_for = ("DaemonSet/istio-cni-node", "Deployment/istiod")
    daemonset = True
    pod_security = "privileged"
    kubernetes = ("1.32", "1.36")

    @classmethod
    def wanted_charts(cls, options: Mapping[str, Any]) -> tuple[Chart, ...]:
        # They are released together.
        return tuple(one.replace(version=options.get("version", one.version)) for one in cls.charts)

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        images: dict[str, Any] = {"global": {"hub": HUB, "tag": context.options.get("version", VERSION)}}
        strict: dict[str, Any] = {"base": {"validationFailurePolicy": "Fail"}}
        node_agent = {"pilot": {"cni": {"enabled": True}}}
        if context.namespace not in ("", cls.namespace):
            # The charts look for each other there, whatever the namespace of their release is.
            strict["global"] = {"istioNamespace": context.namespace}
        istiod = images | strict | {"global": images["global"] | strict.get("global", {})}
        return {"base": strict, "cni": images, "istiod": istiod | node_agent}[chart]

    @classmethod
    def mirrored(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {} if chart == "base" else {"global": {"hub": f"{context.mirror}/{HUB}"}}
