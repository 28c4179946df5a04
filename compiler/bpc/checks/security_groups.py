"""Rules of one's own on security groups: that each says one thing, and that none lets the whole world in unasked."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.kit.naming import security_rule_id
from bpc.model import Blueprint, Cluster, SecurityGroupRule

INCOMPLETE = rule(
    "BPC470",
    "security-group-rule",
    why="A rule has ports where its protocol has some, and one other side: a range of addresses, a prefix list or a "
    "security group (Amazon VPC User Guide, Security group rules).",
    cure="Give fromPort for tcp and udp alone, and one of cidr, prefixListId and securityGroupId.",
)
TWICE = rule(
    "BPC472",
    "security-group-rule-twice",
    why="A rule's name is a name in the template, and EC2 takes no two rules of one meaning in a group.",
    cure="Give the rule another name, or take one of the two away.",
)
EVERYTHING = rule(
    "BPC473",
    "security-group-open",
    why="Every port of the nodes would be open to whoever has a route to them (Amazon EKS Best Practices Guide, "
    "Network security).",
    cure="Name the port that is meant, or the addresses.",
)
ANYBODY = rule(
    "BPC474",
    "security-group-port-open",
    why="Whoever has a route to the cluster's interfaces may use this port; where a load balancer keeps its clients' "
    "addresses that is meant, elsewhere seldom (Amazon EKS Best Practices Guide, Network security).",
    cure="Name the addresses that shall come in.",
    severity="warning",
)

WORLD = ("0.0.0.0/0", "::/0")
WITH_PORTS = ("tcp", "udp")
EVERY_PORT = 65536


def _owned(blueprint: Blueprint) -> Iterator[tuple[str, SecurityGroupRule]]:
    """Every rule, and whose it is."""
    yield from (("", one) for one in blueprint.cluster.security_group_rules or ())
    for group in blueprint.node_groups:
        yield from ((group.name, one) for one in group.security_group_rules or ())


def _complete(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for _, one in _owned(blueprint):
        yield from _ports(one)
        given = [
            key
            for key, value in {
                "cidr": one.cidr,
                "prefixListId": one.prefix_list_id,
                "securityGroupId": one.security_group_id,
            }.items()
            if value
        ]
        if not given:
            said = f"{'from' if one.direction == 'ingress' else 'to'} where?"
            yield INCOMPLETE.at((*one.at, "name"), said, "add cidr, prefixListId or securityGroupId")
        for key in given[1:]:
            yield INCOMPLETE.at((*one.at, key), f"there is {given[0]} already", "make a rule for each", key=True)


def _ports(one: SecurityGroupRule) -> Iterator[Diagnostic]:
    ported = one.protocol in WITH_PORTS
    for key, value in {"fromPort": one.from_port, "toPort": one.to_port}.items():
        if value is not None and not ported:
            yield INCOMPLETE.at((*one.at, key), f"{one.protocol} has no ports", "take this away", key=True)
    if ported and one.from_port is None:
        yield INCOMPLETE.at((*one.at, "protocol"), f"which port of {one.protocol}?", "add fromPort")
    elif ported and one.ports and one.ports[0] > one.ports[1]:
        yield INCOMPLETE.at((*one.at, "toPort"), f"{one.ports[1]} is before {one.ports[0]}", "exchange the two")


def _twice(blueprint: Blueprint) -> Iterator[Diagnostic]:
    titles: set[str] = set()
    seen: dict[tuple[object, ...], str] = {("", *key): text for key, text in _ranges(blueprint.cluster)}
    for owner, one in _owned(blueprint):
        title = security_rule_id(owner or "Cluster", one.name, one.direction)
        if title in titles:
            yield TWICE.at((*one.at, "name"), f"there is a rule {title} in the template already")
        titles.add(title)
        known = seen.setdefault((owner, *one.meaning), f"the rule {one.name}")
        if known != f"the rule {one.name}":
            yield TWICE.at((*one.at, "name"), f"{known} says the same")


def _ranges(cluster: Cluster) -> Iterator[tuple[tuple[object, ...], str]]:
    """What privateCidrs becomes, as the meaning of a rule."""
    for block in cluster.endpoint.private_cidrs:
        yield ("ingress", "tcp", (443, 443), block), "cluster.endpoint.privateCidrs"


def _open(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for _, one in _owned(blueprint):
        if one.direction == "egress" or one.cidr not in WORLD:
            continue
        first, last = one.ports or (0, 0)
        if one.protocol == "all" or last - first + 1 >= EVERY_PORT:
            yield EVERYTHING.at((*one.at, "cidr"), "every port would be open to everybody")
        elif one.protocol in WITH_PORTS:
            what = f"port {first}" if first == last else f"ports {first} to {last}"
            yield ANYBODY.at((*one.at, "cidr"), f"anybody with a route may use {what}")


CHECKS = (_complete, _twice, _open)
