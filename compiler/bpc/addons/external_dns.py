"""external-dns, an EKS community add-on. Sources: Amazon EKS User Guide, Community add-ons; external-dns, AWS tutorial.

The role may change the records of the zones that the blueprint names, and of no other. Records are marked with the
cluster's name as owner, so that two clusters can share a zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Context

if TYPE_CHECKING:
    from awacs.aws import Statement


class ExternalDns(AddOn):
    """Keeps Route 53 records in step with Services and Ingresses."""

    name = "external-dns"
    namespace = "external-dns"
    needs_internet = True
    service_account = "external-dns"
    requires = ("eks-pod-identity-agent",)
    required = ("zones",)
    options: ClassVar[Mapping[str, Any]] = {
        "zones": {
            "description": "The ids of the Route 53 hosted zones whose records it may change.",
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^Z[A-Z0-9]{1,31}$"},
            "examples": [["Z0123456789ABCDEFGHIJ"]],
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from troposphere import Sub

        from bpc.kit import iam

        zone = "arn:${AWS::Partition}:route53:::hostedzone/"
        zones = [Sub(f"{zone}{one}") for one in context.options["zones"]]
        return [
            iam.allow("route53:ChangeResourceRecordSets", on=zones),
            # It lists the records of every zone that it finds, and stops at the first that it may not list.
            iam.allow("route53:ListResourceRecordSets", on=[Sub(f"{zone}*")]),
            iam.allow_anywhere("route53:ListHostedZones"),
        ]

    @classmethod
    def values(cls, context: Context) -> Mapping[str, Any]:
        return {"txtOwnerId": context.cluster}
