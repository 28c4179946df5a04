"""The VPC endpoints of a network: those that the blueprint lists, and those that its parts need.

Amazon EKS User Guide, Deploy private clusters with limited internet access: images come from ECR, and their layers
from S3; the nodes' images ask EC2 for their name; roles come from EKS Auth by Pod Identity and from STS by IRSA. A
token for the Kubernetes API is signed on the node and asks nobody. What AWS itself delivers, such as flow logs and the
logs of the control plane, does not come out of the VPC.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Path
from bpc.model import Bastion, NodeGroup
from bpc.model.network import PRIVATE_CLUSTER
from bpc.plan import calls
from bpc.plan.shapes import Plan, PlannedAddOn

IMAGES = ("ecr.api", "ecr.dkr", "s3")
# Agents since 3.3.40.0 need no ec2messages, and the images of today have newer ones (Systems Manager User Guide,
# Improve the security of EC2 instances by using VPC endpoints for Systems Manager).
SESSION = ("ssm", "ssmmessages")
# Amazon EKS User Guide, Create a VPC and subnets for Amazon EKS clusters on AWS Outposts.
LOCAL_CLUSTER = (*IMAGES, *SESSION, "ec2", "logs", "secretsmanager", "sts")
# Karpenter, Getting started, Private clusters: machines, the cluster's address, and which images are new.
KARPENTER = ("ec2", "eks", "ssm")
# A call that somebody can do without goes where the Region has no endpoint for it.
DISPENSABLE = ("ec2messages", "eks")

Need = tuple[str, Path]


def planned(plan: Plan) -> tuple[str, ...]:
    """Gateways first, then interfaces, each by name."""
    listed = {*plan.blueprint.network.endpoints}
    if PRIVATE_CLUSTER in listed:
        listed |= {*needed(plan)}
    return tuple(sorted(listed - {PRIVATE_CLUSTER}, key=lambda one: (not facts.is_gateway_endpoint(one), one)))


def needed(plan: Plan) -> dict[str, Path]:
    """What the parts of the blueprint call, each with a part that does."""
    found: dict[str, Path] = {}
    for service, at in (
        *_cluster(plan),
        *_addons(plan),
        *_groups(plan),
        *_identities(plan),
        *_bastion(plan),
        *_pipeline(plan),
        *_metrics(plan),
        *_shown(plan),
    ):
        found.setdefault(service, at)
    for service, at in _dispensable(plan):
        if facts.has_endpoint(service, plan.region):
            found.setdefault(service, at)
    for call in calls.made(plan):
        for one in call.endpoints or ():
            if facts.has_endpoint(one, plan.region):
                found.setdefault(one, call.at)
    return found


def _cluster(plan: Plan) -> Iterator[Need]:
    blueprint = plan.blueprint
    cluster, network = blueprint.cluster, blueprint.network
    if cluster.auto_mode:
        yield from _each((*IMAGES, "ec2"), cluster.auto_mode.at)
    if cluster.outpost:
        yield from _each(LOCAL_CLUSTER, cluster.outpost.at)
    if remote := cluster.remote_network:
        # Prepare networking for hybrid nodes, Access required during installation and for ongoing operations.
        way = "rolesanywhere" if remote.credentials.provider == "iam-roles-anywhere" else "ssm"
        yield from _each((*IMAGES, "eks", way), remote.at)
    if blueprint.fargate_profiles:
        # Pods there have roles by IRSA alone.
        yield from _each((*IMAGES, "sts"), ("fargateProfiles",))
    if network.karpenter_discovery:
        yield from _each(KARPENTER, (*network.at, "karpenterDiscovery"))


def _addons(plan: Plan) -> Iterator[Need]:
    for addon in plan.addons:
        yield from _each(addon.entry.called(addon.request.options), addon.request.at)


def _groups(plan: Plan) -> Iterator[Need]:
    for group in plan.blueprint.node_groups:
        yield from _each((*IMAGES, "ec2", *(SESSION if group.ssm else ())), group.at)


def _identities(plan: Plan) -> Iterator[Need]:
    """Where temporary credentials come from."""
    if plan.has_issuer:
        yield "sts", plan.blueprint.cluster.at
    for account in plan.service_accounts:
        if account.identity == "pod-identity":
            yield "eks-auth", account.account.at
    yield from (("eks-auth", one.request.at) for one in plan.addons if _asks_agent(one))


def _asks_agent(addon: PlannedAddOn) -> bool:
    return bool(addon.associations) or (addon.identity == "pod-identity" and addon.has_role)


def _bastion(plan: Plan) -> Iterator[Need]:
    bastion = plan.blueprint.bastion
    if not bastion or bastion.kind_of_subnet(plan.blueprint.network) != "private":
        return
    yield "s3", bastion.at  # the packages of Amazon Linux
    yield from _each(SESSION if bastion.access == "ssm" else (), (*bastion.at, "access"))
    if bastion.session_log and bastion.session_log.destination == "cloud-watch-logs":
        yield "logs", bastion.session_log.at
    if bastion.bootstrap:
        yield "eks", bastion.bootstrap.at


def _pipeline(plan: Plan) -> Iterator[Need]:
    """What applies manifests from inside the VPC (AWS CodeBuild User Guide, Use VPC endpoints)."""
    wanted = plan.blueprint.pipeline
    if wanted and wanted.deploy and wanted.applies and not plan.blueprint.cluster.endpoint.is_open:
        yield from _each(("eks", "logs", "s3"), wanted.deploy.at)


def _metrics(plan: Plan) -> Iterator[Need]:
    """What writes to a workspace; AWS's own collector does not do it out of the VPC."""
    watched = plan.blueprint.observability
    if watched and watched.prometheus and watched.prometheus.remote_write:
        yield from _each(("aps-workspaces", "eks-auth"), (*watched.prometheus.at, "remoteWrite"))


def _shown(plan: Plan) -> Iterator[Need]:
    """What Grafana asks from inside the VPC."""
    watched = plan.blueprint.observability
    if watched and watched.grafana and watched.grafana.in_vpc:
        asked = {"cloudwatch": ("logs", "monitoring"), "prometheus": ("aps-workspaces",), "xray": ("xray",)}
        for source in watched.grafana.data_sources:
            yield from _each(asked[source], (*watched.grafana.at, "inVpc"))


def _dispensable(plan: Plan) -> Iterator[Need]:
    """Who asks EKS for the cluster's address, and can be told it; and the agent of a local cluster's machines."""
    blueprint = plan.blueprint
    yield from (("eks", one.at) for one in blueprint.node_groups if _asks_eks(one))
    if blueprint.cluster.auto_mode:
        yield "eks", blueprint.cluster.auto_mode.at
    if _has_kubeconfig(blueprint.bastion):
        yield "eks", ("bastion",)
    if blueprint.cluster.outpost:
        yield "ec2messages", blueprint.cluster.outpost.at


def _asks_eks(group: NodeGroup) -> bool:
    """Bottlerocket asks for the address of the cluster's DNS; what else is in user data of yours is not known."""
    alone = group.family == "bottlerocket" and not group.cluster_dns
    return alone or bool(group.bootstrap_command or group.launch_template)


def _has_kubeconfig(bastion: Bastion | None) -> bool:
    return bastion is not None and (bastion.cluster_access != "none" or "kubectl" in bastion.tools)


def _each(services: tuple[str, ...], at: Path) -> Iterator[Need]:
    return ((one, at) for one in services)
