"""Who may use the cluster: access entries, and the bastion host's way to the Kubernetes API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, ec2, eks

from bpc.kit.naming import access_entry_id
from bpc.kit.sheet import Sheet
from bpc.model import Access
from bpc.plan.shapes import Plan

if TYPE_CHECKING:
    from bpc.model import Bastion

# Amazon EKS User Guide, Access policy permissions.
POLICIES = {
    "cluster-admin": "AmazonEKSClusterAdminPolicy",
    "admin": "AmazonEKSAdminPolicy",
    "admin-view": "AmazonEKSAdminViewPolicy",
    "edit": "AmazonEKSEditPolicy",
    "view": "AmazonEKSViewPolicy",
    "secret-reader": "AmazonEKSSecretReaderPolicy",
    "auto-node": "AmazonEKSAutoNodePolicy",
    "argocd": "AmazonEKSArgoCDPolicy",
    "argocd-cluster": "AmazonEKSArgoCDClusterPolicy",
}


def fill(plan: Plan, sheet: Sheet) -> None:
    for access in plan.access:
        _entry(access, plan, sheet)
    for index, block in enumerate(plan.blueprint.cluster.endpoint.private_cidrs):
        _let_range_in(block, index, plan, sheet)
    if plan.blueprint.bastion:
        _let_bastion_in(sheet)
        if plan.blueprint.bastion.cluster_access != "none":
            _bastion_entry(plan.blueprint.bastion, plan, sheet)


def _entry(access: Access, plan: Plan, sheet: Sheet) -> None:
    properties: dict[str, Any] = {}
    if access.username:
        properties["Username"] = access.username
    if access.groups:
        properties["KubernetesGroups"] = list(access.groups)
    if access.policies:
        properties["AccessPolicies"] = _policies(access, plan)
    entry = eks.AccessEntry(
        access_entry_id(access.principal),
        ClusterName=Ref("Cluster"),
        PrincipalArn=access.principal,
        Type=access.type.upper().replace("-", "_"),
        Tags=sheet.tags(),
        **properties,
    )
    sheet.add(entry, access.at)


def _policies(access: Access, plan: Plan) -> list[eks.AccessPolicy]:
    return [
        eks.AccessPolicy(
            PolicyArn=_policy_arn(one.policy, plan),
            AccessScope=eks.AccessScope(
                Type=one.scope.type,
                **({"Namespaces": list(one.scope.namespaces)} if one.scope.type == "namespace" else {}),
            ),
        )
        for one in access.policies
    ]


def _policy_arn(policy: str, plan: Plan) -> str:
    return f"arn:{plan.partition}:eks::aws:cluster-access-policy/{POLICIES[policy]}"


def _let_range_in(block: str, index: int, plan: Plan, sheet: Sheet) -> None:
    """The private endpoint answers on the cluster's own security group (Amazon EKS User Guide, Security groups)."""
    rule = ec2.SecurityGroupIngress(
        f"Range{block.replace('/', 'Mask').replace('.', 'x').replace(':', 'x')}ToCluster",
        GroupId=GetAtt("Cluster", "ClusterSecurityGroupId"),
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        **({"CidrIpv6": block} if ":" in block else {"CidrIp": block}),
        Description="The Kubernetes API from a network outside the VPC",
    )
    sheet.add(rule, (*plan.blueprint.cluster.endpoint.at, "privateCidrs", index))


def _let_bastion_in(sheet: Sheet) -> None:
    rule = ec2.SecurityGroupIngress(
        "BastionToCluster",
        GroupId=GetAtt("Cluster", "ClusterSecurityGroupId"),
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        SourceSecurityGroupId=sheet.imported("bastion", "SecurityGroupId"),
        Description="The Kubernetes API from the bastion host",
    )
    sheet.add(rule, ("bastion",))


def _bastion_entry(bastion: Bastion, plan: Plan, sheet: Sheet) -> None:
    policy = eks.AccessPolicy(
        PolicyArn=_policy_arn(bastion.cluster_access, plan), AccessScope=eks.AccessScope(Type="cluster")
    )
    entry = eks.AccessEntry(
        "BastionAccess",
        ClusterName=Ref("Cluster"),
        PrincipalArn=sheet.imported("bastion", "RoleArn"),
        Type="STANDARD",
        AccessPolicies=[policy],
        Tags=sheet.tags(),
    )
    sheet.add(entry, bastion.at)
