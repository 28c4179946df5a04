"""Elastic Fabric Adapters: an interface on every network card, and a security group that lets the adapters talk.

The adapters need a rule for all traffic of the security group with itself, in and out (Amazon EC2 User Guide, Get
started with EFA). Only the first card has addresses; the others have an adapter alone.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, ec2

from bpc import home
from bpc.facts import efa
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, PlannedGroup


def interfaces(planned: PlannedGroup, plan: Plan, sheet: Sheet, groups: list[Any]) -> list[ec2.NetworkInterfaces]:
    cards, plain = efa.cards(planned.node_group.instance_types[0])
    own = [*groups, _security_group(planned, plan, sheet)]
    return [
        ec2.NetworkInterfaces(
            DeviceIndex=min(card, 1),
            NetworkCardIndex=card,
            InterfaceType=_kind(card, plain),
            DeleteOnTermination=True,
            Groups=own,
        )
        for card in range(cards)
    ]


def _kind(card: int, plain: int) -> str:
    if card < plain:
        return "interface"
    return "efa-only" if card else "efa"


def _security_group(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> GetAtt:
    title, at = f"{planned.id}EfaSecurityGroup", (*planned.node_group.at, "efa")
    group = ec2.SecurityGroup(
        title,
        GroupDescription=f"Adapters of the nodes of the group {planned.node_group.name}, among themselves",
        VpcId=home.vpc(plan, sheet),
        SecurityGroupEgress=[
            # EC2's own way to say: nothing out. The rule among themselves is a resource, for it names the group.
            ec2.SecurityGroupRule(
                IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nothing"
            )
        ],
        Tags=sheet.tags(title),
    )
    sheet.add(group, at)
    itself = GetAtt(group, "GroupId")
    said = {"GroupId": itself, "IpProtocol": "-1", "Description": "The adapters among themselves"}
    sheet.add(ec2.SecurityGroupIngress(f"{planned.id}EfaIngress", SourceSecurityGroupId=itself, **said), at)
    sheet.add(ec2.SecurityGroupEgress(f"{planned.id}EfaEgress", DestinationSecurityGroupId=itself, **said), at)
    return itself
