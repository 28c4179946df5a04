"""The Amazon EBS CSI driver. Sources: Amazon EKS User Guide, Amazon EBS; AWS Managed Policy Reference;
Amazon EBS CSI driver, Installation (Kubernetes 1.20).

The permissions are the managed policy that exists in every partition. The narrower AmazonEBSCSIDriverPolicyV2 of
April 2026 is documented for the commercial partition alone. It has nothing for KMS, so the keys of StorageClasses
come in a policy besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bpc.addon import AddOn, Context

if TYPE_CHECKING:
    from awacs.aws import Statement


class AwsEbsCsiDriver(AddOn):
    """Makes Amazon EBS volumes for persistent volume claims."""

    name = "aws-ebs-csi-driver"
    in_auto_mode = True
    service_account = "ebs-csi-controller-sa"
    daemonset = True
    on_windows = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("ec2",)
    waits_for = ("DaemonSet/ebs-csi-node", "Deployment/ebs-csi-controller")
    pod_security = "privileged"
    kubernetes = ("1.20", "")
    managed_policies = ("service-role/AmazonEBSCSIDriverPolicy",)

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        if not context.volume_keys:
            return ()
        from bpc.kit import iam

        return iam.encrypts_volumes(context.volume_keys)
