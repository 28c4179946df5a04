"""Who reaches Lustre servers: the cluster's nodes and the servers among themselves, and nobody else.

Amazon FSx for Lustre User Guide, File system access control with Amazon VPC: servers and clients call each other, on
988 and 1018 to 1023. The rules that name the cluster's security group go with the stack, whatever stays, for EKS could
not delete a group that others name.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, ec2

from bpc import home
from bpc.kit.sheet import Sheet
from bpc.model import Storage
from bpc.plan.shapes import Plan

TITLE = "LustreSecurityGroup"
PORTS = ((988, 988), (1018, 1023))
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def group_id() -> GetAtt:
    return GetAtt(TITLE, "GroupId")


def titles() -> list[str]:
    """The rules, which must be there before a file system: FSx makes none whose servers cannot reach one another."""
    return [f"Lustre{way}{first}" for first, _ in PORTS for way in ("FromItself", "ToItself", "FromNodes", "ToNodes")]


def fill(storage: Storage, plan: Plan, sheet: Sheet) -> None:
    """One group for all; where file systems stay when the stack is deleted, so does what their servers need."""
    kept = KEPT if storage.fsx else {}
    made = ec2.SecurityGroup(
        TITLE,
        **kept,
        GroupDescription="Lustre file systems, for the nodes of the cluster",
        VpcId=home.vpc(plan, sheet),
        # EC2's own way to say: nothing out. Each rule is a resource, for it names a group that is there already.
        SecurityGroupEgress=[
            ec2.SecurityGroupRule(
                IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nothing"
            )
        ],
        Tags=sheet.tags(TITLE),
    )
    sheet.add(made, storage.at)
    nodes = sheet.imported("cluster", "ClusterSecurityGroupId")
    for ports in PORTS:
        first = ports[0]
        among, clients = "Lustre among the servers", "Lustre between servers and nodes"
        for rule in (
            _into(f"LustreFromItself{first}", group_id(), group_id(), _rule(ports, among) | kept),
            _out(f"LustreToItself{first}", group_id(), group_id(), _rule(ports, among) | kept),
            _into(f"LustreFromNodes{first}", group_id(), nodes, _rule(ports, clients)),
            _out(f"LustreToNodes{first}", group_id(), nodes, _rule(ports, clients)),
            _into(f"LustreIntoNodes{first}", nodes, group_id(), _rule(ports, clients)),
        ):
            sheet.add(rule, storage.at)


def _into(title: str, group: Any, source: Any, said: dict[str, Any]) -> ec2.SecurityGroupIngress:
    return ec2.SecurityGroupIngress(title, GroupId=group, SourceSecurityGroupId=source, **said)


def _out(title: str, group: Any, to: Any, said: dict[str, Any]) -> ec2.SecurityGroupEgress:
    return ec2.SecurityGroupEgress(title, GroupId=group, DestinationSecurityGroupId=to, **said)


def _rule(ports: tuple[int, int], said: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": ports[0], "ToPort": ports[1], "Description": said}
