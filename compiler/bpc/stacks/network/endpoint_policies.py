"""Who may go through a VPC endpoint (AWS PrivateLink Guide, Control access to VPC endpoints using endpoint policies).

Such a policy grants nothing; it keeps identities of other accounts from using this network's way to AWS. Some calls
carry no identity of the account, and must go through all the same:

- The layers of images come from ECR's own bucket by links that ECR has signed (Amazon ECR User Guide, Minimum Amazon
  S3 bucket permissions for Amazon ECR).
- The packages of Amazon Linux come unsigned, and those of the Systems Manager agent may (Amazon Linux 2023 User Guide,
  Deterministic upgrades; Systems Manager User Guide, SSM Agent communications with AWS managed S3 buckets).
- A token of a ServiceAccount stands in for a signature at STS. Its role must be in this account.

Roles of other accounts that the blueprint itself gives to its service accounts are let through by their names.

Where there is a way to the internet too, public objects of S3 stay readable: image registries and download sites keep
theirs there, and routes lead to the endpoint whatever lies in S3 in the Region. What is written is the account's alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from awacs.aws import Allow, ArnEquals, Condition, PolicyDocument, Principal, Statement
from troposphere import AccountId, Sub

from bpc import facts
from bpc.kit import iam
from bpc.plan.shapes import Plan

LAYERS = "prod-${AWS::Region}-starport-layer-bucket"
PACKAGES = (
    "al2023-repos-${AWS::Region}-de612dc2",
    "amazonlinux-2-repos-${AWS::Region}",
    "amazon-ssm-${AWS::Region}",
    "amazon-ssm-packages-${AWS::Region}",
    "aws-ssm-${AWS::Region}",
)


def of(service: str, plan: Plan) -> PolicyDocument | None:
    """The policy of a service's endpoint; None for full access, which is what EC2 gives where there is none."""
    prefix = facts.endpoint_policy_prefix(service)
    if plan.blueprint.network.endpoint_policy != "account" or not prefix:
        return None
    ours = iam.when_equal({"aws:PrincipalAccount": AccountId})
    statements = [_allow("IdentitiesOfThisAccount", f"{prefix}:*", "*", Condition=ours)]
    by_token, by_chain = _guests(plan)
    if by_token or by_chain:
        named = Condition(ArnEquals({"aws:PrincipalArn": sorted(by_token | by_chain)}))
        statements.append(_allow("RolesOfTheBlueprint", f"{prefix}:*", "*", Condition=named))
    if service == "s3":
        statements += _objects(plan)
    if service == "sts":
        roles = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*")
        statements.append(_allow("ServiceAccountsOfThisAccount", "sts:AssumeRoleWithWebIdentity", roles))
        if by_token:
            own = sorted(by_token)
            statements.append(_allow("ServiceAccountsOfTheBlueprint", "sts:AssumeRoleWithWebIdentity", *own))
    return PolicyDocument(Version=iam.VERSION, Statement=statements)


def _guests(plan: Plan) -> tuple[set[str], set[str]]:
    """The roles of other accounts: those that a token of a ServiceAccount gets, and those that its own role takes."""
    accounts = [one.account for one in plan.service_accounts]
    tokens = [one.account.role_arn for one in plan.service_accounts if one.identity == "irsa"]
    tokens += [one.given_role for one in plan.addons if one.identity == "irsa"]
    return _foreign(tokens, plan), _foreign([one.target_role_arn for one in accounts], plan)


def _foreign(arns: Iterable[str | None], plan: Plan) -> set[str]:
    return {one for one in arns if one and one.split(":")[4] != plan.blueprint.account}


def _objects(plan: Plan) -> list[Statement]:
    network = plan.blueprint.network
    if network.has_internet or network.existing:
        return [_allow("PublicObjects", "s3:GetObject", "*")]
    return [
        _allow("LayersOfImages", "s3:GetObject", _in_bucket(LAYERS)),
        _allow("PackagesOfAws", "s3:GetObject", *(_in_bucket(one) for one in PACKAGES)),
    ]


def _in_bucket(name: str) -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:s3:::{name}/*")


def _allow(sid: str, action: str, *resources: Any, **more: Any) -> Statement:
    """For everybody: an endpoint policy tells identities apart by conditions, so that it needs no list of roles."""
    actions = iam.actions(action)
    return Statement(Sid=sid, Effect=Allow, Principal=Principal("*"), Action=actions, Resource=[*resources], **more)
