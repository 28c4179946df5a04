"""What EKS runs for the cluster outside of it: managed Argo CD, AWS Controllers for Kubernetes, kro.

Amazon EKS User Guide, EKS Capabilities; Amazon EKS capability IAM role. EKS makes the access entry of a capability's
role itself.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, Tags, eks

from bpc import roles
from bpc.kit import iam
from bpc.kit.sheet import Sheet, referred
from bpc.model import Ack, ArgoCd, Capability
from bpc.plan.shapes import Plan


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.cluster.capabilities
    assert wanted
    if wanted.argocd:
        _capability("ArgoCd", "ARGOCD", wanted.argocd, plan, sheet, Configuration=_argocd(wanted.argocd))
    if wanted.ack:
        _capability("Ack", "ACK", wanted.ack, plan, sheet, **_ack(wanted.ack))
    if wanted.kro:
        _capability("Kro", "KRO", wanted.kro, plan, sheet)


def _capability(title: str, kind: str, wanted: Capability, plan: Plan, sheet: Sheet, **configuration: Any) -> None:
    capability = eks.Capability(
        f"{title}Capability",
        ClusterName=Ref("Cluster"),
        CapabilityName=wanted.name,
        Type=kind,
        RoleArn=_role(title, wanted, plan, sheet),
        # The only policy that EKS has: what the capability has made stays when it goes.
        DeletePropagationPolicy="RETAIN",
        Tags=Tags(**sheet.tag_map() | dict(sorted(wanted.tags.items()))),
        **configuration,
    )
    sheet.add(capability, wanted.at)


def _role(title: str, wanted: Capability, plan: Plan, sheet: Sheet) -> GetAtt | str:
    trust = iam.trusts("capabilities.eks.amazonaws.com", "sts:TagSession")
    known = roles.Known(own=wanted.name)
    return roles.add(f"{title}CapabilityRole", trust, wanted.iam, plan, sheet, wanted.at, known)


def _argocd(wanted: ArgoCd) -> eks.CapabilityConfiguration:
    center: dict[str, Any] = {"IdcInstanceArn": wanted.identity_center.instance_arn}
    if wanted.identity_center.region:
        center["IdcRegion"] = wanted.identity_center.region
    made: dict[str, Any] = {"AwsIdc": eks.AwsIdc(**center), "Namespace": wanted.namespace}
    if wanted.vpc_endpoint_ids:
        made["NetworkAccess"] = eks.NetworkAccess(VpceIds=[referred(one) for one in wanted.vpc_endpoint_ids])
    if wanted.rbac_role_mappings:
        made["RbacRoleMappings"] = [
            eks.ArgoCdRoleMapping(
                Role=one.role.upper(),
                Identities=[eks.SsoIdentity(Id=it.id, Type=it.type.upper().replace("-", "_")) for it in one.identities],
            )
            for one in wanted.rbac_role_mappings
        ]
    return eks.CapabilityConfiguration(ArgoCd=eks.ArgoCd(**made))


def _ack(wanted: Ack) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if wanted.disabled_services:
        made["DisabledServices"] = list(wanted.disabled_services)
    if wanted.enable_cross_namespace:
        made["EnableCrossNamespace"] = True
    return {"Configuration": eks.CapabilityConfiguration(Ack=eks.Ack(**made))} if made else {}
