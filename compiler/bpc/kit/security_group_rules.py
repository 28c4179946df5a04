"""A rule of the blueprint as CloudFormation has it: a resource, so that it comes and goes without its group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, ec2

from bpc.kit.naming import security_rule_id
from bpc.kit.sheet import referred

if TYPE_CHECKING:
    from bpc.model import SecurityGroupRule

# How EC2 says it; ICMP has types in place of ports.
PROTOCOLS = {"all": "-1"}
EVERY_TYPE = -1


def resource(rule: SecurityGroupRule, owner: str, group: GetAtt) -> ec2.SecurityGroupIngress | ec2.SecurityGroupEgress:
    """`owner` is whose the group is: the cluster, or a group of nodes by its logical ID."""
    kind = ec2.SecurityGroupIngress if rule.direction == "ingress" else ec2.SecurityGroupEgress
    return kind(
        security_rule_id(owner, rule.name, rule.direction),
        GroupId=group,
        IpProtocol=PROTOCOLS.get(rule.protocol, rule.protocol),
        **_ports(rule),
        **_other_side(rule),
        Description=rule.description or rule.name,
    )


def _ports(rule: SecurityGroupRule) -> dict[str, int]:
    if rule.ports:
        return {"FromPort": rule.ports[0], "ToPort": rule.ports[1]}
    return {} if rule.protocol == "all" else {"FromPort": EVERY_TYPE, "ToPort": EVERY_TYPE}


def _other_side(rule: SecurityGroupRule) -> dict[str, Any]:
    side = "Source" if rule.direction == "ingress" else "Destination"
    if rule.cidr:
        return {"CidrIpv6" if ":" in rule.cidr else "CidrIp": rule.cidr}
    if rule.prefix_list_id:
        return {f"{side}PrefixListId": referred(rule.prefix_list_id)}
    assert rule.security_group_id
    return {f"{side}SecurityGroupId": referred(rule.security_group_id)}
