"""Who may do what in a team's namespaces: that each of it says one thing, and that EKS and Kubernetes would take it."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.checks.access import RESERVED, RESERVED_NAME, SESSION_NAME
from bpc.diagnostics import Diagnostic, rule
from bpc.kit.naming import object_name
from bpc.model import Blueprint, Team, TeamAccess

UNCLEAR = rule(
    "BPC645",
    "team-access-unclear",
    why="Access says for whom it is, principals or a group, and what they may do, in one way: a role, rules or a "
    "clusterRole. Without a group EKS itself decides, by its access policies view, edit and admin.",
    cure="Do what the message says.",
)
IN_BOTH = rule(
    "BPC646",
    "principal-in-access-and-team",
    why="A principal has one access entry in a cluster (Amazon EKS User Guide, Create access entries); that of a team "
    "is made of what all teams say of it.",
    cure="Take the principal out of cluster.access, or out of the teams.",
)
TWO_NAMES = rule(
    "BPC647",
    "principal-with-two-usernames",
    why="A principal has one access entry in a cluster, and so one name there.",
    cure="Say the same username wherever the principal is, or say it once.",
)
BOUND_TWICE = rule(
    "BPC648",
    "team-group-twice",
    why="A team's RoleBindings are called by their groups; of two by one name, one would replace the other. And "
    "whoever is in a group may do what any team lets it do.",
    cure="Put what the group may do into one, or use another group. Whoever is in it for every team can have it from "
    "cluster.access.",
)


def _forms(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        for one in team.access:
            yield from _form(one)


def _form(one: TeamAccess) -> Iterator[Diagnostic]:
    said = [key for key, value in _ways(one).items() if value]
    if len(said) != 1:
        what = f"{' and '.join(said)} both say what may be done" if said else "nothing says what may be done"
        yield UNCLEAR.at(one.at, what, "say one of role, rules and clusterRole")
    elif one.by_policy and (one.role == "deployer" or not one.role):
        what = "the role deployer" if one.role else said[0]
        yield UNCLEAR.at((*one.at, said[0]), f"{what} is for a group of Kubernetes", "add a group", key=True)
    if not one.principals:
        if one.by_policy:
            yield UNCLEAR.at(one.at, "this is for nobody", "add principals or a group")
        elif one.username:
            yield UNCLEAR.at((*one.at, "username"), "there is no principal that is called so", key=True)


def _ways(one: TeamAccess) -> dict[str, object]:
    return {"role": one.role, "rules": one.rules, "clusterRole": one.cluster_role}


def _names(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one in (one for team in blueprint.teams for one in team.access):
        for key, name in (("username", one.username), ("group", one.group)):
            prefix = next((prefix for prefix in RESERVED if (name or "").startswith(prefix)), None)
            if prefix:
                said = f"{name}: EKS keeps names that begin with {prefix}"
                yield RESERVED_NAME.at((*one.at, key), said)
        before, found, _ = (one.username or "").partition("{{SessionName")
        if found and ":" not in before:
            yield SESSION_NAME.at((*one.at, "username"), "there is no colon before the session's name")


def _groups(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        taken = dict(_taken(team))
        for one in team.access:
            if one.group:
                name = object_name(one.group)
                if not name:
                    yield UNCLEAR.at((*one.at, "group"), "a group's name has letters or digits")
                elif name in taken:
                    said = f"{name} is what another RoleBinding is called: {taken[name]}"
                    yield BOUND_TWICE.at((*one.at, "group"), said, "use another group, or make one of the two")
                taken[name] = f"that of the group {one.group}"


def _taken(team: Team) -> Iterator[tuple[str, str]]:
    """The names of Roles and RoleBindings that are ours."""
    yield f"{team.name}-deployer", "that of the role deployer"
    yield f"{team.name}-reconciler", "that of Flux"


def _principals(blueprint: Blueprint) -> Iterator[Diagnostic]:
    elsewhere = {one.principal for one in blueprint.cluster.access}
    names: dict[str, str] = {}
    for one in (one for team in blueprint.teams for one in team.access):
        for place, principal in enumerate(one.principals):
            at = (*one.at, "principals", place)
            if principal in elsewhere:
                yield IN_BOTH.at(at, f"{principal} is in cluster.access too", "take it out of one of the two")
            if one.username and names.setdefault(principal, one.username) != one.username:
                yield TWO_NAMES.at(at, f"this is {names[principal]} elsewhere, and {one.username} here")


def _shared(blueprint: Blueprint) -> Iterator[Diagnostic]:
    """A group that two teams bind, where not the same principals are in it for both."""
    first: dict[str, tuple[Team, set[str]]] = {}
    for team in blueprint.teams:
        for one in team.access:
            if one.group:
                other, members = first.setdefault(one.group, (team, set(one.principals)))
                if other is not team and members != {*one.principals}:
                    said = f"whoever is in {one.group} for {team.name} would be so for {other.name} too"
                    yield BOUND_TWICE.at((*one.at, "group"), said, "use another group")


CHECKS = (_forms, _names, _groups, _principals, _shared)
