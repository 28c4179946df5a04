"""The GuardDuty agent. Sources: Amazon GuardDuty User Guide, Managing security agent manually for Amazon EKS cluster
(its prerequisite is a VPC endpoint), and How Runtime Monitoring works with Amazon EKS clusters.

It does something once Runtime Monitoring is on in the account, by `observability.guardDuty` or by whoever has made the
detector, with its automated agent configuration off for this cluster: that one would install the add-on and the
endpoint itself. It has no role: the endpoint lets the account in.
"""

from __future__ import annotations

from bpc.addon import AddOn


class AwsGuarddutyAgent(AddOn):
    """Tells GuardDuty what goes on at runtime in pods and nodes, so that it finds threats."""

    name = "aws-guardduty-agent"
    namespace = "amazon-guardduty"
    daemonset = True
    endpoints = ("guardduty-data",)
    only_by_endpoint = True
    waits_for = ("DaemonSet/aws-guardduty-agent",)
    pod_security = "privileged"
