"""What the AWS Load Balancer Controller may do.

Source: AWS Load Balancer Controller v3, installation, IAM permissions. What it makes carries the tag
`elbv2.k8s.aws/cluster`, and with few exceptions it changes only what carries it. `controller` is for any cluster, for
a role whose cluster nobody knows; `of_cluster` holds it to one (Service Authorization Reference, Elastic Load
Balancing V2: each of these actions can be narrowed by the tags of what it changes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    "elasticloadbalancing:SetWebAcl",
)  # fmt: skip
CHANGED = (
    "DeleteLoadBalancer", "DeleteTargetGroup", "ModifyCapacityReservation", "ModifyIpPools",
    "ModifyListenerAttributes", "ModifyLoadBalancerAttributes", "ModifyTargetGroup", "ModifyTargetGroupAttributes",
    "SetIpAddressType", "SetSecurityGroups", "SetSubnets",
)  # fmt: skip
LISTENING = (
    "AddListenerCertificates", "CreateListener", "CreateRule", "DeleteListener", "DeleteRule", "ModifyListener",
    "ModifyRule", "RemoveListenerCertificates", "SetRulePriorities",
)  # fmt: skip


def controller() -> Sequence[Statement]:
    """Everything that it asks for, for every kind of load balancer."""
    return [*_reading(), *_security_groups(), *_load_balancers()]


def of_cluster(cluster: str, vpc: Sequence[Statement], integrations: Sequence[str]) -> Sequence[Statement]:
    """What the controller of one cluster may do, `vpc` being where it may make security groups."""
    also = [one for name in integrations for one in _integration(name, cluster)]
    return [*_looking(), *_groups_of(cluster, vpc), *_balancers_of(cluster), *also]


def _looking() -> list[Statement]:
    from troposphere import Sub

    seen = [one for one in SEEN if one.partition(":")[0] in ("acm", "ec2", "elasticloadbalancing")]
    role = "role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing*"
    service = iam.when_equal({"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"})
    arn = Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{role}")
    return [
        iam.allow(*seen, on=["*"], sid="ReadsWhatIngressesName"),
        iam.allow("iam:CreateServiceLinkedRole", on=[arn], where=service),
    ]


def _groups_of(cluster: str, vpc: Sequence[Statement]) -> list[Statement]:
    groups = [iam.arn("ec2:security-group/*")]
    rules = ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress")
    new, own = _is("aws:RequestTag", cluster), _is("aws:ResourceTag", cluster)
    born = iam.when_equal({"ec2:CreateAction": "CreateSecurityGroup", f"aws:RequestTag/{MARK}": cluster})
    # EKS puts this tag on the security group that the nodes have; the load balancers have to reach them.
    nodes = Condition(Null({f"aws:ResourceTag/kubernetes.io/cluster/{cluster}": "false"}))
    return [
        iam.allow(*rules, "ec2:DeleteSecurityGroup", on=groups, where=own),
        iam.allow(*rules, on=groups, where=nodes),
        iam.allow("ec2:CreateSecurityGroup", on=groups, where=new),
        *vpc,
        iam.allow("ec2:CreateTags", on=groups, where=born),
        iam.allow("ec2:CreateTags", "ec2:DeleteTags", on=groups, where=_kept_of(cluster)),
    ]


def _balancers_of(cluster: str) -> list[Statement]:
    made = [_arn("loadbalancer/app/*/*"), _arn("loadbalancer/net/*/*"), _arn("targetgroup/*/*")]
    inside = [_arn(f"{what}/{kind}/*/*/*") for what in ("listener", "listener-rule") for kind in ("app", "net")]
    new, own = _is("aws:RequestTag", cluster), _is("aws:ResourceTag", cluster)
    by = ["CreateListener", "CreateLoadBalancer", "CreateRule", "CreateTargetGroup"]
    born = iam.when_equal({"elasticloadbalancing:CreateAction": by, f"aws:RequestTag/{MARK}": cluster})
    changed = (*CHANGED, *LISTENING, "DeregisterTargets", "RegisterTargets")
    return [
        iam.allow(*_actions("CreateLoadBalancer", "CreateTargetGroup"), on=made, where=new),
        iam.allow(*_actions(*changed), on=[*made, *inside], where=own),
        iam.allow(*_actions("AddTags"), on=[*made, *inside], where=born),
        iam.allow(*_actions("AddTags", "RemoveTags"), on=[*made, *inside], where=_kept_of(cluster)),
    ]


def _integration(name: str, cluster: str) -> list[Statement]:
    """What one service more takes, by the word that the blueprint has for it."""
    from troposphere import Sub

    if name == "cognito":
        return [iam.allow("cognito-idp:DescribeUserPoolClient", on=[iam.arn("cognito-idp:userpool/*")])]
    if name == "shield":
        protections = Sub("arn:${AWS::Partition}:shield::${AWS::AccountId}:protection/*")
        change = ("shield:CreateProtection", "shield:DeleteProtection", "shield:DescribeProtection")
        return [
            iam.allow(*change, on=[protections], sid="ProtectionsCarryNoTagOfTheCluster"),
            iam.allow_anywhere("shield:GetSubscriptionState"),
        ]
    # No tag narrows SetWebAcl (AWS WAF Developer Guide, AssociateWebACL: its resource is the load balancer).
    guard = (
        "elasticloadbalancing:SetWebAcl",
        "wafv2:AssociateWebACL",
        "wafv2:DisassociateWebACL",
        "wafv2:GetWebACL",
        "wafv2:GetWebACLForResource",
    )
    acls = [iam.arn("wafv2:regional/webacl/*/*"), _arn("loadbalancer/app/*/*")]
    return [iam.allow(*guard, on=acls, sid="IngressesNameWebAclsThatOthersMade")]


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


def _is(which: str, cluster: str) -> Condition:
    """Only what carries the mark of this cluster, or is about to."""
    return iam.when_equal({f"{which}/{MARK}": cluster})


def _kept_of(cluster: str) -> Condition:
    """Only what carries the mark of this cluster, and other tags than the mark itself."""
    kept: Mapping[str, str] = {f"aws:RequestTag/{MARK}": "true"}
    return Condition([Null(dict(kept)), StringEquals({f"aws:ResourceTag/{MARK}": cluster})])
