"""The AWS Distro for OpenTelemetry. Sources: Amazon EKS User Guide, AWS Distro for OpenTelemetry; ADOT documentation,
EKS add-on requirements.

The operator calls no AWS service. The collector that `values` turn on may: it runs as `adot-collector`, and what it may
do stands in `iam`. Other collectors get roles by `podIdentityAssociations`.
"""

from __future__ import annotations

from bpc.addon import AddOn


class Adot(AddOn):
    """Runs OpenTelemetry collectors, which take metrics and traces where you want them."""

    name = "adot"
    namespace = "opentelemetry-operator-system"
    service_account = "adot-collector"
    # Its webhooks have certificates from there.
    requires = ("cert-manager",)
    crds = (
        "instrumentations.opentelemetry.io",
        "opampbridges.opentelemetry.io",
        "opentelemetrycollectors.opentelemetry.io",
        "targetallocators.opentelemetry.io",
    )
    webhooks = True
    waits_for = ("Deployment/opentelemetry-operator",)
    pod_security = "baseline"
    kubernetes = ("1.21", "")
