"""The Amazon EBS CSI driver. Sources: Amazon EKS User Guide, Amazon EBS; AWS Managed Policy Reference.

The permissions are the managed policy that exists in every partition. The narrower AmazonEBSCSIDriverPolicyV2 of
April 2026 is documented for the commercial partition alone. Volumes with a KMS key of one's own need permissions on
the key besides.
"""

from __future__ import annotations

from bpc.addon import AddOn


class AwsEbsCsiDriver(AddOn):
    """Makes Amazon EBS volumes for persistent volume claims."""

    name = "aws-ebs-csi-driver"
    in_auto_mode = True
    service_account = "ebs-csi-controller-sa"
    daemonset = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("ec2",)
    managed_policies = ("service-role/AmazonEBSCSIDriverPolicy",)
