"""Traefik. Sources: Traefik documentation, Kubernetes; its chart 41.3.0, as Helm renders it.

It has no AWS permissions: only certificates by a DNS challenge in Route 53 would need some, and cert-manager is the
better place for those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context
from bpc.kit import service_balancer


class Traefik(AddOn):
    """Routes HTTP and TCP by Ingresses, Gateways and IngressRoutes."""

    name = "traefik"
    namespace = "traefik"
    sources = ("chart",)
    default_ingress = "ingressClass.isDefaultClass"
    charts = (Chart("https://traefik.github.io/charts", "traefik", "41.3.0"),)
    node_selectors = ("nodeSelector",)
    registry = "docker.io"
    images = ("docker.io/traefik:v3.7.11",)
    crds = (
        "accesscontrolpolicies.hub.traefik.io",
        "aiservices.hub.traefik.io",
        "apiauths.hub.traefik.io",
        "apibundles.hub.traefik.io",
        "apicatalogitems.hub.traefik.io",
        "apiplans.hub.traefik.io",
        "apiportalauths.hub.traefik.io",
        "apiportals.hub.traefik.io",
        "apiratelimits.hub.traefik.io",
        "apis.hub.traefik.io",
        "apiversions.hub.traefik.io",
        "contentitems.hub.traefik.io",
        "ingressroutes.traefik.io",
        "ingressroutetcps.traefik.io",
        "ingressrouteudps.traefik.io",
        "managedapplications.hub.traefik.io",
        "managedsubscriptions.hub.traefik.io",
        "middlewares.traefik.io",
        "middlewaretcps.traefik.io",
        "serverstransports.traefik.io",
        "serverstransporttcps.traefik.io",
        "tlsoptions.traefik.io",
        "tlsstores.traefik.io",
        "traefikservices.traefik.io",
        "uplinks.hub.traefik.io",
    )
    waits_for = ("Deployment/traefik",)
    pod_security = "restricted"
    kubernetes = ("1.25", "")
    options: ClassVar[Mapping[str, Any]] = service_balancer.SCHEME

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {
            "service": {"annotations": service_balancer.words(context.options["scheme"], context.others)},
            # An Ingress says which class it wants: two that are the default are refused.
            "ingressClass": {"isDefaultClass": False},
            # It would ask its makers, from inside the cluster.
            "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        }
