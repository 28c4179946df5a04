"""KEDA. Sources: KEDA documentation, Deploying KEDA and Kubernetes compatibility; its chart 2.20.2, as Helm renders it.

What a scaler may ask of AWS depends on what it scales by, so the blueprint says it: `iam.permissions` of the operator.
"""

from __future__ import annotations

from bpc.addon import AddOn, Chart


class Keda(AddOn):
    """Scales workloads by events: queues, streams, schedules and metrics."""

    name = "keda"
    namespace = "keda"
    service_account = "keda-operator"
    sources = ("chart",)
    charts = (Chart("https://kedacore.github.io/charts", "keda", "2.20.2"),)
    registry = "ghcr.io"
    images = (
        "ghcr.io/kedacore/keda:2.20.2",
        "ghcr.io/kedacore/keda-admission-webhooks:2.20.2",
        "ghcr.io/kedacore/keda-metrics-apiserver:2.20.2",
    )
    crds = (
        "cloudeventsources.eventing.keda.sh",
        "clustercloudeventsources.eventing.keda.sh",
        "clustertriggerauthentications.keda.sh",
        "scaledjobs.keda.sh",
        "scaledobjects.keda.sh",
        "triggerauthentications.keda.sh",
    )
    waits_for = (
        "Deployment/keda-admission-webhooks",
        "Deployment/keda-operator",
        "Deployment/keda-operator-metrics-apiserver",
    )
    pod_security = "restricted"
    kubernetes = ("1.33", "1.35")
