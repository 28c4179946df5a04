"""Karmada's control plane. Sources: Karmada documentation, Installation by Helm; its README; its chart v1.18.1, as Helm
renders it.

A Job makes its certificates once, when Helm installs it. Argo CD would run that Job at each sync, and every sync would
take the clusters' trust away; plain manifests have nobody who runs it. So only Flux installs it. Two of the images that
its Jobs use have no version that stays: the chart names them `latest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context

VERSION = "v1.18.1"


class Karmada(AddOn):
    """Spreads workloads over several clusters, from a Kubernetes API of its own."""

    name = "karmada"
    namespace = "karmada-system"
    sources = ("chart",)
    charts = (Chart("https://raw.githubusercontent.com/karmada-io/karmada/master/charts", "karmada", VERSION),)
    node_selectors = (
        "aggregatedApiServer.nodeSelector",
        "apiServer.nodeSelector",
        "controllerManager.nodeSelector",
        "etcd.internal.nodeSelector",
        "kubeControllerManager.nodeSelector",
        "postDeleteJob.nodeSelector",
        "postInstallJob.nodeSelector",
        "preInstallJob.nodeSelector",
        "preUpdateJob.nodeSelector",
        "scheduler.nodeSelector",
        "staticResourceJob.nodeSelector",
        "webhook.nodeSelector",
    )
    registry = "docker.io"
    images = (
        "docker.io/bitnamisecure/kubectl:latest",
        "docker.io/cfssl/cfssl:latest",
        f"docker.io/karmada/karmada-aggregated-apiserver:{VERSION}",
        f"docker.io/karmada/karmada-controller-manager:{VERSION}",
        f"docker.io/karmada/karmada-scheduler:{VERSION}",
        f"docker.io/karmada/karmada-webhook:{VERSION}",
        "registry.k8s.io/etcd:3.6.6-0",
        "registry.k8s.io/kube-apiserver:v1.35.2",
        "registry.k8s.io/kube-controller-manager:v1.35.2",
    )
    waits_for = (
        "Deployment/karmada-aggregated-apiserver",
        "Deployment/karmada-apiserver",
        "Deployment/karmada-controller-manager",
        "Deployment/karmada-kube-controller-manager",
        "Deployment/karmada-scheduler",
        "Deployment/karmada-webhook",
        "StatefulSet/etcd",
    )
    disks = True
    pod_security = "baseline"
    kubernetes = ("1.26", "1.35")
    engines = ("flux",)
    options: ClassVar[Mapping[str, Any]] = {
        "storageClass": {
            "description": "The StorageClass of the volume of its etcd. Left out, the default one.",
            "type": ["string", "null"],
            "pattern": "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
            "default": None,
            "examples": ["gp3"],
            "x-cloudformation": "none: etcd.internal.pvc.storageClass of the Helm chart",
        },
    }

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        # By itself it keeps them in a folder of one node, and they are gone with the node.
        volume = {"storageClass": context.options["storageClass"] or "", "size": "10Gi"}
        return {"etcd": {"internal": {"storageType": "pvc", "pvc": volume}}}
