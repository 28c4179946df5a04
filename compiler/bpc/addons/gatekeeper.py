"""Gatekeeper. Sources: Gatekeeper documentation, Installation (Kubernetes 1.16), Exempting Namespaces, Failing Closed;
its chart 3.23.0, as Helm renders it.

What it cannot judge passes, as its makers have it; audit finds it later. That goes for the label too by which a
namespace escapes it, which would otherwise keep every new namespace waiting while Gatekeeper is away. kube-system is
left to EKS, and its own namespace to itself: no policy may keep it from coming back. The engine brings the definitions
and waits for the pods, so the chart need not run Jobs for either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context


class Gatekeeper(AddOn):
    """Refuses what breaks the organisation's policies, which are written for Open Policy Agent."""

    name = "gatekeeper"
    namespace = "gatekeeper-system"
    sources = ("chart",)
    charts = (Chart("https://open-policy-agent.github.io/gatekeeper/charts", "gatekeeper", "3.23.0"),)
    registry = "docker.io"
    images = ("docker.io/openpolicyagent/gatekeeper:v3.23.0",)
    crds = (
        "assign.mutations.gatekeeper.sh",
        "assignimage.mutations.gatekeeper.sh",
        "assignmetadata.mutations.gatekeeper.sh",
        "configpodstatuses.status.gatekeeper.sh",
        "configs.config.gatekeeper.sh",
        "connectionpodstatuses.status.gatekeeper.sh",
        "connections.connection.gatekeeper.sh",
        "constraintpodstatuses.status.gatekeeper.sh",
        "constrainttemplatepodstatuses.status.gatekeeper.sh",
        "constrainttemplates.templates.gatekeeper.sh",
        "expansiontemplate.expansion.gatekeeper.sh",
        "expansiontemplatepodstatuses.status.gatekeeper.sh",
        "modifyset.mutations.gatekeeper.sh",
        "mutatorpodstatuses.status.gatekeeper.sh",
        "providerpodstatuses.status.gatekeeper.sh",
        "providers.externaldata.gatekeeper.sh",
        "syncsets.syncset.gatekeeper.sh",
    )
    webhooks = True
    waits_for = ("Deployment/gatekeeper-audit", "Deployment/gatekeeper-controller-manager")
    pod_security = "restricted"
    kubernetes = ("1.16", "")

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        exempt = {"kubernetes.io/metadata.name": ["kube-system", context.namespace or cls.namespace]}
        return {
            "validatingWebhookExemptNamespacesLabels": exempt,
            "mutatingWebhookExemptNamespacesLabels": exempt,
            "validatingWebhookCheckIgnoreFailurePolicy": "Ignore",
            "upgradeCRDs": {"enabled": False},
            "postInstall": {"labelNamespace": {"enabled": False}, "probeWebhook": {"enabled": False}},
        }
