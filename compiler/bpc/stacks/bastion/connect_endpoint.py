"""SSH to the host through an EC2 Instance Connect Endpoint: no public address, no key pair, no open port.

Amazon EC2 User Guide, Connect using EC2 Instance Connect Endpoint. The endpoint opens connections on behalf of
whoever IAM lets use it, and Amazon Linux 2023 takes the key that comes along for sixty seconds.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, ec2

from bpc import home
from bpc.diagnostics import Path
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan

AT: Path = ("bastion", "access")


def fill(kind: str, plan: Plan, sheet: Sheet) -> None:
    """The endpoint in the host's subnet, and the pair of rules that connects the two."""
    host = GetAtt("BastionSecurityGroup", "GroupId")
    outward = ec2.SecurityGroupRule(**_ssh, DestinationSecurityGroupId=host, Description="SSH to the bastion host")
    group = ec2.SecurityGroup(
        "InstanceConnectSecurityGroup",
        GroupDescription="The Instance Connect Endpoint of the bastion host",
        VpcId=home.vpc(plan, sheet),
        SecurityGroupEgress=[outward],
        Tags=sheet.tags("InstanceConnectSecurityGroup"),
    )
    own = GetAtt(sheet.add(group, AT), "GroupId")
    inward = ec2.SecurityGroupIngress(
        "InstanceConnectToBastion",
        GroupId=host,
        **_ssh,
        SourceSecurityGroupId=own,
        Description="SSH from the Instance Connect Endpoint",
    )
    sheet.add(inward, AT)
    endpoint = ec2.InstanceConnectEndpoint(
        "InstanceConnectEndpoint",
        SubnetId=home.subnet(kind, plan, sheet),
        SecurityGroupIds=[own],
        # With the client's own address as the source, the host's rule could not name the endpoint's group.
        PreserveClientIp=False,
        Tags=sheet.tags("InstanceConnectEndpoint"),
    )
    sheet.add(endpoint, AT)


_ssh: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
