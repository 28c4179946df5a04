"""The roles of workloads, a service account each: what a team changes every week, apart from what it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Tags, eks

from bpc import roles
from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, PlannedServiceAccount
from bpc.stack import Stack

if TYPE_CHECKING:
    from bpc.model import ServiceAccount


class Workloads(Stack):
    """IAM roles for the service accounts of workloads"""

    name = "workloads"
    number = 60

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return any(one.makes for one in plan.service_accounts)

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        for one in plan.service_accounts:
            role = one.account.role_arn or _role(one, plan, sheet)
            if one.identity == "pod-identity":
                _associate(one, role, sheet.imported("cluster", "ClusterName"), sheet)
            elif not one.account.role_arn:
                said = f"For {one.account.namespace}/{one.account.name}, in its annotation eks.amazonaws.com/role-arn."
                sheet.output(f"{one.id}RoleArn", role, said)


def _role(planned: PlannedServiceAccount, plan: Plan, sheet: Sheet) -> GetAtt | str:
    account = planned.account
    chain = _chain(account) if account.target_role_arn else ()
    known = roles.Known(statements=chain, name="target-role", role_name=planned.role_name)
    trust: Any = iam.trusts_pods(plan.name, account.namespace, account.name, tagged=_is_tagged(account))
    if planned.identity == "irsa":
        from bpc.kit import web_identity

        subject = account.subject_pattern or web_identity.subject(account.namespace, account.name)
        trust = roles.web_identity(sheet, subject, alike=bool(account.subject_pattern))
    title = f"{planned.id}WorkloadRole"
    return roles.add(title, trust, account.iam, plan, sheet, account.at, known, account.tags)


def _is_tagged(account: ServiceAccount) -> bool:
    """Whether EKS sets session tags; with a session policy it may not (EKS API, CreatePodIdentityAssociation)."""
    return not (account.disable_session_tags or account.session_policy)


def _chain(account: ServiceAccount) -> list[Any]:
    """To assume the target role (Amazon EKS User Guide, EKS Pod Identity target IAM roles)."""
    tagging = ["sts:TagSession"] if _is_tagged(account) else []
    return [iam.allow("sts:AssumeRole", *tagging, on=[account.target_role_arn])]


def _associate(planned: PlannedServiceAccount, role: Any, cluster: Any, sheet: Sheet) -> None:
    account = planned.account
    properties: dict[str, Any] = {}
    if account.target_role_arn:
        properties["TargetRoleArn"] = account.target_role_arn
    if account.session_policy:
        from bpc.kit import permissions

        properties["Policy"] = permissions.session_policy(account.session_policy)
    if not _is_tagged(account):
        properties["DisableSessionTags"] = True
    association = eks.PodIdentityAssociation(
        f"{planned.id}WorkloadIdentity",
        ClusterName=cluster,
        Namespace=account.namespace,
        ServiceAccount=account.name,
        RoleArn=role,
        **properties,
        Tags=Tags(**sheet.tag_map() | dict(sorted(account.tags.items()))),
    )
    sheet.add(association, account.at)
    if account.target_role_arn:
        said = (
            f"What the trust policy of the target role of {account.namespace}/{account.name} asks for: sts:ExternalId."
        )
        sheet.output(f"{planned.id}ExternalId", GetAtt(association, "ExternalId"), said)
