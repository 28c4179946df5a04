"""CoreDNS. Sources: Amazon EKS User Guide, CoreDNS; AWS blog, Amazon EKS add-ons: Advanced configuration.

Its pods need somewhere to run, so it comes after the nodes. Where there are only Fargate profiles, `computeType`
takes away the annotation that would hold them back from Fargate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Context


class CoreDns(AddOn):
    """Answers DNS questions inside the cluster."""

    name = "coredns"
    in_auto_mode = True
    core = True
    waits_for = ("Deployment/coredns",)
    pod_security = "baseline"

    @classmethod
    def values(cls, context: Context) -> Mapping[str, Any]:
        return {} if context.has_nodes else {"computeType": "Fargate"}
