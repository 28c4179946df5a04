"""metrics-server, as the EKS community add-on, as manifests, or from its chart.

Sources: kubernetes-sigs/metrics-server v0.8.1 (README, manifests, chart 3.13.1); Amazon EKS User Guide, Community
add-ons and Metrics server; eksctl's list of known add-ons for the partitions.

The manifests verify the kubelets' certificates: EKS nodes ask the cluster's own authority for them
(`serverTLSBootstrap` in the kubelet configuration of nodeadm), and metrics-server trusts that one by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpc.addon import AddOn, Chart, Context, Manifest
from bpc.kit import k8s

NAME = "metrics-server"
SYSTEM = "kube-system"
# 0.9 asks for Kubernetes 1.34, 0.8 for 1.31 (the compatibility matrix in its README).
IMAGE = "registry.k8s.io/metrics-server/metrics-server:v0.8.1"
# Upstream's 10250 belongs to the kubelet on Fargate, and one port for all is one thing less to know.
PORT = 10251
# What upstream's requests are good for; each node more needs 1m of CPU and 2 MiB.
SMALL = 100


class MetricsServer(AddOn):
    """Measures pods and nodes for autoscalers and `kubectl top`."""

    name = NAME
    sources = ("eks", "manifests", "chart")
    charts = (Chart("https://kubernetes-sigs.github.io/metrics-server", NAME, "3.13.1"),)
    node_selectors = ("nodeSelector",)
    registry = "registry.k8s.io"
    images = (IMAGE,)
    waits_for = ("Deployment/metrics-server",)
    pod_security = "restricted"
    kubernetes = ("1.31", "")
    partitions = ("aws",)

    @classmethod
    def manifests(cls, context: Context) -> Sequence[Manifest]:
        return [
            k8s.service_account(NAME, SYSTEM),
            *_permissions(),
            k8s.service(NAME, SYSTEM, 443, "https"),
            k8s.deployment(NAME, SYSTEM, _container(context.nodes), replicas=2),
            k8s.disruption_budget(NAME, SYSTEM),
            _api_service(),
        ]

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {
            "containerPort": PORT,
            "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
            "replicas": 2,
        }


def _permissions() -> list[Manifest]:
    """To read the kubelets, and to ask the API server who is asking."""
    reader, reading = "system:aggregated-metrics-reader", f"system:{NAME}"
    delegator = "system:auth-delegator"
    lookup = k8s.role_binding(f"{NAME}-auth-reader", NAME, SYSTEM, "extension-apiserver-authentication-reader")
    return [
        k8s.cluster_role(
            reader,
            NAME,
            [k8s.rule("get list watch", "pods nodes", group="metrics.k8s.io")],
            aggregate_to_admin="true",
            aggregate_to_edit="true",
            aggregate_to_view="true",
        ),
        k8s.cluster_role(
            reading,
            NAME,
            [k8s.rule("get", "nodes/metrics"), k8s.rule("get list watch", "pods nodes")],
        ),
        k8s.cluster_role_binding(reading, NAME, SYSTEM, reading),
        k8s.cluster_role_binding(f"{NAME}:{delegator}", NAME, SYSTEM, delegator),
        lookup,
    ]


def _container(nodes: int) -> k8s.Container:
    more = max(0, nodes - SMALL)
    return k8s.Container(
        image=IMAGE,
        user=65534,
        port=PORT,
        port_name="https",
        cpu=f"{100 + more}m",
        memory=f"{200 + 2 * more}Mi",
        liveness=k8s.Probe("/livez", "HTTPS"),
        readiness=k8s.Probe("/readyz", "HTTPS", delay=20),
        args=[
            "--cert-dir=/tmp",
            f"--secure-port={PORT}",
            "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
            "--kubelet-use-node-status-port",
            "--metric-resolution=15s",
        ],
        scratch="/tmp",
    )


def _api_service() -> Manifest:
    """The metrics API, served by the Service.

    The server makes its own certificate when it starts. One that the API server could verify would have to come
    with the manifests, private key and all, and no output holds a secret.
    """
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io", "labels": k8s.labels(NAME)},
        "spec": {
            "group": "metrics.k8s.io",
            "version": "v1beta1",
            "service": {"name": NAME, "namespace": SYSTEM, "port": 443},
            "insecureSkipTLSVerify": True,
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
        },
    }
