"""The log groups of Container Insights: what containers, the data plane and the nodes say, and what is measured.

Source: Amazon CloudWatch User Guide, Set up Fluent Bit as a DaemonSet to send logs to CloudWatch Logs, and Container
Insights performance log events. Whichever add-on fills them, each has one logical id, so that changing from one to
another keeps what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere.logs import LogGroup

OPTIONS: Mapping[str, Any] = {
    "retentionDays": {
        "$ref": "#/$defs/retentionDays",
        "default": 90,
        "x-cloudformation": "AWS::Logs::LogGroup.RetentionInDays",
    },
    "keyArn": {
        "description": "A KMS key of yours for the log groups, whose policy lets CloudWatch Logs use it. Left out, "
        "CloudWatch Logs encrypts with a key of its own.",
        "type": ["string", "null"],
        "pattern": "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$",
        "default": None,
        "examples": ["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
        "x-cloudformation": "AWS::Logs::LogGroup.KmsKeyId",
    },
}


def name(cluster: str, kind: str) -> str:
    """The log group's name, which the console of Container Insights looks for."""
    return f"/aws/containerinsights/{cluster}/{kind}"


def title(kind: str) -> str:
    """Its logical id."""
    return f"ContainerInsights{kind.title()}LogGroup"


def writes(kinds: Sequence[str]) -> Statement:
    """That these log groups, and no others, may be written to."""
    from troposphere import GetAtt

    from bpc.kit import iam

    groups = [GetAtt(title(kind), "Arn") for kind in kinds]
    return iam.allow("logs:CreateLogStream", "logs:PutLogEvents", on=groups, sid="WriteToItsLogGroups")


def log_group(cluster: str, kind: str, options: Mapping[str, Any]) -> LogGroup:
    """One log group; whoever writes to it would otherwise make it, and keep everything for ever."""
    from troposphere import logs

    key = {"KmsKeyId": options["keyArn"]} if options["keyArn"] else {}
    return logs.LogGroup(
        title(kind),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        LogGroupName=name(cluster, kind),
        RetentionInDays=options["retentionDays"],
        **key,
    )
