"""The EKS control plane, who may use it, and the add-ons that must be there before the first node."""

from __future__ import annotations

from troposphere import GetAtt, Ref

from bpc.contribution import contribute
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack
from bpc.stacks.cluster import control_plane


class Cluster(Stack):
    """the EKS control plane, access to it, and the add-ons that nodes need to start"""

    name = "cluster"
    number = 30

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        control_plane.fill(plan, sheet)
        wanted = plan.blueprint.cluster
        if plan.access or wanted.endpoint.private_cidrs or plan.blueprint.bastion:
            from bpc.stacks.cluster import access

            access.fill(plan, sheet)
        if wanted.security_group_rules:
            from bpc.stacks.cluster import security_group

            security_group.fill(wanted.security_group_rules, sheet)
        if wanted.auto_mode and wanted.auto_mode.node_classes:
            from bpc.stacks.cluster import auto_mode

            auto_mode.fill(wanted.auto_mode, plan, sheet)
        if wanted.oidc_identity_provider:
            from bpc.stacks.cluster import identity_provider

            identity_provider.fill(wanted.oidc_identity_provider, sheet)
        if wanted.remote_network:
            from bpc.stacks.cluster import hybrid

            hybrid.fill(wanted.remote_network, plan, sheet)
        if wanted.certificate_authorities:
            from bpc.stacks.cluster import certificates

            certificates.fill(plan, sheet)
        if wanted.capabilities:
            from bpc.stacks.cluster import capabilities

            capabilities.fill(plan, sheet)
        if plan.has_issuer:
            from bpc.stacks.cluster import oidc_provider

            oidc_provider.fill(sheet)
        for addon in plan.addons:
            if addon.entry.before_nodes:
                contribute(addon, plan, sheet, Ref("Cluster"))
        _outputs(plan, sheet)


def _outputs(plan: Plan, sheet: Sheet) -> None:
    """What other stacks import, and what somebody wants to look up."""
    sheet.export("ClusterName", Ref("Cluster"), "The name of the cluster.")
    # Nodes that nobody else tells how to join import both.
    alone = any(one.node_group.joins_alone for one in plan.node_groups)
    say = sheet.export if alone else sheet.output
    say("ClusterEndpoint", GetAtt("Cluster", "Endpoint"), "Where the Kubernetes API answers.")
    if alone:
        authority = GetAtt("Cluster", "CertificateAuthorityData")
        sheet.export("ClusterCertificateAuthority", authority, "What the certificate of the API is signed with.")
    if alone and plan.blueprint.network.ip_family == "ipv6":
        services = GetAtt("Cluster", "KubernetesNetworkConfig.ServiceIpv6Cidr")
        sheet.export("ServiceCidr", services, "The range of services, which EKS has chosen.")
    has_files = plan.blueprint.storage and plan.blueprint.storage.has_resources
    lets_in = any(one.entry.opens_cluster for one in plan.addons)
    if (
        has_files
        or lets_in
        or _is_deployed_to(plan)
        or _is_collected(plan)
        or (plan.blueprint.observability and plan.blueprint.observability.open_search)
        or any(one.node_group.own_security_groups for one in plan.node_groups)
    ):
        group = GetAtt("Cluster", "ClusterSecurityGroupId")
        sheet.export("ClusterSecurityGroupId", group, "What the control plane and the nodes reach each other by.")
    sheet.output("OpenIdConnectIssuerUrl", GetAtt("Cluster", "OpenIdConnectIssuerUrl"), "The cluster's issuer.")
    if plan.blueprint.observability:
        from bpc.plan import watched

        for one in watched.exported(plan, sheet.stack):
            sheet.export(one.title, Ref(one.title), f"The log group {one.name}.")


def _is_deployed_to(plan: Plan) -> bool:
    """Whether the pipeline comes into the cluster from inside the VPC."""
    if not plan.blueprint.pipeline:
        return False
    from bpc.plan.pipeline import is_inside

    return is_inside(plan)


def _is_collected(plan: Plan) -> bool:
    """Whether AWS reads the cluster's metrics out of the VPC."""
    watched = plan.blueprint.observability
    return bool(watched and watched.prometheus and watched.prometheus.collector.enabled)
