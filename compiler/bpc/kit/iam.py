"""IAM documents: statements, who may assume a role, and roles that carry the permissions boundary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from awacs.aws import (
    Action,
    Allow,
    ArnEquals,
    ArnLike,
    Bool,
    Condition,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringLike,
)
from troposphere import Ref, Sub, encode_to_dict
from troposphere.iam import Policy, Role

VERSION = "2012-10-17"
# What a host needs to be reached by Session Manager (AWS Systems Manager User Guide, instance permissions).
SESSION_POLICY = "AmazonSSMManagedInstanceCore"


def actions(*names: str) -> list[Action]:
    """`autoscaling:DescribeTags` and the like."""
    return [Action(*name.split(":", 1)) for name in names]


def allow(*names: str, on: Sequence[Any], where: Condition | None = None, sid: str = "") -> Statement:
    """A statement that allows actions on resources, under a condition where one is given."""
    named, narrowed = {"Sid": sid} if sid else {}, {"Condition": where} if where else {}
    return Statement(**named, Effect=Allow, Action=actions(*names), Resource=list(on), **narrowed)


def allow_anywhere(*names: str) -> Statement:
    """A statement for actions that IAM cannot narrow to a resource; the Sid takes the reason into the template."""
    return allow(*names, on=["*"], sid="TheseActionsTakeNoResource")


def encrypts_volumes(keys: Sequence[str]) -> list[Statement]:
    """Whoever makes EBS volumes with KMS keys (Amazon EBS User Guide, Requirements for Amazon EBS encryption)."""
    for_ebs = Condition(Bool({"kms:GrantIsForAWSResource": "true"}))
    use = (
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    )
    return [
        allow("kms:CreateGrant", on=keys, where=for_ebs, sid="LetEbsUseTheKeys"),
        allow(*use, on=keys, sid="EncryptVolumes"),
    ]


def when_equal(values: Mapping[str, Any]) -> Condition:
    """The condition that every one of the keys has just this value."""
    return Condition(StringEquals(dict(values)))


def when_tagged(key: str) -> Condition:
    """The condition that there is such a tag, whatever it says."""
    return Condition(StringLike({key: "*"}))


def arn(partition_path: str) -> Sub:
    """An ARN in whatever partition, Region and account the stack is in: `arn("eks:cluster/x")`."""
    service, _, resource = partition_path.partition(":")
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")


def root() -> Sub:
    """The account that the stack is in, as a principal."""
    return Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")


def managed(path: str) -> Sub:
    """The ARN of an AWS managed policy."""
    return Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{path}")


def ec2(partition: str) -> str:
    """The principal of Amazon EC2, which two of the isolated partitions end as their endpoints (eksctl, partitions)."""
    return {"aws-iso": "ec2.c2s.ic.gov", "aws-iso-b": "ec2.sc2s.sgov.gov"}.get(partition, "ec2.amazonaws.com")


def trusts(service: str, *more: str, where: Condition | None = None) -> PolicyDocument:
    """Who may assume a role: an AWS service, with AssumeRole and `more` actions."""
    statement: dict[str, Any] = {
        "Effect": Allow,
        "Principal": Principal("Service", [service]),
        "Action": actions("sts:AssumeRole", *more),
    }
    return PolicyDocument(Version=VERSION, Statement=[Statement(**statement | ({"Condition": where} if where else {}))])


def trusts_pods(cluster: str, namespace: str, service_account: str, *, tagged: bool = True) -> PolicyDocument:
    """EKS Pod Identity, for one service account of one cluster; without a namespace, for one of that name in any.

    The session tags that the conditions name are set by EKS itself (Amazon EKS User Guide, Create IAM role with
    trust policy required by EKS Pod Identity). Where it sets none, the cluster alone can be named.
    """
    if not tagged:
        home = Condition([StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}), _from(cluster)])
        return trusts("pods.eks.amazonaws.com", where=home)
    tags = {
        "eks-cluster-name": cluster,
        "kubernetes-namespace": namespace,
        "kubernetes-service-account": service_account,
    }
    where = when_equal({f"aws:RequestTag/{key}": value for key, value in tags.items() if value})
    return trusts("pods.eks.amazonaws.com", "sts:TagSession", where=where)


def _from(cluster: str) -> ArnEquals:
    return ArnEquals({"aws:SourceArn": arn(f"eks:cluster/{cluster}")})


def trusts_fargate(cluster: str) -> PolicyDocument:
    """Fargate, for the profiles of one cluster (Amazon EKS User Guide, Pod execution IAM role)."""
    source = {"aws:SourceArn": arn(f"eks:fargateprofile/{cluster}/*")}
    return trusts("eks-fargate-pods.amazonaws.com", where=Condition(ArnLike(source)))


def role(
    title: str,
    trust: PolicyDocument | Sub,
    *,
    boundary: str | None,
    tags: Any,
    managed_policies: Iterable[str] = (),
    policy_arns: Iterable[str] = (),
    statements: Sequence[Statement] = (),
    policy_name: str = "",
    policies: Mapping[str, Any] | None = None,
    name: str | None = None,
    path: str | None = None,
) -> Role:
    """A role, with no name of its own unless it must have one, so that a stack needs only CAPABILITY_IAM.

    `policies` are further documents by their names.
    """
    properties: dict[str, Any] = {"AssumeRolePolicyDocument": trust}
    if path:
        properties["Path"] = path
    if name:
        properties["RoleName"] = name
    if boundary:
        properties["PermissionsBoundary"] = boundary
    paths = dict.fromkeys(managed_policies)
    given = [arn for arn in policy_arns if arn.partition(":iam::aws:policy/")[2] not in paths]
    if arns := [*(managed(path) for path in paths), *given]:
        properties["ManagedPolicyArns"] = arns
    own = {policy_name: document(statements)} if statements else {}
    if every := own | dict(policies or {}):
        properties["Policies"] = [Policy(PolicyName=key, PolicyDocument=value) for key, value in every.items()]
    return Role(title, **properties, Tags=tags)


def plain(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Statements as the template has them."""
    return [encode_to_dict(one) for one in statements]


def document(statements: Sequence[Statement]) -> PolicyDocument:
    """A policy of these statements."""
    return PolicyDocument(Version=VERSION, Statement=list(statements))
