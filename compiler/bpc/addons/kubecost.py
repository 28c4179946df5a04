"""Kubecost, which the AWS Marketplace sells as an EKS add-on, and IBM publishes as a chart.

Sources: Amazon EKS User Guide, AWS Marketplace add-ons; Amazon EKS API Reference, AddonIssue
(AddonSubscriptionNeeded); kubecost 3.2.1, its chart as Helm renders it; Kubecost documentation, Telemetry,
and Environment (Kubernetes 1.21).

Either way its images are under the seller's terms, so the blueprint has to say that somebody took them on. Of the
chart there is what measures and tells: not what reads the traffic of nodes as root, nor what turns workloads off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context


class Kubecost(AddOn):
    """Says what each namespace, team and workload costs."""

    name = "kubecost"
    eks_name = "kubecost_kubecost"
    namespace = "kubecost"
    sources = ("eks", "chart")
    charts = (Chart("https://kubecost.github.io/kubecost", "kubecost", "3.2.1"),)
    node_selectors = tuple(
        f"{part}.nodeSelector"
        for part in ("aggregator", "cloudCost", "finopsagent", "forecasting", "frontend", "localStore")
    )
    registry = "icr.io"
    images = (
        "icr.io/ibm-finops/agent:v1.0.20",
        "icr.io/kubecost/cost-model:3.2.1",
        "icr.io/kubecost/frontend:3.2.1",
        "icr.io/kubecost/modeling:v0.1.36",
    )
    waits_for = ("Deployment/kubecost-cloud-cost", "Deployment/kubecost-frontend", "StatefulSet/kubecost-aggregator")
    marketplace = True
    disks = True
    needs_internet = True
    crds = ("turndownschedules.kubecost.com",)
    pod_security = "privileged"
    kubernetes = ("1.21", "")
    partitions = ("aws",)
    required = ("subscribed",)
    options: ClassVar[Mapping[str, Any]] = {
        "subscribed": {
            "description": "true says that somebody accepted Kubecost's terms and prices: for the EKS add-on, this "
            "account has subscribed to it in the AWS Marketplace, and EKS does not install it without that; for the "
            "chart, IBM's licence of its images.",
            "type": "boolean",
            "examples": [True],
            "x-cloudformation": "none: the subscription in the AWS Marketplace",
        },
    }

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {
            "global": {"clusterId": context.cluster},
            "networkCosts": {"enabled": False},
            "clusterController": {"enabled": False},
            "telemetry": {"enabled": False},
        }
