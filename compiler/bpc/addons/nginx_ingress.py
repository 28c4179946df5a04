"""F5 NGINX Ingress Controller. Sources: its documentation, Technical specifications; its chart 2.6.4, rendered.

Not the controller of the Kubernetes project, which is `ingress-nginx` and has ended. Both have the IngressClass nginx.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context
from bpc.kit import service_balancer


class NginxIngress(AddOn):
    """Routes HTTP and TCP by Ingresses and VirtualServers through NGINX, F5's own controller."""

    name = "nginx-ingress"
    namespace = "nginx-ingress"
    sources = ("chart",)
    default_ingress = "controller.ingressClass.setAsDefaultIngress"
    charts = (Chart("oci://ghcr.io/nginx/charts", "nginx-ingress", "2.6.4"),)
    node_selectors = ("controller.nodeSelector",)
    registry = "docker.io"
    images = ("docker.io/nginx/nginx-ingress:5.5.4",)
    crds = (
        "apdoslogconfs.appprotectdos.f5.com",
        "apdospolicies.appprotectdos.f5.com",
        "aplogconfs.appprotect.f5.com",
        "appolicies.appprotect.f5.com",
        "apusersigs.appprotect.f5.com",
        "dnsendpoints.externaldns.nginx.org",
        "dosprotectedresources.appprotectdos.f5.com",
        "globalconfigurations.k8s.nginx.org",
        "policies.k8s.nginx.org",
        "transportservers.k8s.nginx.org",
        "virtualserverroutes.k8s.nginx.org",
        "virtualservers.k8s.nginx.org",
    )
    waits_for = ("Deployment/nginx-ingress-controller",)
    pod_security = "restricted"
    kubernetes = ("1.29", "1.36")
    conflicts = ("ingress-nginx",)
    options: ClassVar[Mapping[str, Any]] = service_balancer.SCHEME

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        service = {"annotations": service_balancer.words(context.options["scheme"], context.others)}
        # It would tell its makers about the cluster.
        return {"controller": {"service": service, "telemetryReporting": {"enable": False}}}
