"""The Amazon VPC CNI. Source: Amazon EKS User Guide, Amazon VPC CNI and its IAM role.

Without it no node gets ready, so it comes with the cluster. The policy is for IPv4, which is all that bpc makes.
Pods on Windows get their addresses from the control plane, when the add-on says so (Amazon EKS User Guide, Deploy
Windows nodes on EKS clusters).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Context


class VpcCni(AddOn):
    """Gives pods addresses of the VPC."""

    name = "vpc-cni"
    in_auto_mode = True
    service_account = "aws-node"
    core = True
    before_nodes = True
    daemonset = True
    places_pods = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("ec2",)
    managed_policies = ("AmazonEKS_CNI_Policy",)

    @classmethod
    def values(cls, context: Context) -> Mapping[str, Any]:
        return {"enableWindowsIpam": "true"} if context.has_windows else {}
