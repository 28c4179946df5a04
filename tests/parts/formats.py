"""The formats that provider schemas name, checked against what exists in the account.

An ID of a subnet, a VPC or a security group must belong to one; an ARN of a role in the account's own number too.
So a security group where a subnet belongs is found even though both are strings.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from functools import cache

from jsonschema import FormatChecker
from moto.ec2.models import ec2_backends
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import iam_backends

from .schemas import Properties, values

_PATTERNS = {
    "AWS::EC2::Image.Id": r"(resolve:ssm:.+|ami-[0-9a-f]{8}([0-9a-f]{9})?)",
    "AWS::EC2::SecurityGroup.Name": r"[ -~]{1,255}",
    "AWS::IAM::Role.Arn": r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+",
    "AWS::KMS::Alias.AliasName": r"alias/[\w/-]+",
    "AWS::KMS::Key.Arn": r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+",
    "AWS::Logs::LogGroup.Name": r"[.\-_/#A-Za-z0-9]{1,512}",
    "AWS::S3::Bucket.Name": r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "AWS::SQS::Queue.Arn": r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w.-]+",
}


# The schemas of EKS leave these as plain strings.
_MEANT = {
    "AWS::EKS::Addon": {
        "ServiceAccountRoleArn": "AWS::IAM::Role.Arn",
        "PodIdentityAssociations/*/RoleArn": "AWS::IAM::Role.Arn",
    },
    "AWS::EKS::Cluster": {
        "RoleArn": "AWS::IAM::Role.Arn",
        "EncryptionConfig/*/Provider/KeyArn": "AWS::KMS::Key.Arn",
        "ResourcesVpcConfig/SecurityGroupIds/*": "AWS::EC2::SecurityGroup.Id",
        "ResourcesVpcConfig/SubnetIds/*": "AWS::EC2::Subnet.Id",
        "ResourcesVpcConfig/PublicAccessCidrs/*": "ipv4-network",
    },
    "AWS::EKS::FargateProfile": {
        "PodExecutionRoleArn": "AWS::IAM::Role.Arn",
        "Subnets/*": "AWS::EC2::Subnet.Id",
    },
    "AWS::EKS::Nodegroup": {
        "LaunchTemplate/Id": "AWS::EC2::LaunchTemplate.Id",
        "NodeRole": "AWS::IAM::Role.Arn",
        "RemoteAccess/SourceSecurityGroups/*": "AWS::EC2::SecurityGroup.Id",
        "Subnets/*": "AWS::EC2::Subnet.Id",
    },
    "AWS::EKS::PodIdentityAssociation": {"RoleArn": "AWS::IAM::Role.Arn"},
}


@cache
def _managed_policies() -> set[str]:
    known = json.loads(aws_managed_policies_data)
    return {f"{policy['Path']}{name}" for name, policy in known.items()}


def misfits(resource_type: str, properties: Properties, checker: FormatChecker) -> list[str]:
    """Values that are not what AWS means by the property, although its schema would take any string."""
    found = []
    for arn in properties.get("ManagedPolicyArns", []):
        owner, _, path = str(arn).partition(":policy")
        if owner.endswith(":iam::aws") and path not in _managed_policies():
            found.append(f"ManagedPolicyArns: AWS has no policy {arn}")
    for path, name in _MEANT.get(resource_type, {}).items():
        for value in values(properties, tuple(path.split("/"))):
            if not checker.conforms(value, name):
                found.append(f"{path}: {value!r} is no {name}")
    return found


def formats(account_id: str, region: str) -> FormatChecker:
    """A checker for one account in one region."""
    checker = FormatChecker(formats=())
    ec2 = ec2_backends[account_id][region]
    for name, pattern in _PATTERNS.items():
        checker.checks(name)(_matches(pattern))
    checker.checks("AWS::EC2::VPC.Id")(lambda one: one in ec2.vpcs)
    checker.checks("AWS::EC2::Subnet.Id")(lambda one: any(one in subnets for subnets in ec2.subnets.values()))
    checker.checks("AWS::EC2::SecurityGroup.Id")(lambda one: ec2.get_security_group_from_id(str(one)) is not None)
    checker.checks("AWS::EC2::LaunchTemplate.Id")(lambda one: one in ec2.launch_templates)
    checker.checks("AWS::IAM::Role.Arn")(_role(account_id))
    checker.checks("ipv4-network", raises=ValueError)(lambda one: ipaddress.IPv4Network(one) is not None)
    checker.checks("ipv6-network", raises=ValueError)(lambda one: ipaddress.IPv6Network(one) is not None)
    checker.checks("json", raises=ValueError)(lambda one: json.loads(str(one)) is not False)
    return checker


def _matches(pattern: str) -> Callable[[object], bool]:
    return lambda one: re.fullmatch(pattern, str(one)) is not None


def _role(account_id: str) -> Callable[[object], bool]:
    roles = iam_backends[account_id]["aws"].roles
    shaped = _matches(_PATTERNS["AWS::IAM::Role.Arn"])

    def known(one: object) -> bool:
        ours = f":iam::{account_id}:" in str(one)
        return shaped(one) and (not ours or any(role.arn == one for role in roles.values()))

    return known
