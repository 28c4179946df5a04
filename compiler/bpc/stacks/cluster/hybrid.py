"""EKS Hybrid Nodes: the networks they are in, the role they have, and how they prove who they are.

Amazon EKS User Guide, Prepare credentials for hybrid nodes. With Systems Manager, an activation is made with the
role by hand (`aws ssm create-activation`): CloudFormation has no resource for it.
"""

from __future__ import annotations

from typing import Any

from awacs.aws import ArnEquals, ArnLike, Condition, PolicyDocument, Statement, StringEquals
from troposphere import GetAtt, Ref, eks, rolesanywhere

from bpc import roles
from bpc.kit import iam, image_cache
from bpc.kit.sheet import Sheet
from bpc.model import RemoteNetwork
from bpc.plan.shapes import Plan

POLICIES = (iam.SESSION_POLICY, "AmazonEC2ContainerRegistryPullOnly")


def properties(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    wanted = plan.blueprint.cluster.remote_network
    assert wanted
    networks: dict[str, Any] = {"RemoteNodeNetworks": [eks.RemoteNodeNetwork(Cidrs=list(wanted.nodes))]}
    if wanted.pods:
        networks["RemotePodNetworks"] = [eks.RemotePodNetwork(Cidrs=list(wanted.pods))]
    return {"RemoteNetworkConfig": eks.RemoteNetworkConfig(**networks)}


def fill(wanted: RemoteNetwork, plan: Plan, sheet: Sheet) -> None:
    given = wanted.iam and wanted.iam.role_arn
    if not given and wanted.credentials.provider == "iam-roles-anywhere":
        _trust_anchor(wanted, sheet)
    role = _role(wanted, plan, sheet)
    if not given and wanted.credentials.provider == "iam-roles-anywhere":
        _profile(wanted, sheet)
    entry = eks.AccessEntry(
        "HybridNodesAccessEntry", ClusterName=Ref("Cluster"), PrincipalArn=role, Type="HYBRID_LINUX", Tags=sheet.tags()
    )
    sheet.add(entry, wanted.at)
    sheet.output("HybridNodesRoleArn", role, "The role of hybrid nodes, for their activation or their certificates.")


def _role(wanted: RemoteNetwork, plan: Plan, sheet: Sheet) -> GetAtt | str:
    by_certificate = wanted.credentials.provider == "iam-roles-anywhere"
    trust = _by_certificate() if by_certificate else _by_activation()
    given = _statements(plan, by_certificate)
    known = roles.Known(POLICIES, given, "JoinTheCluster", policies=image_cache.policies(plan))
    return roles.add("HybridNodesRole", trust, wanted.iam, plan, sheet, wanted.credentials.at, known)


def _statements(plan: Plan, by_certificate: bool) -> list[Statement]:
    describe = iam.allow("eks:DescribeCluster", on=[iam.arn(f"eks:cluster/{plan.name}")], sid="FindTheCluster")
    if by_certificate:
        return [describe]
    leave = iam.allow("ssm:DeregisterManagedInstance", on=[iam.arn("ssm:managed-instance/*")], sid="Leave")
    return [describe, leave, iam.allow_anywhere("ssm:DescribeInstanceInformation")]


def _by_activation() -> PolicyDocument:
    """Systems Manager, for the activations of this account and Region (Systems Manager User Guide, hybrid setup)."""
    account = StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")})
    return iam.trusts("ssm.amazonaws.com", where=Condition([account, ArnLike({"aws:SourceArn": iam.arn("ssm:*")})]))


def _by_certificate() -> PolicyDocument:
    """IAM Roles Anywhere, for machines with a certificate of the trust anchor's, under the name that it says."""
    anchor = ArnEquals({"aws:SourceArn": GetAtt("HybridNodesTrustAnchor", "TrustAnchorArn")})
    name = StringEquals({"sts:RoleSessionName": "${aws:PrincipalTag/x509Subject/CN}"})
    return iam.trusts(
        "rolesanywhere.amazonaws.com", "sts:TagSession", "sts:SetSourceIdentity", where=Condition([anchor, name])
    )


def _trust_anchor(wanted: RemoteNetwork, sheet: Sheet) -> None:
    data = rolesanywhere.SourceData(X509CertificateData=wanted.credentials.ca_bundle)
    anchor = rolesanywhere.TrustAnchor(
        "HybridNodesTrustAnchor",
        Name=f"{sheet.platform}-hybrid-nodes",
        Enabled=True,
        Source=rolesanywhere.Source(SourceType="CERTIFICATE_BUNDLE", SourceData=data),
        Tags=sheet.tags(),
    )
    sheet.add(anchor, wanted.credentials.at)
    sheet.output("HybridNodesTrustAnchorArn", GetAtt(anchor, "TrustAnchorArn"), "For the machines' nodeadm.")


def _profile(wanted: RemoteNetwork, sheet: Sheet) -> None:
    profile = rolesanywhere.Profile(
        "HybridNodesProfile",
        Name=f"{sheet.platform}-hybrid-nodes",
        Enabled=True,
        AcceptRoleSessionName=True,
        RoleArns=[GetAtt("HybridNodesRole", "Arn")],
        Tags=sheet.tags(),
    )
    sheet.add(profile, wanted.credentials.at)
    sheet.output("HybridNodesProfileArn", GetAtt(profile, "ProfileArn"), "For the machines' nodeadm.")
