"""Karpenter, as its two charts: the custom resources, and the controller.

Sources: Karpenter v1.14, Getting started (cloudformation.yaml, Private clusters), Reference: CloudFormation and
Settings, Concepts: NodeClasses and Disruption, Upgrade guide (the chart karpenter-crd); Amazon EKS best practices,
Karpenter (it runs on nodes that are not its own); Amazon EKS User Guide, Access entries.

The nodes' role and instance profile are made here and not by Karpenter: it then needs no right to change IAM, deleting
the stack leaves nothing behind, and a private network needs no way to IAM, which has no endpoint. The profile has a
name of its own, because an EC2NodeClass has to say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context, Manifest
from bpc.kit import karpenter_classes, karpenter_pools

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import AWSObject

REPOSITORY, VERSION = "oci://public.ecr.aws/karpenter", "1.14.1"
QUEUE, ROLE = "KarpenterInterruptionQueue", "KarpenterNodeRole"
# What a node may hear of its end by, and the logical ID of the event's rule.
EVENTS = {
    "capacity-reservation-interruption": "KarpenterCapacityReservationRule",
    "health": "KarpenterHealthRule",
    "instance-state-change": "KarpenterInstanceStateChangeRule",
    "rebalance-recommendation": "KarpenterRebalanceRule",
    "spot-interruption": "KarpenterSpotInterruptionRule",
}


class Karpenter(AddOn):
    """Starts the machines that pods wait for, of many types, and takes them away when fewer would do."""

    name = "karpenter"
    in_auto_mode = True
    service_account = "karpenter"
    sources = ("chart",)
    charts = (Chart(REPOSITORY, "karpenter-crd", VERSION), Chart(REPOSITORY, "karpenter", VERSION, crds=False))
    registry = "public.ecr.aws"
    images = (
        "public.ecr.aws/karpenter/controller:1.14.1"
        "@sha256:723130949e4cab989461ff07d1be4cd781d63515432494641b33c235f300ae23",
    )
    crds = (
        "capacitybuffers.autoscaling.x-k8s.io",
        "ec2nodeclasses.karpenter.k8s.aws",
        "nodeclaims.karpenter.sh",
        "nodeoverlays.karpenter.sh",
        "nodepools.karpenter.sh",
    )
    waits_for = ("Deployment/karpenter",)
    pod_security = "restricted"
    kubernetes = ("1.30", "1.36")
    conflicts = ("aws-node-termination-handler", "cluster-autoscaler")
    requires = ("eks-pod-identity-agent",)
    endpoints = ("ec2", "eks", "sqs", "ssm")
    leaves = ("the nodes that Karpenter started", "kubectl delete nodepools.karpenter.sh --all")
    subnet_tag = "karpenter.sh/discovery"
    options: ClassVar[Mapping[str, Any]] = {
        "nodePools": karpenter_pools.node_pools(),
        "nodeClasses": karpenter_classes.node_classes(),
        "interruptionQueue": {
            "description": "A queue that tells it of nodes that EC2 takes away, so that it drains them before.",
            "type": "boolean",
            "default": True,
            "x-cloudformation": "AWS::SQS::Queue, and AWS::Events::Rule",
        },
        "instanceProfile": {
            "description": "The name of the instance profile of its nodes, which is made here.",
            "type": "string",
            "pattern": "^[A-Za-z0-9+=,.@_-]{1,128}$",
            "x-default": "the platform's name, the Region and karpenter-node",
            "examples": ["shop-nodes"],
            "x-cloudformation": "AWS::IAM::InstanceProfile.InstanceProfileName",
        },
        "ssm": {
            "description": "Sessions on its nodes through Systems Manager.",
            "type": "boolean",
            "default": False,
            "x-cloudformation": "AWS::IAM::Role.ManagedPolicyArns",
        },
        "zonalShift": {
            "description": "true: no new nodes in a zone that the cluster is shifted away from.",
            "type": "boolean",
            "default": False,
            "x-cloudformation": "AWS::IAM::Role.Policies, and settings.enableZonalShift of the Helm chart",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import iam, karpenter_objects, karpenter_policy

        cluster, options = context.cluster, context.options
        classes = options["nodeClasses"]
        keys, parameters = karpenter_objects.keys(classes), karpenter_objects.parameters(classes)
        return [
            *karpenter_policy.machines(cluster),
            *karpenter_policy.around(cluster, ROLE, context.partition),
            *karpenter_policy.choice(context.has_internet, parameters),
            *([karpenter_policy.interruptions(QUEUE)] if options["interruptionQueue"] else []),
            *([karpenter_policy.zonal_shift(cluster)] if options["zonalShift"] else []),
            *(iam.encrypts_volumes(keys) if keys else []),
        ]

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        from bpc.kit import event_queue, machine_events

        heard = []
        for event, title in EVENTS.items():
            pattern = machine_events.PATTERNS[event]
            about = f"Tells Karpenter of {context.cluster}: {pattern['detail-type'][0]}"
            heard.append(event_queue.Event(title, about, pattern))
        queue = (
            event_queue.resources(QUEUE, _queue_name(context), heard) if context.options["interruptionQueue"] else []
        )
        return [*_nodes(context), *queue]

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        if chart != "karpenter":
            return {}
        settings: dict[str, Any] = {"clusterName": context.cluster, "isolatedVPC": not context.has_internet}
        if context.options["interruptionQueue"]:
            settings["interruptionQueue"] = _queue_name(context)
        if context.options["zonalShift"]:
            settings["enableZonalShift"] = True
        # Two of them never share a node, and one node may be all that there is before it starts others.
        fewer = {"replicas": 1} if context.has_nodes and context.nodes == 1 else {}
        return {"settings": settings, "serviceAccount": cls.account(context), **fewer}

    @classmethod
    def wanted_charts(cls, options: Mapping[str, Any]) -> tuple[Chart, ...]:
        return tuple(one.replace(version=options.get("version", one.version)) for one in cls.charts)

    @classmethod
    def custom_resources(cls, context: Context) -> Sequence[Manifest]:
        from bpc.kit import karpenter_objects as objects

        classes, profile = context.options["nodeClasses"], _profile(context)
        where = (context.cluster, context.discovery, profile, context.tags, context.proxy)
        made = [objects.node_class(one, *where) for one in classes]
        return [*made, *(objects.node_pool(one, classes) for one in context.options["nodePools"])]

    @classmethod
    def contradictions(cls, context: Context) -> Iterable[tuple[tuple[str | int, ...], str]]:
        from bpc.kit import karpenter_checks

        if context.bare:
            yield (), "karpenter starts no node to run on itself: there has to be a node group or a Fargate profile"
        yield from karpenter_checks.found(context.options, context.discovery)


def _queue_name(context: Context) -> str:
    return f"{context.cluster}-karpenter"


def _profile(context: Context) -> str:
    """IAM has one such name in all Regions."""
    return str(context.options.get("instanceProfile") or f"{context.cluster}-{context.region}-karpenter-node")


def _nodes(context: Context) -> list[AWSObject]:
    """Who its nodes are: a role, an instance profile, and the way into the cluster."""
    from troposphere import GetAtt, Ref, Tags, eks
    from troposphere.iam import InstanceProfile

    from bpc.kit import iam

    policies = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"]
    policies += [iam.SESSION_POLICY] if context.options["ssm"] else []
    role = iam.role(ROLE, iam.trusts(iam.ec2(context.partition)), boundary=None, tags=Tags(), managed_policies=policies)
    entry = eks.AccessEntry(
        "KarpenterNodeAccess",
        ClusterName=context.cluster,
        PrincipalArn=GetAtt(role, "Arn"),
        Type="EC2_LINUX",
        Tags=Tags(),
    )
    profile = InstanceProfile("KarpenterInstanceProfile", InstanceProfileName=_profile(context), Roles=[Ref(role)])
    return [role, profile, entry]
