"""Rules of a template: what the console checks of parameters together before it creates anything.

CloudFormation can compare values and look for members, but not count: that a group's smallest size is not above its
largest cannot be said (CloudFormation User Guide, Rules section syntax).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VPC = "AWS::EC2::VPC::Id"
SUBNETS = ("AWS::EC2::Subnet::Id", "List<AWS::EC2::Subnet::Id>")
IN_VPC = "SubnetsInVpc"


def rules(parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """That every subnet that the console asks for is in the VPC that it asks for."""
    if not any(one.get("Type") == VPC for one in parameters.values()):
        return {}
    subnets = [title for title, one in parameters.items() if one.get("Type") in SUBNETS]
    if not subnets:
        return {}
    asserted = [
        {
            "Assert": {"Fn::EachMemberIn": [{"Fn::ValueOf": [title, "VpcId"]}, {"Fn::RefAll": VPC}]},
            "AssertDescription": f"{title} must be in the VPC.",
        }
        for title in subnets
    ]
    return {IN_VPC: {"Assertions": asserted}}
