"""What the blueprint grants to roles in its own words: statements that IAM takes, and never everything."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bpc.checks.roles import every
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import statements
from bpc.model import Blueprint, Permission

EVERYTHING = rule(
    "BPC726",
    "everything-on-everything",
    why="Whoever holds such a role is an administrator of the account (IAM User Guide, Security best practices).",
    cure="Name the actions that are needed, and the resources that they are for.",
)
STATEMENT = rule(
    "BPC780",
    "policy-statement",
    why="A statement says which actions it is for, or all but which, and the same of resources (IAM User Guide, IAM "
    "JSON policy elements reference).",
    cure="Give either actions or notActions, and either resources or notResources.",
)
SID_TWICE = rule(
    "BPC795",
    "sid-twice",
    why="The name of a statement is unique in its policy (IAM User Guide, IAM JSON policy elements: Sid).",
    cure="Give one of the statements another sid, or none.",
)
LARGEST = {"permissions": 10_240, "sessionPolicy": 2_048}
TOO_LONG = rule(
    "BPC796",
    "too-many-permissions",
    why=f"The inline policies of a role have {LARGEST['permissions']:,} characters at most (IAM User Guide, IAM and "
    f"AWS STS quotas), and a session policy {LARGEST['sessionPolicy']:,} (AWS STS API Reference, AssumeRole).",
    cure="Name resources by patterns, or make managed policies of some statements and list them in policyArns.",
)
Granted = tuple[Path, tuple[Permission, ...]]


def _granted(blueprint: Blueprint) -> Iterator[Granted]:
    """Every list of permissions in the blueprint, with its place."""
    for one in every(blueprint):
        yield (*one.at, "permissions"), one.permissions
    for account in blueprint.workloads:
        yield (*account.at, "sessionPolicy"), account.session_policy


def _permissions(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for at, granted in _granted(blueprint):
        sids = set()
        for one in granted:
            yield from _statement(one)
            if one.sid and one.sid in sids:
                yield SID_TWICE.at((*one.at, "sid"), f"another statement is called {one.sid}", "choose another sid")
            sids.add(one.sid)
        length, most = _length(granted), LARGEST[str(at[-1])]
        if length > most:
            yield TOO_LONG.at(at, f"these have {length:,} characters as a policy, and {most:,} is the limit", key=True)


def _statement(one: Permission) -> Iterator[Diagnostic]:
    for key, given in {
        "actions": (one.actions, one.not_actions),
        "resources": (one.resources, one.not_resources),
    }.items():
        if bool(given[0]) == bool(given[1]):
            yield STATEMENT.at(one.at, f"a statement has either {key} or not{key.capitalize()}")
            return
    if statements.allows_all(one.elements):
        yield EVERYTHING.at(one.at, "this allows every action on every resource", "name actions and resources")


def _length(granted: tuple[Permission, ...]) -> int:
    """As IAM counts it: white space not, and the shortest of what the stack fills in."""
    written = json.dumps([one.elements for one in granted], separators=(",", ":"))
    for name, shortest in {"Partition": "aws", "Region": "eu-west-1", "AccountId": "1" * 12}.items():
        written = written.replace(f"${{AWS::{name}}}", shortest)
    return len("".join(written.split()))


CHECKS = (_permissions,)
