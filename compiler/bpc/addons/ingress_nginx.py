"""The Ingress NGINX Controller. Sources: its README, which announces the end; its chart 4.15.1, as Helm renders it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context
from bpc.kit import service_balancer


class IngressNginx(AddOn):
    """Routes HTTP by Ingresses through NGINX; given up in March 2026."""

    name = "ingress-nginx"
    namespace = "ingress-nginx"
    sources = ("chart",)
    default_ingress = "controller.ingressClassResource.default"
    charts = (Chart("https://kubernetes.github.io/ingress-nginx", "ingress-nginx", "4.15.1"),)
    registry = "registry.k8s.io"
    images = (
        "registry.k8s.io/ingress-nginx/controller:v1.15.1"
        "@sha256:594ceea76b01c592858f803f9ff4d2cb40542cae2060410b2c95f75907d659e1",
        "registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.6.9"
        "@sha256:01038e7de14b78d702d2849c3aad72fd25903c4765af63cf16aa3398f5d5f2dd",
    )
    webhooks = True
    waits_for = ("Deployment/ingress-nginx-controller",)
    pod_security = "restricted"
    kubernetes = ("1.21", "")
    retired = "is retired since March 2026 and gets no security fixes: take traefik or nginx-ingress"
    options: ClassVar[Mapping[str, Any]] = service_balancer.SCHEME

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        service = {"annotations": service_balancer.words(context.options["scheme"], context.others)}
        return {"controller": {"service": service}}
