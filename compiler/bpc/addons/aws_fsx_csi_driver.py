"""The Amazon FSx for Lustre CSI driver.

Sources: Amazon EKS User Guide, Deploy the FSx for Lustre driver (an EKS add-on, with a role for its controller, and
not for Fargate); Amazon FSx for Lustre CSI driver, Installation (the calls that it makes,
Kubernetes 1.20) and Driver Options; AWS
Managed Policy Reference (AmazonFSxFullAccess, which the guide gives it, is for every kind of FSx and far more).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bpc.addon import AddOn, Context

if TYPE_CHECKING:
    from awacs.aws import Statement


class AwsFsxCsiDriver(AddOn):
    """Mounts Amazon FSx for Lustre file systems, and makes them for persistent volume claims."""

    name = "aws-fsx-csi-driver"
    service_account = "fsx-csi-controller-sa"
    daemonset = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("fsx",)
    waits_for = ("DaemonSet/fsx-csi-node", "Deployment/fsx-csi-controller")
    pod_security = "privileged"
    kubernetes = ("1.20", "")

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import well_known

        return well_known.fsx()
