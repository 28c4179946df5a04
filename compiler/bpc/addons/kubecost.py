"""Kubecost, which the AWS Marketplace sells as an EKS add-on. Sources: Amazon EKS User Guide, AWS Marketplace add-ons;
Amazon EKS API Reference, AddonIssue (AddonSubscriptionNeeded); kubecost 3.2.1, its chart as Helm renders it.

Subscribing accepts the seller's terms and prices, so the blueprint has to say that somebody did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn


class Kubecost(AddOn):
    """Says what each namespace, team and workload costs."""

    name = "kubecost"
    eks_name = "kubecost_kubecost"
    namespace = "kubecost"
    marketplace = True
    disks = True
    needs_internet = True
    crds = ("turndownschedules.kubecost.com",)
    pod_security = "privileged"
    partitions = ("aws",)
    required = ("subscribed",)
    options: ClassVar[Mapping[str, Any]] = {
        "subscribed": {
            "description": "true says that this account has subscribed to Kubecost in the AWS Marketplace, and has "
            "accepted its terms and prices. Without that EKS does not install it.",
            "type": "boolean",
            "examples": [True],
            "x-cloudformation": "none: the subscription in the AWS Marketplace",
        },
    }
