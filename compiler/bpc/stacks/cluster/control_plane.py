"""The control plane, AWS::EKS::Cluster: each part gives some of its properties and what these need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from awacs.aws import PolicyDocument
from troposphere import GetAtt, Tags, eks

from bpc import home, roles
from bpc.diagnostics import Path
from bpc.kit import iam
from bpc.kit.sheet import Sheet, referred
from bpc.model import Cluster
from bpc.plan.shapes import Plan

AT: Path = ("cluster",)
Part = Callable[[Plan, Sheet], dict[str, Any]]


def fill(plan: Plan, sheet: Sheet) -> None:
    _role(plan, sheet)
    properties: dict[str, Any] = {}
    for part in _parts(plan):
        properties |= part(plan, sheet)
    sheet.add(eks.Cluster("Cluster", **properties, Tags=_tags(plan, sheet)), AT)
    existing, gitops = plan.blueprint.network.existing, plan.blueprint.gitops
    if existing and gitops and gitops.has_bridge:
        from bpc import gitops_bridge

        imported = isinstance(existing.vpc_id, Mapping)
        gitops_bridge.fill(plan, sheet, None if imported else home.vpc(plan, sheet))


def _tags(plan: Plan, sheet: Sheet) -> Tags:
    """The platform's tags. GuardDuty leaves a cluster alone, whose agent the stacks bring, by a tag of its own."""
    if not plan.blueprint.observability or not plan.blueprint.observability.guard_duty:
        return sheet.tags()
    from bpc.plan import watched

    ours = watched.has_guard_duty_agent(plan)
    return sheet.tags(**({"GuardDutyManaged": "false"} if ours else {}))


def _parts(plan: Plan) -> Iterator[Part]:
    """Where the properties come from, in their order in the template."""
    yield from (_identity, _vpc, _kubernetes_network, _access, _lifecycle)
    if plan.blueprint.cluster.secrets_encryption.enabled:
        from bpc.stacks.cluster import encryption

        yield encryption.properties
    if plan.blueprint.cluster.logging.types:
        from bpc.stacks.cluster import logging

        yield logging.properties
    if plan.blueprint.cluster.auto_mode:
        from bpc.stacks.cluster import auto_mode

        yield auto_mode.properties
    if plan.blueprint.cluster.outpost:
        from bpc.stacks.cluster import outpost

        yield outpost.properties
    if plan.blueprint.cluster.remote_network:
        from bpc.stacks.cluster import hybrid

        yield hybrid.properties
    if _tuned(plan.blueprint.cluster):
        from bpc.stacks.cluster import tuning

        yield tuning.properties


def _tuned(cluster: Cluster) -> bool:
    """Whether the blueprint says more of the control plane than most do."""
    components = cluster.kube_api_server or cluster.kube_scheduler or cluster.kube_controller_manager
    upgrades = cluster.force_update_version or cluster.rollback or cluster.active_certificate_authority_id
    return bool(components or upgrades or cluster.zonal_shift or cluster.control_plane_tier != "standard")


def _role(plan: Plan, sheet: Sheet) -> None:
    keys = _volume_keys(plan)
    known = roles.Known([*_policies(plan)], iam.encrypts_volumes(keys) if keys else (), "EncryptVolumes")
    if plan.blueprint.cluster.auto_mode and plan.blueprint.cluster.auto_mode.has_manifests:
        from bpc.stacks.cluster import auto_mode

        known = known.replace(policies=auto_mode.tagging(plan))
    roles.add("ClusterRole", _trust(plan), plan.blueprint.cluster.iam, plan, sheet, AT, known)


def _trust(plan: Plan) -> PolicyDocument:
    if plan.blueprint.cluster.outpost:
        from bpc.stacks.cluster import outpost

        return iam.trusts(outpost.SERVICE)
    return iam.trusts("eks.amazonaws.com", *(["sts:TagSession"] if plan.blueprint.cluster.auto_mode else []))


def _volume_keys(plan: Plan) -> tuple[str, ...]:
    """EKS Auto Mode makes volumes with the cluster's role (Amazon EKS User Guide, Create a storage class; Enable EBS
    Volume Encryption with Customer Managed KMS Keys for EKS Auto Mode)."""
    wanted = plan.blueprint.cluster.auto_mode
    keys = plan.blueprint.storage.keys("ebs-auto-mode") if plan.blueprint.storage else ()
    if not wanted or not wanted.node_classes:
        return keys
    from bpc.kit import auto_mode_objects

    return tuple(dict.fromkeys((*keys, *auto_mode_objects.keys(wanted.node_classes))))


def _policies(plan: Plan) -> Iterator[str]:
    if plan.blueprint.cluster.outpost:
        from bpc.stacks.cluster import outpost

        yield outpost.POLICY
        return
    yield "AmazonEKSClusterPolicy"
    if plan.blueprint.cluster.auto_mode:
        from bpc.stacks.cluster import auto_mode

        yield from auto_mode.CLUSTER_POLICIES
    if plan.blueprint.cluster.vpc_resource_controller or any(
        one.node_group.family == "windows" for one in plan.node_groups
    ):
        # Pods there get addresses from the control plane, and pods with security groups of their own get network
        # interfaces (Amazon EKS User Guide, Windows nodes; Security groups for Pods).
        yield "AmazonEKSVPCResourceController"


def _identity(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    cluster = plan.blueprint.cluster
    return {
        "Name": plan.name,
        "Version": cluster.version,
        "RoleArn": cluster.role_arn or GetAtt("ClusterRole", "Arn"),
    }


def _vpc(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    endpoint = plan.blueprint.cluster.endpoint
    properties: dict[str, Any] = {
        "SubnetIds": home.control_plane_subnets(plan, sheet),
        "EndpointPrivateAccess": endpoint.is_private,
        "EndpointPublicAccess": endpoint.is_public,
    }
    if plan.blueprint.cluster.security_group_ids:
        properties["SecurityGroupIds"] = [referred(one) for one in plan.blueprint.cluster.security_group_ids]
    if plan.blueprint.cluster.egress_mode != "aws-managed":
        properties["ControlPlaneEgressMode"] = plan.blueprint.cluster.egress_mode.upper().replace("-", "_")
    if endpoint.is_public:
        properties["PublicAccessCidrs"] = sheet.parameter(
            "PublicAccessCidrs",
            "Access",
            "Who may reach the public endpoint of the Kubernetes API.",
            Type="CommaDelimitedList",
            Default=",".join(endpoint.public_cidrs),
        )
    return {"ResourcesVpcConfig": eks.ResourcesVpcConfig(**properties)}


def _kubernetes_network(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    balancing = (
        {"ElasticLoadBalancing": eks.ElasticLoadBalancing(Enabled=True)} if plan.blueprint.cluster.auto_mode else {}
    )
    family = plan.blueprint.network.ip_family
    # EKS chooses the IPv6 range of the services itself.
    services = {"ServiceIpv4Cidr": plan.blueprint.cluster.service_cidr} if family == "ipv4" else {}
    network = eks.KubernetesNetworkConfig(IpFamily=family, **services, **balancing)
    return {"KubernetesNetworkConfig": network}


def _access(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    wanted = plan.blueprint.cluster
    access = eks.AccessConfig(
        AuthenticationMode=wanted.authentication.upper().replace("-", "_"),
        BootstrapClusterCreatorAdminPermissions=wanted.bootstrap_cluster_creator_admin_permissions,
    )
    return {"AccessConfig": access}


def _lifecycle(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    wanted = plan.blueprint.cluster
    # The add-ons come as EKS add-ons of this stack; without this EKS would install its own copies first.
    addons = {} if wanted.outpost else {"BootstrapSelfManagedAddons": False}
    return {
        **addons,
        "UpgradePolicy": eks.UpgradePolicy(SupportType=wanted.upgrade_policy.upper()),
        "DeletionProtection": wanted.deletion_protection,
    }
