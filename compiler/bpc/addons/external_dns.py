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
        from bpc.kit import well_known

        return well_known.external_dns(context.options["zones"])

    @classmethod
    def values(cls, context: Context) -> Mapping[str, Any]:
        return {"txtOwnerId": context.cluster}
