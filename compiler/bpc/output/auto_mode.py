"""What EKS Auto Mode is told by manifests, and what the README says of it.

Amazon EKS User Guide: EKS Auto Mode, Create a storage class, Create an IngressClass to configure an Application Load
Balancer, Use Service Annotations to configure Network Load Balancers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpc.kit import auto_mode_objects as objects
from bpc.kit.auto_mode_objects import COMPONENT
from bpc.plan.shapes import Plan

if TYPE_CHECKING:
    from bpc.addon import Manifest
    from bpc.model import AutoMode

__all__ = ["COMPONENT", "manifests", "said"]


def manifests(plan: Plan, wanted: AutoMode) -> list[Manifest]:
    """The objects, what others refer to before them."""
    home, tags = _home(plan, wanted), plan.blueprint.metadata.tags
    made = [objects.node_class(one, home) for one in wanted.node_classes]
    made += [objects.node_pool(one, wanted.node_classes) for one in wanted.custom_node_pools]
    made += [part for one in wanted.ingress_classes for part in objects.ingress_class(one, tags)]
    if wanted.has_policies:
        made.append(objects.network_policies())
    return made


def _home(plan: Plan, wanted: AutoMode) -> objects.Surroundings:
    from bpc.stacks.network import subnets

    nodes, pods = plan.subnets_of(plan.blueprint.network.kinds[-1]), plan.subnets_of("pods")
    return objects.Surroundings(
        cluster=plan.name,
        profile=objects.profile(plan.name, plan.region),
        role=objects.role(wanted.iam.role_arn if wanted.iam else None),
        subnets=[subnets.name(one, plan) for one in nodes],
        pod_subnets=[subnets.name(one, plan) for one in pods],
        tags=plan.blueprint.metadata.tags,
        proxy=_proxy(plan),
    )


def _proxy(plan: Plan) -> dict[str, Any]:
    if plan.blueprint.network.proxy is None:
        return {}
    from bpc.plan import proxy

    said = proxy.environment(plan.blueprint, plan.endpoints)
    return {"httpsProxy": said["HTTPS_PROXY"], "noProxy": said["NO_PROXY"].split(",")}


def said(plan: Plan, wanted: AutoMode) -> str:
    """What somebody who puts workloads there has to know, and what they need not install."""
    return "\n".join(
        [
            "## What EKS Auto Mode does",
            "",
            f"- **Nodes**: {_nodes(wanted)}",
            f"- **Ingresses**: {_ingresses(wanted)}",
            "- **Services** of the type `LoadBalancer` get a Network Load Balancer; it is private but for those with "
            "the annotation `service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing`.",
            f"- **Volumes**: {_volumes(plan)}",
            "",
            "Networking, DNS, Pod Identity, scaling, volumes and load balancers are built in on these nodes: nothing "
            "has to be installed for them, and what is meant for other nodes must not be.",
        ]
    )


def _nodes(wanted: AutoMode) -> str:
    pools = [*wanted.node_pools, *(one["name"] for one in wanted.custom_node_pools)]
    if not pools:
        return "there is no node pool, so no pod runs before you make a NodePool and a NodeClass."
    shown, fixed = _shown(pools), [one["name"] for one in wanted.custom_node_pools if one.get("replicas")]
    always = f", but for {_shown(fixed)}, of which there are always as many as the blueprint says" if fixed else ""
    return f"EKS starts them when pods wait for one, from the node pools {shown}; before, there are none{always}."


def _ingresses(wanted: AutoMode) -> str:
    if not wanted.ingress_classes:
        return (
            "they need an IngressClass of the controller `eks.amazonaws.com/alb`, and EKS makes none; "
            "`cluster.autoMode.ingressClasses` in the blueprint does."
        )
    default = [one["name"] for one in wanted.ingress_classes if one["default"]]
    usual = f"; those that name none get `{default[0]}`" if default else ""
    names = _shown([one["name"] for one in wanted.ingress_classes], "or")
    return f"with {names} as `ingressClassName` they get an Application Load Balancer{usual}."


def _volumes(plan: Plan) -> str:
    storage = plan.blueprint.storage
    names = [one.name for one in storage.classes if one.driver == "ebs-auto-mode"] if storage else []
    if names:
        shown = _shown(names, "or")
        return f"claims with {shown} as `storageClassName` get an EBS volume."
    return (
        "they need a StorageClass of the provisioner `ebs.csi.eks.amazonaws.com`, and EKS makes none; `storage` in the "
        "blueprint does."
    )


def _shown(names: list[str], last: str = "and") -> str:
    *before, end = (f"`{one}`" for one in names)
    return f"{', '.join(before)} {last} {end}" if before else end
