"""external-dns, an EKS community add-on. Sources: Amazon EKS User Guide, Community add-ons; external-dns, AWS tutorial,
and README, Kubernetes version compatibility; its chart 1.21.1.

The role may change the records of the zones that the blueprint names, and of no other. Records are marked with the
cluster's name as owner, so that two clusters can share a zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context

if TYPE_CHECKING:
    from awacs.aws import Statement


class ExternalDns(AddOn):
    """Keeps Route 53 records in step with Services and Ingresses."""

    name = "external-dns"
    namespace = "external-dns"
    needs_internet = True
    service_account = "external-dns"
    sources = ("eks", "chart")
    charts = (Chart("https://kubernetes-sigs.github.io/external-dns", "external-dns", "1.21.1"),)
    node_selectors = ("nodeSelector",)
    registry = "registry.k8s.io"
    images = ("registry.k8s.io/external-dns/external-dns:v0.21.0",)
    crds = ("dnsendpoints.externaldns.k8s.io",)
    waits_for = ("Deployment/external-dns",)
    pod_security = "restricted"
    kubernetes = ("1.21", "")
    requires = ("eks-pod-identity-agent",)
    required = ("zones",)
    options: ClassVar[Mapping[str, Any]] = {
        "zones": {
            "description": "The ids of the Route 53 hosted zones whose records it may change.",
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^Z[A-Z0-9]{1,31}$"},
            "examples": [["Z0123456789ABCDEFGHIJ"], ["Z0000000000000000000", "Z1111111111111111111"]],
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import well_known

        return well_known.external_dns(context.options["zones"])

    @classmethod
    def values(cls, context: Context) -> Mapping[str, Any]:
        return {"txtOwnerId": context.cluster}

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        account: dict[str, Any] = {"name": cls.service_account}
        if context.role_arn:
            account["annotations"] = {"eks.amazonaws.com/role-arn": context.role_arn}
        # Records that it made may go, others never.
        return {
            "provider": {"name": "aws"},
            "policy": "upsert-only",
            "txtOwnerId": context.cluster,
            "serviceAccount": account,
        }
