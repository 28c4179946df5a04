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
NAME_TWICE = rule(
    "BPC824",
    "node-role-twice",
    why="The name of a role is unique in its account.",
    cure="Use another roleName, or leave it out.",
)
PROFILE = rule(
    "BPC826",
    "instance-profile-without-role",
    why="An instance profile is for self-managed groups, beside the role in it: the cluster lets in the role.",
    cure="Name the role as well, or leave instanceProfileArn out.",
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
    seen: set[str] = set()
    let_in = {one.principal for one in blueprint.cluster.access}
    # EKS lets in the roles of the groups that it manages.
    let_in |= {one.iam.role_arn for one in blueprint.node_groups if one.managed and one.iam and one.iam.role_arn}
    for group in blueprint.node_groups:
        wanted = group.iam
        if wanted is None:
            continue
        settings = {
            "roleName": wanted.role_name,
            "policyArns": wanted.policy_arns,
            "permissions": wanted.permissions,
            "wellKnownPolicies": wanted.well_known_policies,
            "permissionsBoundary": wanted.permissions_boundary,
        }
        for field in [key for key, value in settings.items() if value and wanted.role_arn]:
            yield GIVEN.at((*wanted.at, field), f"{field} is not for a role of yours", key=True)
        if group.ssm and wanted.role_arn:
            yield GIVEN.at((*group.at, "ssm"), "ssm is a permission, and the role is yours", key=True)
        if wanted.instance_profile_arn and (group.managed or not wanted.role_arn):
            why = "EKS makes it for a managed group" if group.managed else "its role is what the cluster lets in"
            help = "" if group.managed else "add roleArn"
            yield PROFILE.at((*wanted.at, "instanceProfileArn"), why, help, key=True)
        if wanted.role_arn and not group.managed:
            if wanted.role_arn in let_in:
                yield LET_IN.at((*wanted.at, "roleArn"), f"{wanted.role_arn} is let in already")
            let_in.add(wanted.role_arn)
        if wanted.role_name in seen:
            yield NAME_TWICE.at((*wanted.at, "roleName"), f"there is a role {wanted.role_name} already")
        seen |= {wanted.role_name} if wanted.role_name else set()


def _repair(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        if group.repair.odd:
            yield NO_REPAIR.at(group.repair.at, "repair is off, and its settings do nothing", key=True)


CHECKS = (_roles, _repair)
