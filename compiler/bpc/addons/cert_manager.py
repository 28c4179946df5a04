"""cert-manager, an EKS community add-on. Source: Amazon EKS User Guide, Community add-ons; its chart 1.21.1, as Helm
renders it; cert-manager documentation, Supported releases.

It has no AWS permissions by itself: the DNS challenge with Route 53 is the only part that needs some, and
`wellKnownPolicies: [cert-manager]` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context

# Of the pods that answer an HTTP challenge.
SOLVER = "quay.io/jetstack/cert-manager-acmesolver"


class CertManager(AddOn):
    """Issues and renews TLS certificates for workloads."""

    name = "cert-manager"
    namespace = "cert-manager"
    service_account = "cert-manager"
    sources = ("eks", "chart")
    charts = (Chart("https://charts.jetstack.io", "cert-manager", "v1.21.1"),)
    registry = "quay.io"
    images = (
        f"{SOLVER}:v1.21.1",
        "quay.io/jetstack/cert-manager-cainjector:v1.21.1",
        "quay.io/jetstack/cert-manager-controller:v1.21.1",
        "quay.io/jetstack/cert-manager-webhook:v1.21.1",
    )
    told_images = images[:1]
    crds = (
        "certificaterequests.cert-manager.io",
        "certificates.cert-manager.io",
        "challenges.acme.cert-manager.io",
        "clusterissuers.cert-manager.io",
        "issuers.cert-manager.io",
        "orders.acme.cert-manager.io",
    )
    webhooks = True
    waits_for = (
        "Deployment/cert-manager",
        "Deployment/cert-manager-cainjector",
        "Deployment/cert-manager-webhook",
    )
    pod_security = "restricted"
    kubernetes = ("1.22", "1.36")

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        made: dict[str, Any] = {
            "crds": {"enabled": True},
            # Its leases stay with it, and it needs no permission in kube-system.
            "global": {"leaderElection": {"namespace": context.namespace or cls.namespace}},
            # A Job that only waits; the engine does that.
            "startupapicheck": {"enabled": False},
        }
        if context.role_arn:
            made["serviceAccount"] = {"annotations": {"eks.amazonaws.com/role-arn": context.role_arn}}
        return made

    @classmethod
    def mirrored(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {"acmesolver": {"image": {"repository": f"{context.mirror}/{SOLVER}"}}}
