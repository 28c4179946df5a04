"""Roles for pods that write to the workspace themselves (Amazon Managed Service for Prometheus User Guide, IAM
permissions and policies: remote write needs aps:RemoteWrite alone; Amazon EKS User Guide, EKS Pod Identity)."""

from __future__ import annotations

from troposphere import GetAtt, eks

from bpc.kit import iam
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model import Prometheus
from bpc.plan.shapes import Plan


def fill(wanted: Prometheus, plan: Plan, sheet: Sheet) -> None:
    for number, one in enumerate(wanted.remote_write):
        namespace, account = one["namespace"], one["serviceAccount"]
        title, at = logical_id(namespace, account, "RemoteWrite"), (*wanted.at, "remoteWrite", number)
        role = iam.role(
            f"{title}Role",
            iam.trusts_pods(plan.name, namespace, account),
            boundary=plan.blueprint.cloudformation.permissions_boundary,
            tags=sheet.tags(f"{title}Role"),
            statements=[iam.allow("aps:RemoteWrite", on=[GetAtt("PrometheusWorkspace", "Arn")], sid="Write")],
            policy_name="WriteMetrics",
        )
        sheet.add(role, at)
        association = eks.PodIdentityAssociation(
            f"{title}Association",
            ClusterName=sheet.imported("cluster", "ClusterName"),
            Namespace=namespace,
            ServiceAccount=account,
            RoleArn=GetAtt(role, "Arn"),
            Tags=sheet.tags(),
        )
        sheet.add(association, at)
