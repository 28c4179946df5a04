"""What a node reads at its first boot: how to join the cluster, settings of its kubelet, the user's own lines.

A managed node group with an image of EKS's learns from EKS how to join, and its user data says only what comes on
top. With an image of one's own, and in an Auto Scaling group of one's own, nobody adds anything, so that the user
data has all of it (Amazon EKS User Guide, Customize managed nodes with launch templates).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import Base64, Sub

from bpc.kit.record import Record
from bpc.kit.sheet import literal

# Names that Fn::Sub replaces. The marks keep them apart from a user's own `${...}` until the text is finished.
ENDPOINT, AUTHORITY, SERVICES = "⟦ClusterEndpoint⟧", "⟦ClusterCertificateAuthority⟧", "⟦ServiceCidr⟧"


class Join(Record):
    """How a node finds its cluster: values of the cluster stack, and its address range of services.

    `service_cidr` and `dns` are empty where only the cluster knows them, in an IPv6 cluster.
    """

    cluster: str
    service_cidr: str
    dns: str
    values: Mapping[str, Any]


class Boot(Record):
    """What one group's nodes are told; `join` is None where EKS says it."""

    family: str
    join: Join | None
    script: str = ""
    command: str = ""
    kubelet: Mapping[str, Any] = {}
    max_pods: int | None = None
    cluster_dns: tuple[str, ...] = ()
    labels: Mapping[str, str] = {}
    taints: tuple[str, ...] = ()  # key=value:Effect
    settings: Mapping[str, Any] = {}
    admin_container: bool | None = None
    environment: Mapping[str, str] = {}  # HTTP_PROXY, HTTPS_PROXY and NO_PROXY, where there is a proxy

    @property
    def node_labels(self) -> str:
        return ",".join(f"{key}={value}" for key, value in sorted(self.labels.items()))

    @property
    def registration(self) -> list[str]:
        """Flags of the kubelet with which a node says what it is; EKS sets both for a group with its own image."""
        if self.join is None:
            return []
        flags = [f"--node-labels={self.node_labels}"] if self.labels else []
        return flags + ([f"--register-with-taints={','.join(self.taints)}"] if self.taints else [])


def text(boot: Boot) -> str:
    """The user data with the marks of what is filled in later; empty where there is nothing to say."""
    if boot.family == "bottlerocket":
        from bpc.kit.user_data import bottlerocket

        return bottlerocket.text(boot)
    if boot.family == "windows":
        from bpc.kit.user_data import windows

        return windows.text(boot)
    from bpc.kit.user_data import linux

    return linux.text(boot)


def encoded(boot: Boot) -> Base64 | None:
    """The same as a launch template takes it; None where there is nothing to say."""
    finished = text(boot)
    if not finished:
        return None
    if boot.join is None:
        return Base64(literal(finished))
    used = {key: value for key, value in boot.join.values.items() if f"⟦{key}⟧" in finished}
    if not used:
        return Base64(literal(finished))
    return Base64(Sub(finished.replace("${", "${!").replace("⟦", "${").replace("⟧", "}"), **used))
