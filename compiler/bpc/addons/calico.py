"""Calico, for network policies alone: pods keep the addresses that the VPC CNI gives them.

Sources: Calico documentation, Amazon Elastic Kubernetes Service (EKS), Amazon VPC networking, System requirements, and
Installation reference; its charts v3.32.1, as Helm renders them.

Since v3.32 the definitions are a chart of their own. The operator of the other chart makes what runs on the nodes, in
the namespace calico-system. The VPC CNI and EKS Auto Mode have an agent for network policies themselves: two would
write rules for the same pods. Policies hold sooner for new pods where the VPC CNI notes their addresses on them
(ANNOTATE_POD_IP in `values` of vpc-cni).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.addon import AddOn, Chart, Context

REPOSITORY = "https://docs.tigera.io/calico/charts"


class Calico(AddOn):
    """Enforces network policies, those of Kubernetes and its own that can do more."""

    name = "calico"
    namespace = "tigera-operator"
    sources = ("chart",)
    charts = (
        Chart(REPOSITORY, "crd.projectcalico.org.v1", "v3.32.1", "calico-crds"),
        Chart(REPOSITORY, "tigera-operator", "v3.32.1", "calico"),
    )
    registry = "quay.io"
    images = (
        "quay.io/calico/apiserver:v3.32.1",
        "quay.io/calico/kube-controllers:v3.32.1",
        "quay.io/calico/node:v3.32.1",
        "quay.io/calico/typha:v3.32.1",
        "quay.io/tigera/operator:v1.42.3",
    )
    told_images = (
        "quay.io/calico/apiserver:v3.32.1",
        "quay.io/calico/kube-controllers:v3.32.1",
        "quay.io/calico/node:v3.32.1",
        "quay.io/calico/typha:v3.32.1",
    )
    crds = (
        "apiservers.operator.tigera.io",
        "bgpconfigurations.crd.projectcalico.org",
        "bgpfilters.crd.projectcalico.org",
        "bgppeers.crd.projectcalico.org",
        "blockaffinities.crd.projectcalico.org",
        "caliconodestatuses.crd.projectcalico.org",
        "clusterinformations.crd.projectcalico.org",
        "clusternetworkpolicies.policy.networking.k8s.io",
        "felixconfigurations.crd.projectcalico.org",
        "gatewayapis.operator.tigera.io",
        "globalnetworkpolicies.crd.projectcalico.org",
        "globalnetworksets.crd.projectcalico.org",
        "goldmanes.operator.tigera.io",
        "hostendpoints.crd.projectcalico.org",
        "imagesets.operator.tigera.io",
        "installations.operator.tigera.io",
        "ipamblocks.crd.projectcalico.org",
        "ipamconfigs.crd.projectcalico.org",
        "ipamhandles.crd.projectcalico.org",
        "ippools.crd.projectcalico.org",
        "ipreservations.crd.projectcalico.org",
        "istios.operator.tigera.io",
        "kubecontrollersconfigurations.crd.projectcalico.org",
        "managementclusterconnections.operator.tigera.io",
        "networkpolicies.crd.projectcalico.org",
        "networksets.crd.projectcalico.org",
        "stagedglobalnetworkpolicies.crd.projectcalico.org",
        "stagedkubernetesnetworkpolicies.crd.projectcalico.org",
        "stagednetworkpolicies.crd.projectcalico.org",
        "tiers.crd.projectcalico.org",
        "tigerastatuses.operator.tigera.io",
        "whiskers.operator.tigera.io",
    )
    cluster_kinds = ("operator.tigera.io/APIServer", "operator.tigera.io/Installation")
    waits_for = ("Deployment/tigera-operator",)
    daemonset = True
    pod_security = "privileged"
    kubernetes = ("1.34", "1.36")
    instead_of = ("network-policy",)

    @classmethod
    def wanted_charts(cls, options: Mapping[str, Any]) -> tuple[Chart, ...]:
        # They are released together.
        return tuple(one.replace(version=options.get("version", one.version)) for one in cls.charts)

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        if chart != "tigera-operator":
            return {}
        network = {"cni": {"type": "AmazonVPC"}, "calicoNetwork": {"bgp": "Disabled"}}
        return {
            "installation": {"kubernetesProvider": "EKS", **network},
            # The collector of flows, and the page that shows them.
            "goldmane": {"enabled": False},
            "whisker": {"enabled": False},
        }

    @classmethod
    def mirrored(cls, context: Context, chart: str) -> Mapping[str, Any]:
        return {"installation": {"registry": f"{context.mirror}/quay.io/"}} if chart == "tigera-operator" else {}
