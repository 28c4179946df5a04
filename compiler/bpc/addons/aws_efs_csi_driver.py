"""The Amazon EFS CSI driver. Sources: Amazon EKS User Guide, Amazon EFS; AWS Managed Policy Reference;
its chart (kubeVersion).

The role is the controller's, which makes access points. Pods on Fargate mount EFS without this driver.
"""

from __future__ import annotations

from bpc.addon import AddOn


class AwsEfsCsiDriver(AddOn):
    """Mounts Amazon EFS file systems, and makes access points for persistent volume claims."""

    name = "aws-efs-csi-driver"
    service_account = "efs-csi-controller-sa"
    daemonset = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("elasticfilesystem",)
    waits_for = ("DaemonSet/efs-csi-node", "Deployment/efs-csi-controller")
    pod_security = "privileged"
    kubernetes = ("1.17", "")
    managed_policies = ("service-role/AmazonEFSCSIDriverPolicy",)
