"""The EKS node monitoring agent. Source: Amazon EKS User Guide, Detect node health issues.

It writes node conditions and events; node repair of a managed node group acts on them. It calls no AWS service.
"""

from __future__ import annotations

from bpc.addon import AddOn


class EksNodeMonitoringAgent(AddOn):
    """Finds sick nodes and says so in their conditions, which node repair acts on."""

    name = "eks-node-monitoring-agent"
    in_auto_mode = True
    daemonset = True
    crds = ("nodediagnostics.eks.amazonaws.com",)
    waits_for = ("DaemonSet/eks-node-monitoring-agent",)
    pod_security = "privileged"
