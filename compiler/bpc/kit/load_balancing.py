"""What the AWS Load Balancer Controller may do.

Source: AWS Load Balancer Controller v3, installation, IAM permissions. What it makes carries the tag
`elbv2.k8s.aws/cluster`, and with few exceptions it changes only what carries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from awacs.aws import Condition, Null, StringEquals

from bpc.kit import iam

if TYPE_CHECKING:
    from awacs.aws import Statement

MARK = "elbv2.k8s.aws/cluster"
SEEN = (
    "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAvailabilityZones", "ec2:DescribeCoipPools",
    "ec2:DescribeInstances", "ec2:DescribeInternetGateways", "ec2:DescribeIpamPools", "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags",
    "ec2:DescribeVpcPeeringConnections", "ec2:DescribeVpcs", "ec2:GetCoipPoolUsage", "ec2:GetSecurityGroupsForVpc",
    "elasticloadbalancing:DescribeCapacityReservation", "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeListenerCertificates", "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeSSLPolicies",
    "elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
    "elasticloadbalancing:DescribeTrustStores", "acm:DescribeCertificate", "acm:ListCertificates",
    "cognito-idp:DescribeUserPoolClient", "iam:GetServerCertificate", "iam:ListServerCertificates",
    "shield:DescribeProtection", "shield:GetSubscriptionState", "waf-regional:GetWebACL",
    "waf-regional:GetWebACLForResource", "wafv2:GetWebACL", "wafv2:GetWebACLForResource",
)  # fmt: skip
GUARDED = (
    "shield:CreateProtection", "shield:DeleteProtection", "waf-regional:AssociateWebACL",
    "waf-regional:DisassociateWebACL", "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL",
)  # fmt: skip
CHANGED = (
    "DeleteLoadBalancer", "DeleteTargetGroup", "ModifyCapacityReservation", "ModifyIpPools",
    "ModifyListenerAttributes", "ModifyLoadBalancerAttributes", "ModifyTargetGroup", "ModifyTargetGroupAttributes",
    "SetIpAddressType", "SetSecurityGroups", "SetSubnets",
)  # fmt: skip
LISTENING = (
    "AddListenerCertificates", "CreateListener", "CreateRule", "DeleteListener", "DeleteRule", "ModifyListener",
    "ModifyRule", "RemoveListenerCertificates", "SetRulePriorities", "SetWebAcl",
)  # fmt: skip


def controller() -> Sequence[Statement]:
    """Everything that it asks for, for every kind of load balancer."""
    return [*_reading(), *_security_groups(), *_load_balancers()]


def _reading() -> list[Statement]:
    service = iam.when_equal({"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"})
    return [
        iam.allow(*SEEN, on=["*"], sid="ReadsWhatIngressesName"),
        iam.allow(*GUARDED, on=["*"], sid="ProtectsItsLoadBalancersWithAnyWebAcl"),
        iam.allow("iam:CreateServiceLinkedRole", on=["*"], where=service),
    ]


def _security_groups() -> list[Statement]:
    groups = iam.arn("ec2:security-group/*")
    created = iam.when_equal({"ec2:CreateAction": "CreateSecurityGroup"})
    return [
        # Of nodes too, which it lets the load balancers reach.
        iam.allow("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress", on=[groups]),
        iam.allow("ec2:CreateSecurityGroup", on=[groups, iam.arn("ec2:vpc/*")]),
        iam.allow("ec2:CreateTags", on=[groups], where=created),
        iam.allow("ec2:CreateTags", "ec2:DeleteTags", on=[groups], where=_kept()),
        iam.allow("ec2:DeleteSecurityGroup", on=[groups], where=_marked("aws:ResourceTag")),
    ]


def _load_balancers() -> list[Statement]:
    made = [_arn("loadbalancer/app/*/*"), _arn("loadbalancer/net/*/*"), _arn("targetgroup/*/*")]
    inside = [_arn(f"{what}/{kind}/*/*/*") for what in ("listener", "listener-rule") for kind in ("app", "net")]
    tags = _actions("AddTags", "RemoveTags")
    born = {"elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"]}
    new = Condition([StringEquals(born), Null({f"aws:RequestTag/{MARK}": "false"})])
    return [
        iam.allow(*_actions("CreateLoadBalancer", "CreateTargetGroup"), on=["*"], where=_marked("aws:RequestTag")),
        iam.allow(*_actions(*CHANGED), on=["*"], where=_marked("aws:ResourceTag")),
        iam.allow(*_actions(*LISTENING), on=[*made[:2], *inside]),
        iam.allow(*_actions("DeregisterTargets", "RegisterTargets"), on=made[2:]),
        iam.allow("elasticloadbalancing:AddTags", on=made, where=new),
        iam.allow(*tags, on=made, where=_kept()),
        iam.allow(*tags, on=inside),
    ]


def _actions(*names: str) -> list[str]:
    return [f"elasticloadbalancing:{name}" for name in names]


def _arn(resource: str) -> Any:
    return iam.arn(f"elasticloadbalancing:{resource}")


def _marked(which: str) -> Condition:
    """Only what carries the mark, or is about to."""
    return Condition(Null({f"{which}/{MARK}": "false"}))


def _kept() -> Condition:
    """Only what carries the mark, and other tags than the mark itself."""
    return Condition(Null({f"aws:RequestTag/{MARK}": "true", f"aws:ResourceTag/{MARK}": "false"}))
