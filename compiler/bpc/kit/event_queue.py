"""A queue for what EventBridge has to say of machines, for a controller that drains nodes.

Sources: Amazon EventBridge User Guide, Permissions for Amazon SQS; Amazon SQS Developer Guide, Encryption at rest with
SSE-SQS. EventBridge cannot write to a queue that is encrypted with the AWS managed key of SQS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bpc.kit.record import Record

if TYPE_CHECKING:
    from troposphere import AWSObject


class Event(Record):
    """One kind of event: the logical ID of its rule, what the rule is for, and EventBridge's pattern."""

    title: str
    description: str
    pattern: Mapping[str, Any]


def resources(title: str, name: str, listened: Sequence[Event]) -> list[AWSObject]:
    """The queue, who may write to it, and the rules that do."""
    from troposphere import GetAtt, events, sqs

    queue = sqs.Queue(
        title,
        # What it holds is of no use five minutes later.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        QueueName=name,
        MessageRetentionPeriod=300,
        SqsManagedSseEnabled=True,
    )
    target = events.Target(Id="Queue", Arn=GetAtt(queue, "Arn"))
    rules = [
        events.Rule(one.title, Description=one.description, EventPattern=dict(one.pattern), Targets=[target])
        for one in listened
    ]
    return [queue, _policy(queue, rules), *rules]


def _policy(queue: AWSObject, rules: Sequence[AWSObject]) -> AWSObject:
    """The rules may send, and nobody may do anything without TLS."""
    from awacs.aws import Allow, ArnEquals, Bool, Condition, Deny, PolicyDocument, Principal, Statement
    from troposphere import GetAtt, Ref, sqs

    from bpc.kit import iam

    arn = GetAtt(queue, "Arn")
    send = Statement(
        Sid="TheRulesSend",
        Effect=Allow,
        Principal=Principal("Service", ["events.amazonaws.com"]),
        Action=iam.actions("sqs:SendMessage"),
        Resource=[arn],
        Condition=Condition(ArnEquals({"aws:SourceArn": [GetAtt(rule, "Arn") for rule in rules]})),
    )
    encrypted = Statement(
        Sid="NothingGoesWithoutTls",
        Effect=Deny,
        Principal=Principal("*"),
        Action=iam.actions("sqs:*"),
        Resource=[arn],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )
    document = PolicyDocument(Version=iam.VERSION, Statement=[send, encrypted])
    return sqs.QueuePolicy(f"{queue.title}Policy", Queues=[Ref(queue)], PolicyDocument=document)
