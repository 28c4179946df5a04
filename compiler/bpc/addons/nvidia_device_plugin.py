"""NVIDIA's device plugin, as manifests.

Sources: NVIDIA/k8s-device-plugin v0.20.0 (README, which wants Kubernetes 1.10; configuration options, chart as Helm
renders it); Amazon EKS User Guide, Run GPU accelerated containers on Linux: Amazon Linux 2023 has the driver and the
container toolkit and no plugin, Bottlerocket and EKS Auto Mode have all three.

It goes to the instance types of the node groups with `variant: nvidia`, to nodes that Karpenter says have such a GPU,
and to those that somebody labels `nvidia.com/gpu.present=true`, as NVIDIA's own tools do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from bpc.addon import AddOn, Context, Manifest
from bpc.kit import k8s, workloads

NAME = "nvidia-device-plugin"
IMAGE = "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"
PLUGINS = "/var/lib/kubelet/device-plugins"


class NvidiaDevicePlugin(AddOn):
    """Lets pods ask for NVIDIA GPUs, as `nvidia.com/gpu`."""

    name = NAME
    namespace = NAME
    sources = ("manifests",)
    registry = "nvcr.io"
    daemonset = True
    in_auto_mode = True
    accelerator = "nvidia"
    waits_for = ("DaemonSet/nvidia-device-plugin",)
    pod_security = "privileged"
    kubernetes = ("1.10", "")
    host: ClassVar[Mapping[str, str]] = {
        "root": "Only root may write where the kubelet looks for device plugins.",
        PLUGINS: "The kubelet and a device plugin talk through sockets there.",
    }

    @classmethod
    def manifests(cls, context: Context) -> Sequence[Manifest]:
        return [
            # It asks nothing of the API server.
            k8s.service_account(NAME, NAME) | {"automountServiceAccountToken": False},
            workloads.agent(NAME, NAME, _container(), only_on=_places(context.accelerated)),
        ]


def _places(types: Sequence[str]) -> list[list[Manifest]]:
    ours = {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": list(types)}
    return [
        *([[ours]] if types else []),
        [
            {"key": "karpenter.k8s.aws/instance-gpu-manufacturer", "operator": "In", "values": ["nvidia"]},
            # Those nodes of EKS Auto Mode have a plugin.
            {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["auto"]},
        ],
        [{"key": "nvidia.com/gpu.present", "operator": "In", "values": ["true"]}],
    ]


def _container() -> k8s.Container:
    return k8s.Container(
        image=IMAGE,
        user=0,
        port=0,
        port_name="",
        cpu="50m",
        memory="128Mi",
        # A node whose GPUs are not found keeps the pod, and says why in its log.
        env=[k8s.value("FAIL_ON_INIT_ERROR", "false")],
        mounts=[k8s.Mount("plugins", PLUGINS, host=PLUGINS, kind="Directory", writable=True)],
        scratch="/tmp",
    )
