"""Kyverno. Sources: Kyverno documentation, Installation, Compatibility Matrix, Security vs Operability, and High
Availability; its chart 3.9.0, as Helm renders it.

It makes its webhooks itself, from the policies that there are, and certificates too. The chart leaves kube-system and
Kyverno's own namespace out; policies that nobody judges refuse what they are for, so three pods do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context


class Kyverno(AddOn):
    """Refuses, changes and makes objects by the organisation's policies, which are Kubernetes objects."""

    name = "kyverno"
    namespace = "kyverno"
    sources = ("chart",)
    charts = (Chart("https://kyverno.github.io/kyverno", "kyverno", "3.9.0"),)
    registry = "reg.kyverno.io"
    images = (
        # Run when Helm takes it away, which else would leave its webhooks behind.
        "ghcr.io/kyverno/readiness-checker:v1.19.0",
        "reg.kyverno.io/kyverno/background-controller:v1.19.0",
        "reg.kyverno.io/kyverno/cleanup-controller:v1.19.0",
        "reg.kyverno.io/kyverno/kyverno-cli:v1.19.0",
        "reg.kyverno.io/kyverno/kyverno:v1.19.0",
        "reg.kyverno.io/kyverno/kyvernopre:v1.19.0",
        "reg.kyverno.io/kyverno/reports-controller:v1.19.0",
    )
    crds = (
        "cleanuppolicies.kyverno.io",
        "clustercleanuppolicies.kyverno.io",
        "clusterephemeralreports.reports.kyverno.io",
        "clusterpolicies.kyverno.io",
        "clusterpolicyreports.wgpolicyk8s.io",
        "deletingpolicies.policies.kyverno.io",
        "ephemeralreports.reports.kyverno.io",
        "generatingpolicies.policies.kyverno.io",
        "globalcontextentries.kyverno.io",
        "imagevalidatingpolicies.policies.kyverno.io",
        "mutatingpolicies.policies.kyverno.io",
        "namespaceddeletingpolicies.policies.kyverno.io",
        "namespacedgeneratingpolicies.policies.kyverno.io",
        "namespacedimagevalidatingpolicies.policies.kyverno.io",
        "namespacedmutatingpolicies.policies.kyverno.io",
        "namespacedvalidatingpolicies.policies.kyverno.io",
        "policies.kyverno.io",
        "policyexceptions.kyverno.io",
        "policyexceptions.policies.kyverno.io",
        "policyreports.wgpolicyk8s.io",
        "updaterequests.kyverno.io",
        "validatingpolicies.policies.kyverno.io",
    )
    webhooks = True
    waits_for = (
        "Deployment/kyverno-admission-controller",
        "Deployment/kyverno-background-controller",
        "Deployment/kyverno-cleanup-controller",
        "Deployment/kyverno-reports-controller",
    )
    pod_security = "restricted"
    kubernetes = ("1.33", "1.35")

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {"admissionController": {"replicas": 3}}
