"""Templates as plain data: one walk says what troposphere says in four."""

from __future__ import annotations

import pytest
from awacs.aws import Allow, PolicyDocument, Principal, Statement
from awacs.sts import AssumeRole
from troposphere import Base64, GetAtt, If, Ref, Sub, Tags, encode_to_dict, s3
from troposphere.ec2 import SecurityGroup, SecurityGroupRule
from troposphere.iam import Role
from troposphere.policies import CreationPolicy, ResourceSignal

from bpc.kit.plain import plain

TRUST = PolicyDocument(
    Version="2012-10-17",
    Statement=[Statement(Effect=Allow, Action=[AssumeRole], Principal=Principal("Service", "ec2.amazonaws.com"))],
)


@pytest.mark.parametrize(
    "value",
    [
        SecurityGroup(
            "Group",
            GroupDescription="nodes",
            VpcId=Ref("VPC"),
            SecurityGroupIngress=[
                SecurityGroupRule(IpProtocol="tcp", FromPort=443, ToPort="443", CidrIp=GetAtt("VPC", "CidrBlock")),
                If("Wide", SecurityGroupRule(IpProtocol="-1", CidrIp="10.0.0.0/8"), Ref("AWS::NoValue")),
            ],
            Tags=Tags(Name=Sub("${AWS::StackName}-nodes")),
            DependsOn=["VPC"],
        ),
        Role("Role", AssumeRolePolicyDocument=TRUST, Path="/"),
        s3.Bucket("Bucket", DeletionPolicy="Retain", CreationPolicy=CreationPolicy(ResourceSignal=ResourceSignal())),
        s3.Bucket("Bare"),
        SecurityGroupRule(IpProtocol="tcp", FromPort=1, ToPort=2).no_validation(),
        {"tuple": (1, True, None, 1.5, "text"), "data": Base64(Sub("${A}", A=Ref("B")))},
        ResourceSignal(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_is_what_troposphere_says(value: object) -> None:
    assert plain(value) == encode_to_dict(value)


@pytest.mark.parametrize(
    "value", [SecurityGroup("Group"), {"Rules": [SecurityGroupRule(FromPort=1)]}], ids=["resource", "property"]
)
def test_what_is_missing_is_missed(value: object) -> None:
    with pytest.raises(ValueError, match="required in type"):
        plain(value)
