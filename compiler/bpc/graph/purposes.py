"""Add-ons by what they are for."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.graph.picture import Box
from bpc.plan.shapes import Plan, PlannedAddOn

NETWORK, TRAFFIC, SCALING, STORAGE = "Network and DNS", "Traffic from outside", "Scaling", "Storage and backup"
SECURITY, OBSERVING, DELIVERY = "Security and identity", "Observability and cost", "Delivery and testing"
OTHER = "Other"
PURPOSES = {
    NETWORK: "vpc-cni kube-proxy coredns calico istio appmesh-controller aws-gateway-api-controller",
    TRAFFIC: "aws-load-balancer-controller external-dns ingress-nginx nginx-ingress traefik istio-gateway",
    SCALING: "cluster-autoscaler karpenter keda metrics-server vertical-pod-autoscaler aws-node-termination-handler "
    "nvidia-device-plugin karmada",
    STORAGE: "aws-ebs-csi-driver aws-efs-csi-driver aws-fsx-csi-driver aws-mountpoint-s3-csi-driver "
    "snapshot-controller velero",
    SECURITY: "eks-pod-identity-agent cert-manager external-secrets secrets-store-csi-driver-provider-aws "
    "aws-guardduty-agent falco gatekeeper kyverno",
    OBSERVING: "adot amazon-cloudwatch-observability aws-network-flow-monitoring-agent cloudforet cloudwatch-agent "
    "eks-node-monitoring-agent fluent-bit grafana kube-prometheus-stack kube-state-metrics kubecost opencost "
    "prometheus prometheus-node-exporter",
    DELIVERY: "argo-cd flux flagger spinnaker chaos-mesh litmus",
}
SOURCES = {"eks": "EKS add-on", "manifests": "manifests", "chart": "Helm chart", "files": "your manifests"}


def purpose(name: str) -> str:
    """What an add-on is for, by its name."""
    return next((title for title, names in PURPOSES.items() if name in names.split()), OTHER)


def grouped(plan: Plan, scene: str) -> Iterator[Box]:
    """A box for each purpose that the platform has add-ons for."""
    for title in (*PURPOSES, OTHER):
        found = [one for one in plan.addons if purpose(one.entry.name) == title]
        if found:
            boxes = tuple(_box(one, scene) for one in sorted(found, key=lambda one: one.entry.name))
            yield Box(f"{scene}/{title.lower().replace(' ', '-')}", "purpose", title, boxes=boxes)


def teams(plan: Plan, scene: str) -> Iterator[Box]:
    """Who works in the cluster, and in which namespaces."""
    made = tuple(
        Box(f"{scene}/team-{one.name}", "team", one.name, ("namespaces:", *one.namespaces))
        for one in plan.blueprint.teams
    )
    if made:
        yield Box(f"{scene}/teams", "purpose", "Teams", boxes=made)


def applications(plan: Plan, scene: str) -> Iterator[Box]:
    """What the blueprint itself brings into the cluster."""
    made = tuple(
        Box(f"{scene}/app-{number}", "addon", one.name, (f"namespace {one.namespace}",))
        for number, one in enumerate(plan.apps, 1)
    )
    if made:
        yield Box(f"{scene}/apps", "purpose", "Applications", boxes=made)


def _box(one: PlannedAddOn, scene: str) -> Box:
    how = SOURCES[one.source] + (", IAM role" if one.has_role or one.given_role else "")
    return Box(f"{scene}/addon-{one.entry.name}", "addon", one.entry.name, (how,))
