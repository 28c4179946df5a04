"""The Cluster Autoscaler, as manifests.

Sources: kubernetes/autoscaler, cluster-autoscaler (the AWS README, flags and chart of releases 1.31 to 1.36); Amazon
EKS User Guide, Managed node groups (their Auto Scaling groups carry the two tags that it looks for, and so do
self-managed ones here); Service Authorization Reference, Amazon EC2 Auto Scaling and Amazon EC2. Its minor version is
the cluster's, so its range is that of the releases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc import facts
from bpc.addon import AddOn, Context, Manifest
from bpc.kit import k8s

if TYPE_CHECKING:
    from awacs.aws import Statement

NAME = "cluster-autoscaler"
SYSTEM = "kube-system"
TAG = "k8s.io/cluster-autoscaler"


class ClusterAutoscaler(AddOn):
    """Adds nodes to node groups when pods find no place, and takes idle ones away."""

    name = NAME
    in_auto_mode = True
    service_account = NAME
    sources = ("manifests",)
    registry = "registry.k8s.io"
    requires = ("eks-pod-identity-agent",)
    endpoints = ("autoscaling", "ec2", "eks")
    waits_for = ("Deployment/cluster-autoscaler",)
    pod_security = "restricted"
    kubernetes = ("1.31", "1.36")
    options: ClassVar[Mapping[str, Any]] = {
        "expander": {
            "description": "Which node group grows when several could. priority reads the ConfigMap "
            "cluster-autoscaler-priority-expander in kube-system, which is yours to write.",
            "enum": ["least-waste", "most-pods", "priority", "random"],
            "default": "least-waste",
            "x-cloudformation": "none: the flag --expander of the Deployment",
        },
        "scaleDownUnneededMinutes": {
            "description": "How long a node must be idle before it is taken away, in minutes.",
            "type": "integer",
            "minimum": 1,
            "maximum": 1440,
            "default": 10,
            "x-cloudformation": "none: the flag --scale-down-unneeded-time of the Deployment",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import well_known

        return well_known.autoscaler(context.cluster)

    @classmethod
    def manifests(cls, context: Context) -> Sequence[Manifest]:
        return [
            k8s.service_account(NAME, SYSTEM),
            k8s.cluster_role(NAME, NAME, _everywhere()),
            k8s.cluster_role_binding(NAME, NAME, SYSTEM, NAME),
            k8s.role(NAME, NAME, SYSTEM, _at_home()),
            k8s.role_binding(NAME, NAME, SYSTEM, NAME),
            k8s.deployment(NAME, SYSTEM, _container(context)),
        ]


def _everywhere() -> list[Manifest]:
    """To mark and drain nodes, and to see all that decides where a pod fits."""
    read = "get list watch"
    return [
        k8s.rule("create patch", "events"),
        k8s.rule("create", "pods/eviction"),
        k8s.rule("update", "pods/status"),
        k8s.rule(f"{read} update", "nodes"),
        k8s.rule(read, "namespaces persistentvolumeclaims persistentvolumes pods replicationcontrollers services"),
        k8s.rule(read, "daemonsets replicasets statefulsets", group="apps"),
        k8s.rule(read, "jobs", group="batch"),
        k8s.rule(read, "poddisruptionbudgets", group="policy"),
        k8s.rule(read, "deviceclasses resourceclaims resourceslices", group="resource.k8s.io"),
        k8s.rule(
            read,
            "csidrivers csinodes csistoragecapacities storageclasses volumeattachments",
            group="storage.k8s.io",
        ),
    ]


def _at_home() -> list[Manifest]:
    """To elect a leader, to write its status, and to read the priorities of the priority expander."""
    own = ("cluster-autoscaler-status", "cluster-autoscaler-priority-expander")
    leases = "coordination.k8s.io"
    return [
        k8s.rule("create list watch", "configmaps"),
        k8s.rule("delete get update", "configmaps", names=own),
        k8s.rule("create", "leases", group=leases),
        k8s.rule("get update", "leases", group=leases, names=(NAME,)),
    ]


def _container(context: Context) -> k8s.Container:
    return k8s.Container(
        image=f"registry.k8s.io/autoscaling/cluster-autoscaler:{facts.kubernetes()[context.version].cluster_autoscaler}",
        user=65532,
        port=8085,
        port_name="metrics",
        cpu="100m",
        memory="600Mi",
        liveness=k8s.Probe("/health-check"),
        command=["/cluster-autoscaler"],
        args=list(_flags(context)),
        # Otherwise it asks the instance metadata service, which launch templates keep from pods.
        env=[k8s.value("AWS_REGION", context.region)],
    )


def _flags(context: Context) -> Sequence[str]:
    discovery = f"asg:tag={TAG}/enabled,{TAG}/{context.cluster}"
    # The price list, which it reads instance types from, is out of reach of a private network.
    listed = [] if context.has_internet else ["--aws-use-static-instance-list=true"]
    return [
        "--cloud-provider=aws",
        f"--node-group-auto-discovery={discovery}",
        *listed,
        "--balance-similar-node-groups=true",
        f"--expander={context.options['expander']}",
        f"--scale-down-unneeded-time={context.options['scaleDownUnneededMinutes']}m",
        # Every node has pods of kube-system, and many pods have an emptyDir: no node would ever be idle.
        "--skip-nodes-with-local-storage=false",
        "--skip-nodes-with-system-pods=false",
    ]
