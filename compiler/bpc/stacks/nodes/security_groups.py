"""The security groups of a group's nodes, where the cluster's own is not all.

EKS attaches the cluster's security group only where the launch template names none (Amazon EKS User Guide, Customize
managed nodes with launch templates), so it is named along with the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import GetAtt, ec2

from bpc import home
from bpc.kit.sheet import Sheet, referred
from bpc.plan.shapes import Plan, PlannedGroup

# EC2's own way to say: nothing out.
NOTHING_OUT = ec2.SecurityGroupRule(
    IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nothing"
)


def properties(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """With interfaces of their own, the groups are those of the interfaces."""
    groups = list(attached(planned, plan, sheet))
    if not planned.node_group.efa:
        return {"SecurityGroupIds": groups}
    from bpc.stacks.nodes import efa

    return {"NetworkInterfaces": efa.interfaces(planned, plan, sheet, groups)}


def attached(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> Iterator[Any]:
    """All security groups of the nodes."""
    group = planned.node_group
    yield sheet.imported("cluster", "ClusterSecurityGroupId")
    for one in group.security_group_ids or ():
        yield referred(one)
    if group.ssh:
        yield _ssh(planned, plan, sheet)
    if group.security_group_rules:
        yield _own(planned, plan, sheet)


def _ssh(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> GetAtt:
    """A way in and none out: what nodes call is the business of the cluster's security group."""
    ssh = planned.node_group.ssh
    assert ssh
    port, what = (3389, "Remote Desktop") if planned.node_group.family == "windows" else (22, "SSH")
    group = ec2.SecurityGroup(
        f"{planned.id}SshSecurityGroup",
        GroupDescription=f"{what} to the nodes of the group {planned.node_group.name}",
        VpcId=home.vpc(plan, sheet),
        SecurityGroupIngress=[
            ec2.SecurityGroupRule(
                IpProtocol="tcp",
                FromPort=port,
                ToPort=port,
                SourceSecurityGroupId=referred(one),
                Description=f"{what} from a security group that the blueprint allows",
            )
            for one in ssh.source_security_group_ids
        ],
        SecurityGroupEgress=[NOTHING_OUT],
        Tags=sheet.tags(f"{planned.id}SshSecurityGroup"),
    )
    sheet.add(group, ssh.at)
    return GetAtt(group, "GroupId")


def _own(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> GetAtt:
    """A group with the blueprint's rules and no others."""
    from bpc.kit import security_group_rules

    title, at = f"{planned.id}NodeSecurityGroup", (*planned.node_group.at, "securityGroupRules")
    group = ec2.SecurityGroup(
        title,
        GroupDescription=f"The nodes of the group {planned.node_group.name}, by the rules of the blueprint",
        VpcId=home.vpc(plan, sheet),
        SecurityGroupEgress=[NOTHING_OUT],
        Tags=sheet.tags(title),
    )
    sheet.add(group, at)
    itself = GetAtt(group, "GroupId")
    for rule in planned.node_group.security_group_rules or ():
        sheet.add(security_group_rules.resource(rule, planned.id, itself), rule.at)
    return itself
