"""A log of the VPC's traffic (Amazon VPC User Guide, Logging IP traffic using VPC Flow Logs)."""

from __future__ import annotations

from typing import Any

from awacs.aws import ArnLike, Condition, StringEquals
from troposphere import AccountId, GetAtt, Ref, ec2, logs

from bpc import roles
from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stacks.network import vpc

# What EC2 does with a log group that is there already.
WRITE = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
FIND = "logs:DescribeLogGroups"


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.network.flow_logs
    assert wanted
    log = ec2.FlowLog(
        "FlowLog",
        ResourceId=vpc.own(plan, sheet),
        ResourceType="VPC",
        TrafficType=wanted.traffic_type.upper(),
        MaxAggregationInterval=wanted.aggregation_interval_seconds,
        LogDestinationType=wanted.destination,
        Tags=sheet.tags("FlowLog"),
        **({"LogDestination": wanted.bucket_arn} if wanted.bucket_arn else _log_group(plan, sheet)),
    )
    sheet.add(log, wanted.at)


def _log_group(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """Where the log goes, and the role with which EC2 writes there."""
    wanted = plan.blueprint.network.flow_logs
    assert wanted
    group = logs.LogGroup(
        "FlowLogGroup",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        RetentionInDays=wanted.retention_days,
        Tags=sheet.tags("FlowLogGroup"),
        **({"KmsKeyId": wanted.key_arn} if wanted.key_arn else {}),
    )
    sheet.add(group, wanted.at)
    # Nobody else's flow logs borrow the role (Amazon VPC User Guide, IAM role for publishing flow logs).
    ours = Condition(
        [
            StringEquals({"aws:SourceAccount": AccountId}),
            ArnLike({"aws:SourceArn": iam.arn("ec2:vpc-flow-log/*")}),
        ]
    )
    known = roles.Known(
        statements=[
            iam.allow(*WRITE, on=[GetAtt(group, "Arn")]),
            iam.allow(FIND, on=[iam.arn("logs:log-group:*")]),
        ],
        name="WriteFlowLogs",
    )
    trust = iam.trusts("vpc-flow-logs.amazonaws.com", where=ours)
    role = roles.add("FlowLogRole", trust, wanted.iam, plan, sheet, wanted.at, known)
    return {"LogGroupName": Ref(group), "DeliverLogsPermissionArn": role}
