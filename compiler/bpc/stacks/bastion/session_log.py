"""What is typed and shown in sessions on the host, written down.

A Session document of the stack's own says where to. The account's own preferences, SSM-SessionManagerRunShell, stay
as they are, so only sessions that name this document are logged (AWS Systems Manager User Guide, Session document
schema; Logging session data; Create an IAM role with permissions for Session Manager and Amazon S3 and CloudWatch
Logs).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, logs, ssm

from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan

if TYPE_CHECKING:
    from bpc.model import SessionLog


def fill(log: SessionLog, plan: Plan, sheet: Sheet) -> None:
    """The document, and the log group where that is the destination."""
    if log.destination == "cloud-watch-logs":
        sheet.add(_group(log, sheet), log.at)
        sheet.output("SessionLogGroup", Ref("SessionLogGroup"), "Where the sessions are written down.")
    # A log group is always encrypted; to insist on it would refuse one without a key of one's own.
    where: dict[str, Any] = {
        "s3BucketName": log.bucket_arn.rpartition(":")[2] if log.bucket_arn else "",
        "s3KeyPrefix": plan.name if log.bucket_arn else "",
        "s3EncryptionEnabled": True,
        "cloudWatchLogGroupName": "" if log.bucket_arn else Ref("SessionLogGroup"),
        "cloudWatchEncryptionEnabled": bool(log.key_arn and not log.bucket_arn),
        "cloudWatchStreamingEnabled": not log.bucket_arn,
    }
    document = ssm.Document(
        "SessionDocument",
        DocumentType="Session",
        # With the other method, a change would make a document with another name.
        UpdateMethod="NewVersion",
        Content={
            "schemaVersion": "1.0",
            "description": f"A shell on the bastion host of {plan.name}, written down",
            "sessionType": "Standard_Stream",
            "inputs": {**where, "kmsKeyId": "", "runAsEnabled": False, "runAsDefaultUser": ""},
        },
        Tags=sheet.tags("SessionDocument"),
    )
    sheet.add(document, log.at)


def _group(log: SessionLog, sheet: Sheet) -> logs.LogGroup:
    return logs.LogGroup(
        "SessionLogGroup",
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        RetentionInDays=log.retention_days,
        Tags=sheet.tags("SessionLogGroup"),
        **({"KmsKeyId": log.key_arn} if log.key_arn else {}),
    )


def statements(log: SessionLog, plan: Plan) -> Iterator[Statement]:
    """What the agent on the host needs to write."""
    if log.destination == "cloud-watch-logs":
        write = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
        yield iam.allow(*write, on=[GetAtt("SessionLogGroup", "Arn")], sid="WriteSessionLog")
        yield iam.allow("logs:DescribeLogGroups", on=[iam.arn("logs:log-group:*")], sid="FindSessionLog")
        return
    yield iam.allow("s3:PutObject", on=[f"{log.bucket_arn}/{plan.name}/*"], sid="WriteSessionLog")
    yield iam.allow("s3:GetEncryptionConfiguration", on=[log.bucket_arn], sid="FindSessionLog")
    if log.key_arn:
        yield iam.allow("kms:Decrypt", "kms:GenerateDataKey", on=[log.key_arn], sid="EncryptSessionLog")
