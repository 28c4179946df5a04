"""cert-manager, an EKS community add-on. Source: Amazon EKS User Guide, Community add-ons.

It has no AWS permissions by itself: the DNS challenge with Route 53 is the only part that needs some, and
`wellKnownPolicies: [cert-manager]` gives them.
"""

from __future__ import annotations

from bpc.addon import AddOn


class CertManager(AddOn):
    """Issues and renews TLS certificates for workloads."""

    name = "cert-manager"
    namespace = "cert-manager"
    service_account = "cert-manager"
