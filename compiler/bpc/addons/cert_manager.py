"""cert-manager, an EKS community add-on. Source: Amazon EKS User Guide, Community add-ons.

It has no AWS permissions here: the DNS challenge with Route 53 is the only part that needs some.
"""

from __future__ import annotations

from bpc.addon import AddOn


class CertManager(AddOn):
    """Issues and renews TLS certificates for workloads."""

    name = "cert-manager"
    namespace = "cert-manager"
