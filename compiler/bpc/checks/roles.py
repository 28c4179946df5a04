"""The roles of the blueprint, wherever it has one: nothing that does nothing, each name once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint, Iam

GIVEN_ROLE = rule(
    "BPC785",
    "setting-of-a-given-role",
    why="A role that is given has a name, permissions and a boundary of its own; the template does not change them.",
    cure="Take one of the two away, or give the permissions to that role where it is made.",
)
NOTHING_NAMED = rule(
    "BPC920",
    "policy-name-without-permissions",
    why="policyName is what the permissions are called, and there are none.",
    cure="Add permissions, or take policyName away.",
)
NAME_TWICE = rule(
    "BPC824",
    "role-name-twice",
    why="The name of a role is unique in its account.",
    cure="Use another roleName, or leave it out.",
)
SAME_NAME = rule(
    "BPC787",
    "policy-name-twice",
    why="The inline policies of a role have different names, and those that bpc adds are called by what they are for.",
    cure="Give the policy another policyName.",
)
# What bpc calls the policies that it gives roles itself; an add-on's is called like the add-on.
OURS = (
    "DescribeCluster",
    "EncryptVolumes",
    "JoinTheCluster",
    "PullThroughCache",
    "TagWhatAutoModeMakes",
    "WriteFlowLogs",
    "target-role",
)


def every(blueprint: Blueprint) -> Iterator[Iam]:
    """Each role that the blueprint speaks of."""
    cluster = blueprint.cluster
    wanted = cluster.capabilities
    things: list[Any] = [
        cluster,
        cluster.auto_mode,
        cluster.remote_network,
        blueprint.bastion,
        blueprint.network.flow_logs,
    ]
    things += [wanted.argocd, wanted.ack, wanted.kro] if wanted else []
    things += [*blueprint.node_groups, *blueprint.fargate_profiles, *blueprint.workloads]
    for one in things:
        if one and one.iam:
            yield one.iam
    for addon in blueprint.addons:
        yield from _of_addon(addon.at, addon.options)
        for place, association in enumerate(addon.options.get("podIdentityAssociations", ())):
            yield from _of_addon((*addon.at, "podIdentityAssociations", place), association)


def _of_addon(at: Path, options: Any) -> Iterator[Iam]:
    if given := options.get("iam"):
        from bpc import build

        yield build.node(Iam, (*at, "iam"), given, {})


def _settings(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one in every(blueprint):
        if one.role_arn:
            for key in one.of_a_made_role:
                yield GIVEN_ROLE.at((*one.at, key), f"{key} does nothing beside roleArn", key=True)
            continue
        taken = (*OURS, *one.well_known_policies, *([str(one.at[1])] if one.at[0] == "addons" else []))
        if one.permissions and one.policy_name in taken:
            said = f"another policy of the role is called {one.policy_name}"
            yield SAME_NAME.at((*one.at, "policyName"), said, "choose another name")
        elif one.policy_name and not one.permissions:
            yield NOTHING_NAMED.at((*one.at, "policyName"), "there are no permissions of this name", key=True)


def _names(blueprint: Blueprint) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for one in every(blueprint):
        if one.role_name in seen:
            yield NAME_TWICE.at((*one.at, "roleName"), f"there is a role {one.role_name} already")
        seen |= {one.role_name} if one.role_name else set()


CHECKS = (_settings, _names)
