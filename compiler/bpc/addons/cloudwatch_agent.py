"""The CloudWatch agent for Container Insights, as manifests; amazon-cloudwatch-observability has superseded it.

Sources: Amazon CloudWatch User Guide, Set up the CloudWatch agent to collect cluster metrics (configuration, RBAC), and
Troubleshooting Container Insights (instance metadata, hop limit); aws/amazon-cloudwatch-agent issue 1101 and
aws-observability/helm-charts pull request 82 (the host's network, RUN_WITH_IRSA); Kubernetes documentation, Kubelet
authentication/authorization (fine-grained permissions: on since 1.33, and nodes may be three minor versions behind).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Context, Manifest
from bpc.kit import container_insights, k8s, workloads

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import AWSObject

NAME = "cloudwatch-agent"
NAMESPACE = "amazon-cloudwatch"
IMAGE = "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300064.0b1337"
GROUP = "performance"
LEADER = "cwagent-clusterleader"
# From here on no kubelet asks for more than nodes/pods before it lists its pods.
FINE_GRAINED = (1, 36)


class CloudwatchAgent(AddOn):
    """Measures nodes, pods and containers for CloudWatch Container Insights, without enhanced observability."""

    name = NAME
    namespace = NAMESPACE
    service_account = NAME
    sources = ("manifests",)
    registry = "public.ecr.aws"
    daemonset = True
    role_on_nodes = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("ec2", "logs")
    waits_for = ("DaemonSet/cloudwatch-agent",)
    pod_security = "privileged"
    no_range = "AWS's guide names no version for it"
    host: ClassVar[Mapping[str, str]] = {
        "root": "It looks at files of every container, which belong to root.",
        "writable": "It writes its translated configuration beside its programs.",
        "hostNetwork": "It asks the instance metadata service for the instance's id, which no pod reaches otherwise.",
        "/": "cAdvisor, which is in it, reads the sizes of the containers' file systems.",
        "/dev/disk": "The names of the disks.",
        "/run/containerd/containerd.sock": "The names of the containers.",
        "/sys": "What the containers' control groups have used.",
    }
    options: ClassVar[Mapping[str, Any]] = {
        "metricsIntervalSeconds": {
            "description": "How often it measures, in seconds.",
            "type": "integer",
            "minimum": 10,
            "maximum": 3600,
            "default": 60,
            "x-cloudformation": "none: the configuration of the agent",
        },
        **container_insights.OPTIONS,
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import iam

        # To name the volumes and the Auto Scaling group of a node.
        look = iam.allow_anywhere("ec2:DescribeTags", "ec2:DescribeVolumes")
        return [container_insights.writes([GROUP]), look]

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        return [container_insights.log_group(context.cluster, GROUP, context.options)]

    @classmethod
    def manifests(cls, context: Context) -> Sequence[Manifest]:
        files = {"cwagentconfig.json": _configuration(context)}
        return [
            k8s.service_account(NAME, NAMESPACE),
            k8s.cluster_role(NAME, NAME, _everywhere(context.version)),
            k8s.cluster_role_binding(NAME, NAME, NAMESPACE, NAME),
            k8s.role(NAME, NAME, NAMESPACE, _at_home()),
            k8s.role_binding(NAME, NAME, NAMESPACE, NAME),
            k8s.config_map(NAME, NAME, NAMESPACE, files),
            workloads.agent(NAME, NAMESPACE, _container(), host_network=True, config=files),
        ]


def _everywhere(version: str) -> list[Manifest]:
    """To know what runs where, and to ask the kubelet for its pods."""
    minor = tuple(int(part) for part in version.split("."))
    pods = "nodes/pods nodes/stats" if minor >= FINE_GRAINED else "nodes/pods nodes/proxy nodes/stats"
    return [
        k8s.rule("list watch", "endpoints nodes pods"),
        k8s.rule("list watch", "endpointslices", group="discovery.k8s.io"),
        k8s.rule("list watch", "daemonsets deployments replicasets statefulsets", group="apps"),
        k8s.rule("list watch", "jobs", group="batch"),
        k8s.rule("get", pods),
    ]


def _at_home() -> list[Manifest]:
    """To elect the one agent that looks at the whole cluster."""
    return [
        k8s.rule("create", "configmaps events"),
        k8s.rule("get update", "configmaps", names=(LEADER,)),
    ]


def _configuration(context: Context) -> str:
    kubernetes = {
        "cluster_name": context.cluster,
        "metrics_collection_interval": context.options["metricsIntervalSeconds"],
    }
    logs = {"metrics_collected": {"kubernetes": kubernetes}, "force_flush_interval": 5}
    return json.dumps({"agent": {"region": context.region}, "logs": logs}, indent=2) + "\n"


def _container() -> k8s.Container:
    socket = "/run/containerd/containerd.sock"
    return k8s.Container(
        image=IMAGE,
        user=0,
        port=0,
        port_name="",
        cpu="200m",
        memory="256Mi",
        sealed=False,
        env=[
            k8s.field("HOST_IP", "status.hostIP"),
            k8s.field("HOST_NAME", "spec.nodeName"),
            k8s.field("K8S_NAMESPACE", "metadata.namespace"),
            # It then takes credentials from the pod's environment, and does not look for a file of them.
            k8s.value("RUN_WITH_IRSA", "True"),
        ],
        mounts=[
            k8s.Mount("config", "/etc/cwagentconfig", config=NAME),
            k8s.Mount("rootfs", "/rootfs", host="/"),
            k8s.Mount("containerd", socket, host=socket, kind="Socket"),
            k8s.Mount("sys", "/sys", host="/sys"),
            k8s.Mount("disks", "/dev/disk", host="/dev/disk"),
        ],
    )
