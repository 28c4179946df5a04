"""What the blueprint grants to roles: never everything on everything. Topics that have permissions call this."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Permission

EVERYTHING = rule(
    "BPC726",
    "everything-on-everything",
    why="Whoever holds such a role is an administrator of the account (IAM User Guide, Security best practices).",
    cure="Name the actions that are needed, and the resources that they are for.",
)


def too_wide(permissions: tuple[Permission, ...]) -> Iterator[Diagnostic]:
    """Statements that allow every action on every resource."""
    for one in permissions:
        if one.effect == "allow" and "*" in one.actions and "*" in one.resources:
            yield EVERYTHING.at(one.at, "this allows every action on every resource", "name actions and resources")
