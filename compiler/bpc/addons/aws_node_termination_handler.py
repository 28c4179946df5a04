"""The AWS Node Termination Handler in queue mode, as manifests.

Sources: aws/aws-node-termination-handler v1.25.6 (README, CloudFormation template, chart, source); Amazon EventBridge
User Guide, Permissions for Amazon SQS; Amazon SQS Developer Guide, Encryption at rest with SSE-SQS. The README names
Kubernetes 1.29 to 1.32 as tested, and has no newer release; what it calls (nodes, pods, evictions, apps/v1) is the
same in later versions, so there bpc only says so.

Manifests hold no account number, so it is told its queue's name and not its URL. That is enough: it hands on what it
is told, its AWS SDK (aws-sdk-go v1.55.4) sends that unchanged to the Region's endpoint, and SQS takes a name for a
queue of the caller's own account (AWS SDK for JavaScript, "using queue names", aws-sdk-js-v3 pull request 6337). The
Region comes by AWS_REGION, because it would otherwise be read out of the URL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Context, Manifest
from bpc.kit import k8s

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import AWSObject

NAME = "aws-node-termination-handler"
SYSTEM = "kube-system"
IMAGE = "public.ecr.aws/aws-ec2/aws-node-termination-handler:v1.25.6"
TAG = "aws-node-termination-handler/managed"
QUEUE = "NodeTerminationHandlerQueue"

# What it may listen to, and the logical ID of the event's rule.
EVENTS = {
    "instance-state-change": "NodeTerminationHandlerInstanceStateChangeRule",
    "instance-termination": "NodeTerminationHandlerInstanceTerminationRule",
    "rebalance-recommendation": "NodeTerminationHandlerRebalanceRecommendationRule",
    "scheduled-change": "NodeTerminationHandlerScheduledChangeRule",
    "spot-interruption": "NodeTerminationHandlerSpotInterruptionRule",
}


class AwsNodeTerminationHandler(AddOn):
    """Drains nodes that EC2 will take away; managed node groups need it only for EC2's scheduled maintenance."""

    name = NAME
    in_auto_mode = True
    service_account = NAME
    sources = ("manifests",)
    registry = "public.ecr.aws"
    requires = ("eks-pod-identity-agent",)
    endpoints = ("autoscaling", "ec2", "sqs")
    waits_for = ("Deployment/aws-node-termination-handler",)
    pod_security = "restricted"
    kubernetes = ("1.29", "1.32")
    node_tags: ClassVar[Mapping[str, str]] = {TAG: ""}
    options: ClassVar[Mapping[str, Any]] = {
        "events": {
            "description": "What it reacts to. On instance-termination and rebalance-recommendation a managed node "
            "group drains by itself, and waits for the new node first; a self-managed one needs instance-termination.",
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": list(EVENTS)},
            "default": ["instance-state-change", "scheduled-change", "spot-interruption"],
            "examples": [["scheduled-change"]],
            "x-cloudformation": "AWS::Events::Rule",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from troposphere import GetAtt

        from bpc.kit import iam

        statements = [
            iam.allow("sqs:DeleteMessage", "sqs:ReceiveMessage", on=[GetAtt(QUEUE, "Arn")]),
            iam.allow_anywhere("ec2:DescribeInstances"),
        ]
        if "instance-termination" in context.options["events"]:
            own = iam.when_equal({"aws:ResourceTag/eks:cluster-name": context.cluster})
            groups = iam.arn("autoscaling:autoScalingGroup:*:autoScalingGroupName/*")
            statements.append(iam.allow("autoscaling:CompleteLifecycleAction", on=[groups], where=own))
            if context.self_managed:
                owned = iam.when_equal({f"aws:ResourceTag/kubernetes.io/cluster/{context.cluster}": "owned"})
                statements.append(iam.allow("autoscaling:CompleteLifecycleAction", on=[groups], where=owned))
        return statements

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        from bpc.kit import event_queue, machine_events

        about = f"Tells the node termination handler of {context.cluster} of every"
        heard = [
            event_queue.Event(title, f"{about} {event}", machine_events.PATTERNS[event])
            for event, title in EVENTS.items()
            if event in context.options["events"]
        ]
        return event_queue.resources(QUEUE, queue_name(context.cluster), heard)

    @classmethod
    def manifests(cls, context: Context) -> Sequence[Manifest]:
        return [
            k8s.service_account(NAME, SYSTEM),
            k8s.cluster_role(NAME, NAME, _drain()),
            k8s.cluster_role_binding(NAME, NAME, SYSTEM, NAME),
            k8s.deployment(NAME, SYSTEM, _container(context)),
        ]


def queue_name(cluster: str) -> str:
    """A name that IAM, EventBridge and the pod agree on; SQS allows 80 characters."""
    return f"{cluster}-node-termination"


def _drain() -> list[Manifest]:
    """To cordon, taint and drain nodes."""
    return [
        k8s.rule("get list patch update", "nodes"),
        k8s.rule("get list", "pods"),
        k8s.rule("create", "pods/eviction"),
        k8s.rule("get", "daemonsets", group="apps"),
    ]


def _container(context: Context) -> k8s.Container:
    settings = {
        "AWS_REGION": context.region,
        "CHECK_TAG_BEFORE_DRAINING": "true",
        # Events come for all of the account; those of other clusters' nodes are put away, not tried again.
        "DELETE_SQS_MSG_IF_NODE_NOT_FOUND": "true",
        "ENABLE_PROBES_SERVER": "true",
        "ENABLE_SQS_TERMINATION_DRAINING": "true",
        "MANAGED_TAG": TAG,
        "QUEUE_URL": queue_name(context.cluster),
        # A node's name need not be the private DNS name of its instance.
        "USE_PROVIDER_ID": "true",
    }
    return k8s.Container(
        image=IMAGE,
        user=1000,
        port=8080,
        port_name="probes",
        cpu="50m",
        memory="128Mi",
        liveness=k8s.Probe("/healthz"),
        env=[
            k8s.field("NODE_NAME", "spec.nodeName"),
            k8s.field("POD_NAME", "metadata.name"),
            k8s.field("NAMESPACE", "metadata.namespace"),
            *(k8s.value(name, text) for name, text in settings.items()),
        ],
    )
