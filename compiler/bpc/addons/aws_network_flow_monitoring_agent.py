"""The agent of CloudWatch Network Flow Monitor. Sources: Amazon CloudWatch User Guide, Install the EKS AWS Network Flow
Monitor Agent add-on, and Troubleshoot issues with EKS agent installation (the service account's name).

The monitors themselves, which say what is looked at, are made in CloudWatch.
"""

from __future__ import annotations

from bpc.addon import AddOn


class AwsNetworkFlowMonitoringAgent(AddOn):
    """Measures the network between pods, nodes and AWS services for CloudWatch Network Flow Monitor."""

    name = "aws-network-flow-monitoring-agent"
    namespace = "amazon-network-flow-monitor"
    service_account = "aws-network-flow-monitor-agent-service-account"
    daemonset = True
    role_on_nodes = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("networkflowmonitorreports",)
    waits_for = ("DaemonSet/aws-network-flow-monitor-agent",)
    pod_security = "privileged"
    kubernetes = ("1.25", "")
    partitions = ("aws",)
    managed_policies = ("CloudWatchNetworkFlowMonitorAgentPublishPolicy",)
