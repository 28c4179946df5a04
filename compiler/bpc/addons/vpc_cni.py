"""The Amazon VPC CNI. Source: Amazon EKS User Guide, Amazon VPC CNI and its IAM role.

Without it no node gets ready, so it comes with the cluster. AWS has a policy for IPv4 alone; the
one for IPv6 is ours (Amazon EKS User Guide, Configure Amazon VPC CNI plugin to use IRSA, IPv6 policy).
Pods on Windows get their addresses from the control plane, when the add-on says so (Amazon EKS User Guide, Deploy
Windows nodes on EKS clusters).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bpc.addon import AddOn, Context

if TYPE_CHECKING:
    from awacs.aws import Statement


class VpcCni(AddOn):
    """Gives pods addresses of the VPC."""

    name = "vpc-cni"
    in_auto_mode = True
    service_account = "aws-node"
    core = True
    before_nodes = True
    daemonset = True
    role_on_nodes = True
    places_pods = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("ec2",)
    crds = ("eniconfigs.crd.k8s.amazonaws.com",)
    waits_for = ("DaemonSet/aws-node",)
    pod_security = "privileged"
    managed_policies = ("AmazonEKS_CNI_Policy",)

    @classmethod
    def managed(cls, context: Context) -> Sequence[str]:
        return () if context.ip_family == "ipv6" else cls.managed_policies

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        if context.ip_family == "ipv4":
            return ()
        from bpc.kit import iam

        interfaces = [iam.arn("ec2:network-interface/*")]
        return (
            iam.allow("ec2:AssignIpv6Addresses", "ec2:CreateTags", on=interfaces, sid="GivePodsAddresses"),
            iam.allow_anywhere(
                "ec2:DescribeInstances",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeTags",
            ),
        )

    @classmethod
    def values(cls, context: Context) -> Mapping[str, Any]:
        return {"enableWindowsIpam": "true"} if context.has_windows else {}
