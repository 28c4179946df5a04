"""The EKS control plane, who may use it, and the add-ons that must be there before the first node."""

from __future__ import annotations

from typing import Any

from awacs.aws import PolicyDocument, Principal, Statement
from troposphere import GetAtt, Ref, ec2, eks, kms, logs

from bpc.contribution import contribute
from bpc.diagnostics import Path
from bpc.kit import iam
from bpc.kit.naming import access_entry_id
from bpc.kit.sheet import Sheet
from bpc.model import Access
from bpc.plan.shapes import Plan
from bpc.stack import Stack

AT: Path = ("cluster",)

# Amazon EKS User Guide, Access policy permissions.
POLICIES = {
    "cluster-admin": "AmazonEKSClusterAdminPolicy",
    "admin": "AmazonEKSAdminPolicy",
    "admin-view": "AmazonEKSAdminViewPolicy",
    "edit": "AmazonEKSEditPolicy",
    "view": "AmazonEKSViewPolicy",
    "secret-reader": "AmazonEKSSecretReaderPolicy",
}


class Cluster(Stack):
    """the EKS control plane, access to it, and the add-ons that nodes need to start"""

    name = "cluster"
    number = 30

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        _cluster(plan, sheet)
        for access in plan.blueprint.cluster.access:
            _access_entry(access, plan, sheet)
        if plan.blueprint.bastion:
            _let_bastion_in(sheet)
        for addon in plan.addons:
            if addon.entry.before_nodes:
                contribute(addon, plan, sheet, Ref("Cluster"))
        sheet.export("ClusterName", Ref("Cluster"), "The name of the cluster.")
        sheet.output("ClusterEndpoint", GetAtt("Cluster", "Endpoint"), "Where the Kubernetes API answers.")
        sheet.output("OpenIdConnectIssuerUrl", GetAtt("Cluster", "OpenIdConnectIssuerUrl"), "The cluster's issuer.")


def _cluster(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.cluster
    boundary = plan.blueprint.cloudformation.permissions_boundary
    role = iam.role(
        "ClusterRole",
        iam.trusts("eks.amazonaws.com"),
        boundary=boundary,
        tags=sheet.tags("ClusterRole"),
        managed_policies=["AmazonEKSClusterPolicy"],
    )
    sheet.add(role, AT)
    properties: dict[str, Any] = {}
    if wanted.secrets_encryption.enabled:
        properties["EncryptionConfig"] = [
            eks.EncryptionConfig(Resources=["secrets"], Provider=eks.Provider(KeyArn=_key(plan, sheet)))
        ]
    if wanted.logging.types:
        properties |= {"DependsOn": _log_group(plan, sheet), "Logging": _logging(wanted.logging.types)}
    cluster = eks.Cluster(
        "Cluster",
        Name=plan.name,
        Version=wanted.version,
        RoleArn=GetAtt(role, "Arn"),
        ResourcesVpcConfig=_vpc_config(plan, sheet),
        KubernetesNetworkConfig=eks.KubernetesNetworkConfig(IpFamily="ipv4", ServiceIpv4Cidr=wanted.service_cidr),
        AccessConfig=eks.AccessConfig(
            AuthenticationMode=wanted.authentication.upper().replace("-", "_"),
            BootstrapClusterCreatorAdminPermissions=wanted.bootstrap_cluster_creator_admin_permissions,
        ),
        # The add-ons come as EKS add-ons below; without this EKS would install its own copies first.
        BootstrapSelfManagedAddons=False,
        UpgradePolicy=eks.UpgradePolicy(SupportType=wanted.upgrade_policy.upper()),
        DeletionProtection=wanted.deletion_protection,
        Tags=sheet.tags(),
        **properties,
    )
    sheet.add(cluster, AT)


def _vpc_config(plan: Plan, sheet: Sheet) -> eks.ResourcesVpcConfig:
    endpoint = plan.blueprint.cluster.endpoint
    kind = plan.blueprint.network.kinds[-1]
    properties: dict[str, Any] = {
        "SubnetIds": [sheet.imported("network", f"{subnet.id}Id") for subnet in plan.subnets_of(kind)],
        "EndpointPrivateAccess": endpoint.is_private,
        "EndpointPublicAccess": endpoint.is_public,
    }
    if endpoint.is_public:
        properties["PublicAccessCidrs"] = sheet.parameter(
            "PublicAccessCidrs",
            "Access",
            "Who may reach the public endpoint of the Kubernetes API.",
            Type="CommaDelimitedList",
            Default=",".join(endpoint.public_cidrs),
        )
    return eks.ResourcesVpcConfig(**properties)


def _key(plan: Plan, sheet: Sheet) -> Any:
    given = plan.blueprint.cluster.secrets_encryption.key_arn
    if given:
        return given
    at: Path = ("cluster", "secretsEncryption")
    # A key policy's Resource is the key itself, and "*" is the only way to say so (AWS KMS Developer Guide).
    administer = Statement(
        Sid="TheAccountAdministersTheKey",
        Effect="Allow",
        Principal=Principal("AWS", [iam.root()]),
        Action=iam.actions("kms:*"),
        Resource=["*"],
    )
    key = kms.Key(
        "SecretsKey",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        Description=f"Kubernetes secrets of the cluster {plan.name}",
        EnableKeyRotation=True,
        KeyPolicy=PolicyDocument(Version=iam.VERSION, Statement=[administer]),
        Tags=sheet.tags("SecretsKey"),
    )
    sheet.add(key, at)
    return GetAtt(key, "Arn")


def _log_group(plan: Plan, sheet: Sheet) -> str:
    """EKS would make the group itself, without a retention; so it is made first, under the name that EKS uses."""
    logging = plan.blueprint.cluster.logging
    group = logs.LogGroup(
        "ClusterLogGroup",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        LogGroupName=f"/aws/eks/{plan.name}/cluster",
        RetentionInDays=logging.retention_days,
        Tags=sheet.tags("ClusterLogGroup"),
    )
    sheet.add(group, logging.at)
    return "ClusterLogGroup"


def _logging(types: tuple[str, ...]) -> eks.Logging:
    enabled = [eks.LoggingTypeConfig(Type=one) for one in types]
    return eks.Logging(ClusterLogging=eks.ClusterLogging(EnabledTypes=enabled))


def _access_entry(access: Access, plan: Plan, sheet: Sheet) -> None:
    properties: dict[str, Any] = {}
    if access.username:
        properties["Username"] = access.username
    if access.groups:
        properties["KubernetesGroups"] = list(access.groups)
    if access.policies:
        properties["AccessPolicies"] = [
            eks.AccessPolicy(
                PolicyArn=f"arn:{plan.partition}:eks::aws:cluster-access-policy/{POLICIES[one.policy]}",
                AccessScope=eks.AccessScope(
                    Type=one.scope.type,
                    **({"Namespaces": list(one.scope.namespaces)} if one.scope.type == "namespace" else {}),
                ),
            )
            for one in access.policies
        ]
    entry = eks.AccessEntry(
        access_entry_id(access.principal),
        ClusterName=Ref("Cluster"),
        PrincipalArn=access.principal,
        Type="STANDARD",
        Tags=sheet.tags(),
        **properties,
    )
    sheet.add(entry, access.at)


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
