"""The Network Load Balancer of a Service: what ingress controllers and gateways are called by from outside the cluster.

Sources: AWS Load Balancer Controller documentation, Service annotations; Amazon EKS User Guide, Use Service Annotations
to configure Network Load Balancers (EKS Auto Mode); cloud-provider-aws documentation, Load Balancer Annotations.

Three parties make such load balancers, each with words of its own, and none minds those of the others: the controller
takes Services of type `external`, the cloud provider all others, and EKS Auto Mode asks for the scheme alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CONTROLLER = "aws-load-balancer-controller"
OWN = "service.beta.kubernetes.io/aws-load-balancer-"
# For the options of an add-on.
SCHEME: Mapping[str, Any] = {
    "scheme": {
        "description": "Who reaches its load balancer: internal, the VPC and what is connected to it; internet-facing, "
        "everybody.",
        "enum": ["internal", "internet-facing"],
        "default": "internal",
        "x-cloudformation": "manifest Service.metadata.annotations, by values of the Helm chart",
    }
}


def words(scheme: str, others: frozenset[str]) -> dict[str, str]:
    """The annotations of the Service, beside these other add-ons."""
    said = {f"{OWN}scheme": scheme}
    if CONTROLLER in others:
        # The pods themselves are its targets, so there is no way round by another node.
        return said | {f"{OWN}type": "external", f"{OWN}nlb-target-type": "ip"}
    return said | {f"{OWN}type": "nlb", f"{OWN}internal": "true" if scheme == "internal" else "false"}
