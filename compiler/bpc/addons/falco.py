"""Falco. Sources: Falco documentation, Deploy on Kubernetes and Modern eBPF probe; its chart 9.1.0, as Helm renders it.

The probe is in Falco itself, so nothing is built on a node and no module is loaded, and four capabilities do instead of
all. Rules are those of the image: the chart would fetch newer ones from the internet, others than were reviewed. Of the
container runtimes it asks the one that nodes of EKS have, by CRI, which knows the pods.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context

OTHERS = ("bpm", "containerd", "docker", "libvirt_lxc", "lxc", "podman")


class Falco(AddOn):
    """Says when something on a node or in a container does what it should not."""

    name = "falco"
    namespace = "falco"
    sources = ("chart",)
    charts = (Chart("https://falcosecurity.github.io/charts", "falco", "9.1.0"),)
    node_selectors = ("nodeSelector",)
    registry = "docker.io"
    images = ("docker.io/falcosecurity/falco:0.44.1",)
    waits_for = ("DaemonSet/falco",)
    daemonset = True
    pod_security = "privileged"
    no_range = "its makers name versions of the Linux kernel, and none of Kubernetes"

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        engines: dict[str, Any] = {name: {"enabled": False} for name in OTHERS}
        engines["cri"] = {"enabled": True, "sockets": ["/run/containerd/containerd.sock"]}
        return {
            "driver": {"kind": "modern_ebpf", "modernEbpf": {"leastPrivileged": True}},
            "collectors": {"containerEngine": {"engines": engines}},
            "falcoctl": {"artifact": {"install": {"enabled": False}, "follow": {"enabled": False}}},
        }
