"""The control plane's logs in CloudWatch Logs."""

from __future__ import annotations

from typing import Any

from troposphere import eks, logs

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan


def properties(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    enabled = [eks.LoggingTypeConfig(Type=one) for one in plan.blueprint.cluster.logging.types]
    return {
        "DependsOn": _log_group(plan, sheet),
        "Logging": eks.Logging(ClusterLogging=eks.ClusterLogging(EnabledTypes=enabled)),
    }


def _log_group(plan: Plan, sheet: Sheet) -> str:
    """EKS would make the group itself, without a retention; so it is made first, under the name that EKS uses."""
    logging = plan.blueprint.cluster.logging
    rare = {"LogGroupClass": "INFREQUENT_ACCESS"} if logging.log_group_class == "infrequent-access" else {}
    group = logs.LogGroup(
        "ClusterLogGroup",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        LogGroupName=f"/aws/eks/{plan.name}/cluster",
        RetentionInDays=logging.retention_days,
        Tags=sheet.tags("ClusterLogGroup"),
        **({"KmsKeyId": logging.key_arn} if logging.key_arn else {}),
        **rare,
    )
    sheet.add(group, logging.at)
    return "ClusterLogGroup"
