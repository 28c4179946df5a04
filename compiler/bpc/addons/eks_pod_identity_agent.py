"""The EKS Pod Identity Agent. Sources: Amazon EKS User Guide, EKS Pod Identity Agent setup, and EKS Pod Identity
cluster versions (1.24).

It uses the node's role (`eks-auth:AssumeRoleForPodIdentity` is in the worker node policies), so it has no role of
its own. It is there before the first node, because the VPC CNI gets its permissions through it.
"""

from __future__ import annotations

from bpc.addon import AddOn


class EksPodIdentityAgent(AddOn):
    """Hands pods on nodes the credentials of their IAM roles."""

    name = "eks-pod-identity-agent"
    in_auto_mode = True
    core = True
    before_nodes = True
    daemonset = True
    endpoints = ("eks-auth",)
    waits_for = ("DaemonSet/eks-pod-identity-agent",)
    pod_security = "privileged"
    kubernetes = ("1.24", "")
