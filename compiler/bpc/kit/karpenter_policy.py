"""What Karpenter may do in AWS.

Source: Karpenter v1.14, Reference, CloudFormation (controller authorization): machines, launch templates and volumes
that carry the cluster's tag and that of a NodePool; the role of the nodes, to pass on; the cluster's own address; the
queue; what there is to choose from. Where the nodes have an instance profile that is there already, Karpenter makes
none, and needs none of the permissions to change them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from awacs.aws import Condition, ForAllValuesStringEquals, StringEquals, StringEqualsIfExists, StringLike
from troposphere import GetAtt, Ref, Sub

from bpc.kit import iam

if TYPE_CHECKING:
    from awacs.aws import Statement

POOL = "karpenter.sh/nodepool"
# What it makes for a node, and may tag while it makes it.
MADE = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")
# What a node is made of that others made; it is only read.
USED = ("capacity-reservation", "placement-group", "security-group", "subnet")
SEEN = (
    "CapacityReservations", "Images", "InstanceStatus", "InstanceTypeOfferings", "InstanceTypes", "Instances",
    "LaunchTemplates", "PlacementGroups", "SecurityGroups", "SpotPriceHistory", "Subnets",
)  # fmt: skip


def machines(cluster: str) -> list[Statement]:
    """Instances with all that belongs to them, of this cluster's NodePools."""
    start = ("ec2:CreateFleet", "ec2:RunInstances")
    images = [Sub(f"arn:${{AWS::Partition}}:ec2:${{AWS::Region}}::{one}/*") for one in ("image", "snapshot")]
    made = [_any(one) for one in MADE]
    new, own = _tagged("aws:RequestTag", cluster), _tagged("aws:ResourceTag", cluster)
    born = {"ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"]}
    return [
        # Nothing that all of these have would tell this cluster's from another's.
        iam.allow(*start, on=[*images, *map(_any, USED)], where=_here(), sid="StartsNodesFromWhatOthersMade"),
        iam.allow(*start, on=[_any("launch-template")], where=Condition(own)),
        iam.allow(*start, "ec2:CreateLaunchTemplate", on=made, where=Condition(new)),
        iam.allow("ec2:CreateTags", on=made, where=Condition([*_with(new, born)])),
        iam.allow("ec2:CreateTags", on=[_any("instance")], where=Condition([*own, *_names(cluster)])),
        iam.allow(
            "ec2:DeleteLaunchTemplate",
            "ec2:TerminateInstances",
            on=[_any("instance"), _any("launch-template")],
            where=Condition(own),
        ),
    ]


def around(cluster: str, role: str, partition: str) -> list[Statement]:
    """The nodes' role, which it hands to EC2, and the cluster, whose address the nodes are told."""
    known = ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]
    service = iam.ec2(partition)
    to_ec2 = iam.when_equal({"iam:PassedToService": known if service in known else [service]})
    return [
        iam.allow("iam:PassRole", on=[GetAtt(role, "Arn")], where=to_ec2),
        iam.allow("eks:DescribeCluster", on=[iam.arn(f"eks:cluster/{cluster}")]),
    ]


def interruptions(queue: str) -> Statement:
    """The queue that tells it which nodes go."""
    return iam.allow("sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage", on=[GetAtt(queue, "Arn")])


def choice(has_internet: bool, parameters: Sequence[str]) -> list[Statement]:
    """Machines, images and prices to choose from; prices and IAM have no endpoint in a private network."""
    images = Sub("arn:${AWS::Partition}:ssm:${AWS::Region}::parameter/aws/service/*")
    profiles = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:instance-profile/*")
    outside = [
        iam.allow("iam:GetInstanceProfile", on=[profiles]),
        iam.allow_anywhere("iam:ListInstanceProfiles", "pricing:GetProducts"),
    ]
    return [
        iam.allow(*(f"ec2:Describe{one}" for one in SEEN), on=["*"], where=_here()),
        iam.allow("ssm:GetParameter", on=[images, *(iam.arn(f"ssm:parameter{one}") for one in parameters)]),
        *(outside if has_internet else []),
    ]


def zonal_shift(cluster: str) -> Statement:
    """Whether a zone is shifted away from."""
    this = iam.when_equal({"arc-zonal-shift:ResourceIdentifier": iam.arn(f"eks:cluster/{cluster}")})
    return iam.allow("arc-zonal-shift:GetManagedResource", on=["*"], where=this)


def _here() -> Condition:
    return iam.when_equal({"aws:RequestedRegion": Ref("AWS::Region")})


def _any(resource: str) -> Any:
    """Any of the Region's, whoever shares it."""
    return Sub(f"arn:${{AWS::Partition}}:ec2:${{AWS::Region}}:*:{resource}/*")


def _tagged(which: str, cluster: str) -> list[Any]:
    """Only what carries the tags of the cluster and of a NodePool, or is about to."""
    own = {f"{which}/kubernetes.io/cluster/{cluster}": "owned"}
    named = {f"{which}/eks:eks-cluster-name": cluster} if which == "aws:RequestTag" else {}
    return [StringEquals(own | named), StringLike({f"{which}/{POOL}": "*"})]


def _with(conditions: Sequence[Any], more: dict[str, Any]) -> list[Any]:
    equal, *others = conditions
    return [StringEquals(equal.get_dict() | more), *others]


def _names(cluster: str) -> list[Any]:
    """What it adds to an instance once it is a node."""
    keys = ["Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim"]
    return [
        StringEqualsIfExists({"aws:RequestTag/eks:eks-cluster-name": cluster}),
        ForAllValuesStringEquals({"aws:TagKeys": keys}),
    ]
