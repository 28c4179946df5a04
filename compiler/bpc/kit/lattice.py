"""What the AWS Gateway API Controller of one cluster may do.

Sources: AWS Gateway API Controller v2.1, recommended inline policy, narrowed to what it calls; Service Authorization
Reference, Amazon VPC Lattice. Whatever it makes carries the tag `application-networking.k8s.aws/ManagedBy`, whose
value is the account, the cluster and the VPC; what carries another cluster's is not its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from awacs.aws import Condition, Null, StringLike
from troposphere import Ref, Sub

from bpc.kit import iam

if TYPE_CHECKING:
    from awacs.aws import Statement

MARK = "application-networking.k8s.aws/ManagedBy"
MADE = (
    "Listener", "Rule", "Service", "ServiceNetwork", "ServiceNetworkServiceAssociation",
    "ServiceNetworkVpcAssociation", "TargetGroup",
)  # fmt: skip
CHANGED = ("Listener", "Rule", "Service", "ServiceNetwork", "ServiceNetworkVpcAssociation", "TargetGroup")
LISTED = (
    "ListListeners", "ListRules", "ListServiceNetworkServiceAssociations", "ListServiceNetworkVpcAssociations",
    "ListServiceNetworks", "ListServices", "ListTagsForResource", "ListTargetGroups",
)  # fmt: skip

_BORN = Null({"vpc-lattice:CreateAction": "false"})


def of_cluster(cluster: str) -> Sequence[Statement]:
    """What it reads anywhere, and changes where the tag names the cluster."""
    here = [iam.arn("vpc-lattice:*")]
    # Networks may be another account's that shares them.
    seen = [*here, Sub("arn:${AWS::Partition}:vpc-lattice:${AWS::Region}:*:servicenetwork/*")]
    own, new = (_marked(f"aws:{which}Tag/{MARK}", cluster) for which in ("Resource", "Request"))
    tags = ("vpc-lattice:TagResource", "vpc-lattice:UntagResource")
    return [
        iam.allow(*_each("Create", MADE), on=seen, where=Condition(new)),
        iam.allow(tags[0], on=here, where=Condition([new, _BORN])),
        iam.allow(*_each("Delete", MADE), *_each("Update", CHANGED), *tags, on=here, where=Condition(own)),
        iam.allow(*_each("Get", MADE), "vpc-lattice:ListTargets", on=seen),
        *_without_tags(),
        # VPC Lattice looks at the VPC and its groups in the name of who makes a target group or an association.
        iam.allow_anywhere(
            "acm:ListCertificates",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            *(f"vpc-lattice:{one}" for one in LISTED),
        ),
        _service_role(),
    ]


def _without_tags() -> list[Statement]:
    """Of these the reference knows no tag of what they change."""
    mine = iam.when_equal({"aws:ResourceAccount": Ref("AWS::AccountId")})
    targets = [f"vpc-lattice:{one}" for one in ("DeregisterTargets", "RegisterTargets")]
    policies = [f"vpc-lattice:{one}" for one in ("DeleteAuthPolicy", "GetAuthPolicy", "PutAuthPolicy")]
    groups = [iam.arn("vpc-lattice:targetgroup/*")]
    guarded = [iam.arn("vpc-lattice:service/*"), iam.arn("vpc-lattice:servicenetwork/*")]
    return [
        iam.allow(*targets, on=groups, where=mine, sid="TargetsAreNotSeenByTag"),
        iam.allow(*policies, on=guarded, where=mine, sid="PoliciesAreNotSeenByTag"),
    ]


def _service_role() -> Statement:
    """The first service network with a VPC in it makes the service-linked role."""
    role = "role/aws-service-role/vpc-lattice.amazonaws.com/AWSServiceRoleForVpcLattice"
    arn = Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{role}")
    service = iam.when_equal({"iam:AWSServiceName": "vpc-lattice.amazonaws.com"})
    return iam.allow("iam:CreateServiceLinkedRole", on=[arn], where=service)


def _marked(key: str, cluster: str) -> Any:
    return StringLike({key: Sub(f"${{AWS::AccountId}}/{cluster}/*")})


def _each(verb: str, kinds: Sequence[str]) -> list[str]:
    return [f"vpc-lattice:{verb}{kind}" for kind in kinds]
