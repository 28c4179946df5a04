"""The role of nodes and their repair: settings that somebody reads."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint

GIVEN = rule(
    "BPC823",
    "node-role-is-given",
    why="With a role of yours, the template makes none, so that there is nothing that this could change.",
    cure="Change your role, or leave roleArn out.",
)
PROFILE = rule(
    "BPC826",
    "instance-profile-without-role",
    why="An instance profile is for self-managed groups, beside the role in it: the cluster lets in the role.",
    cure="Name the role as well, in iam, or leave instanceProfileArn out.",
)
LET_IN = rule(
    "BPC827",
    "node-role-let-in-twice",
    why="A role has one access entry in a cluster (Amazon EKS User Guide, Access entries).",
    cure="Give each self-managed group a role of its own.",
)
NO_REPAIR = rule(
    "BPC825",
    "repair-is-off",
    why="Nothing is repaired, so that it does not matter how.",
    cure="Take `enabled: false` away, or the other settings.",
)


def _roles(blueprint: Blueprint) -> Iterator[Diagnostic]:
    let_in = {principal for _, principal in blueprint.principals}
    # EKS lets in the roles of the groups that it manages.
    let_in |= {one.iam.role_arn for one in blueprint.node_groups if one.managed and one.iam and one.iam.role_arn}
    for group in blueprint.node_groups:
        given = group.iam.role_arn if group.iam else None
        if group.instance_profile_arn and (group.managed or not given):
            help = "" if group.managed else "add iam.roleArn"
            why = "EKS makes it for a managed group" if group.managed else "its role is what the cluster lets in"
            yield PROFILE.at((*group.at, "instanceProfileArn"), why, help, key=True)
        if given and group.ssm:
            yield GIVEN.at((*group.at, "ssm"), "ssm is a permission, and the role is yours", key=True)
        if given and not group.managed:
            if given in let_in:
                yield LET_IN.at((*group.at, "iam", "roleArn"), f"{given} is let in already")
            let_in.add(given)


def _repair(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        if group.repair.odd:
            yield NO_REPAIR.at(group.repair.at, "repair is off, and its settings do nothing", key=True)


CHECKS = (_roles, _repair)
