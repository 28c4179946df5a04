"""kube-proxy. Source: Amazon EKS User Guide, kube-proxy. It calls no AWS service."""

from __future__ import annotations

from bpc.addon import AddOn


class KubeProxy(AddOn):
    """Leads connections to Services on to their pods."""

    name = "kube-proxy"
    in_auto_mode = True
    core = True
    before_nodes = True
    daemonset = True
    waits_for = ("DaemonSet/kube-proxy",)
    pod_security = "privileged"
