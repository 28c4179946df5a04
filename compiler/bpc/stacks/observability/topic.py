"""The topic that tells people, encrypted, and who subscribes to it.

Sources: Amazon SNS Developer Guide, Data encryption, Enable compatibility between event sources from AWS services and
encrypted topics; Amazon CloudWatch User Guide, Notifying users on alarm changes; Amazon EventBridge User Guide,
Resource-based policies, Amazon SNS permissions (EventBridge sends nothing that a Condition could look at, neither to a
topic nor to its key); Amazon Managed Service for Prometheus User Guide, Giving Amazon Managed Service for Prometheus
permission to send messages to your Amazon SNS topic; Amazon Q Developer in chat applications Administrator Guide,
Protection policies (left out, they allow everything that the channel's role does).
"""

from __future__ import annotations

from typing import Any

from awacs.aws import Allow, ArnLike, Bool, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals
from troposphere import AccountId, GetAtt, Ref, chatbot, sns

from bpc.kit import iam, keys
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model.observability import Observability, Recipient
from bpc.plan.shapes import Plan

TOPIC, KEY = "AlarmTopic", "AlarmKey"
ALARMS, EVENTS, PROMETHEUS = "cloudwatch.amazonaws.com", "events.amazonaws.com", "aps.amazonaws.com"
GUARD = "CloudWatchReadOnlyAccess"


def fill(plan: Plan, sheet: Sheet) -> list[Any]:
    """The ARNs of the topics that are told: the platform's own, where somebody subscribes to it, and given ones."""
    wanted = plan.blueprint.observability
    assert wanted
    given: list[Any] = [one.topic_arn for one in wanted.notify if one.topic_arn]
    if not wanted.subscribers:
        return given
    topic = sns.Topic(TOPIC, KmsMasterKeyId=wanted.key_arn or _key(plan, wanted, sheet), Tags=sheet.tags(TOPIC))
    sheet.add(topic, (*wanted.at, "notify"))
    policy = sns.TopicPolicy(f"{TOPIC}Policy", Topics=[Ref(topic)], PolicyDocument=_may_publish(wanted))
    sheet.add(policy, (*wanted.at, "notify"))
    _say(plan, wanted, sheet)
    for one in wanted.subscribers:
        sheet.add(_slack(one, plan, sheet) if one.slack else _subscription(one), one.at)
    return [Ref(topic), *given]


def _say(plan: Plan, wanted: Observability, sheet: Sheet) -> None:
    asks = plan.blueprint.pipeline and plan.blueprint.pipeline.approval
    say = sheet.export if asks else sheet.output
    say("AlarmTopicArn", Ref(TOPIC), "The topic that alarms are told to.")
    if asks and not wanted.key_arn:
        sheet.export("AlarmKeyArn", GetAtt(KEY, "Arn"), "The key that the topic is encrypted with.")


def _key(plan: Plan, wanted: Observability, sheet: Sheet) -> GetAtt:
    """A key of its own: the policy of alias/aws/sns cannot be told to let alarms use it."""
    key = keys.key(KEY, f"Alarms of the platform {plan.name}", _may_encrypt(wanted), sheet.tags(KEY))
    sheet.add(key, (*wanted.at, "notify"))
    return GetAtt(key, "Arn")


def _may_encrypt(wanted: Observability) -> list[Statement]:
    return [
        Statement(
            Sid=f"{sid}EncryptWithTheKey",
            Effect=Allow,
            Principal=Principal("Service", [service]),
            Action=iam.actions("kms:Decrypt", "kms:GenerateDataKey"),
            Resource=["*"],
            **({"Condition": where} if where else {}),
        )
        for sid, service, where in _publishers(wanted)
    ]


def _publishers(wanted: Observability) -> list[tuple[str, str, Condition | None]]:
    """Who publishes: a Sid, the service, and the condition under which it may."""
    here = Condition(StringEquals({"aws:SourceAccount": AccountId}))
    found: list[tuple[str, str, Condition | None]] = [("Alarms", ALARMS, here)]
    if wanted.prometheus:
        found.append(("Prometheus", PROMETHEUS, here))
    # Without a condition, since EventBridge sends nothing to look at.
    return [*found, ("Events", EVENTS, None)] if wanted.by_events else found


def _may_publish(wanted: Observability) -> PolicyDocument:
    """The services may publish, and nobody without TLS."""
    publish = [
        Statement(
            Sid=f"{sid}Publish",
            Effect=Allow,
            Principal=Principal("Service", [service]),
            Action=iam.actions("sns:Publish", *(("sns:GetTopicAttributes",) if service == PROMETHEUS else ())),
            Resource=[Ref(TOPIC)],
            **({"Condition": _from(service)} if where else {}),
        )
        for sid, service, where in _publishers(wanted)
    ]
    encrypted = Statement(
        Sid="NothingGoesWithoutTls",
        Effect=Deny,
        Principal=Principal("*"),
        Action=iam.actions("sns:Publish"),
        Resource=[Ref(TOPIC)],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )
    return PolicyDocument(Version=iam.VERSION, Statement=[*publish, encrypted])


def _from(service: str) -> Condition:
    """Nobody else's alarms, and no other workspace's alerts."""
    source = GetAtt("PrometheusWorkspace", "Arn") if service == PROMETHEUS else iam.arn("cloudwatch:alarm:*")
    return Condition([StringEquals({"aws:SourceAccount": AccountId}), ArnLike({"aws:SourceArn": source})])


def _subscription(one: Recipient) -> sns.SubscriptionResource:
    address = str(one.email or one.https)
    title = logical_id(address.removeprefix("https://"), "Subscription")
    return sns.SubscriptionResource(
        title, TopicArn=Ref(TOPIC), Protocol="email" if one.email else "https", Endpoint=address
    )


def _slack(one: Recipient, plan: Plan, sheet: Sheet) -> chatbot.SlackChannelConfiguration:
    """The channel, with a role that can look at alarms and draw their metrics."""
    assert one.slack
    title = logical_id("slack", one.slack.channel_id)
    role = iam.role(
        f"{title}Role",
        iam.trusts("chatbot.amazonaws.com", where=Condition(StringEquals({"aws:SourceAccount": AccountId}))),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags(f"{title}Role"),
        statements=[
            iam.allow_anywhere("cloudwatch:GetMetricData", "cloudwatch:GetMetricWidgetImage"),
            iam.allow(
                "cloudwatch:DescribeAlarms",
                on=[iam.arn("cloudwatch:alarm:*")],
                sid="LookAtAlarms",
            ),
        ],
        policy_name="ShowAlarms",
    )
    sheet.add(role, one.at)
    return chatbot.SlackChannelConfiguration(
        f"{title}Channel",
        ConfigurationName=f"{plan.name}-{one.slack.channel_id}",
        SlackWorkspaceId=one.slack.workspace_id,
        SlackChannelId=one.slack.channel_id,
        IamRoleArn=GetAtt(role, "Arn"),
        GuardrailPolicies=[iam.managed(GUARD)],
        LoggingLevel="ERROR",
        SnsTopicArns=[Ref(TOPIC)],
        Tags=sheet.tags(f"{title}Channel"),
    )
