"""Names that become the same logical ID."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit.naming import access_entry_id, logical_id
from bpc.plan.shapes import Plan

SAME_ID = rule(
    "BPC408",
    "same-logical-id",
    why="Logical IDs have only letters and digits, so names that differ in other characters become the same one.",
    cure="Rename one of the two.",
)


def _logical_ids(plan: Plan) -> Iterator[Diagnostic]:
    named = [
        [((*one.node_group.at, "name"), one.node_group.name, one.id) for one in plan.node_groups],
        [((*one.at, "name"), one.name, logical_id(one.name)) for one in plan.blueprint.fargate_profiles],
        [(at, principal, access_entry_id(principal)) for at, principal in plan.blueprint.principals],
        [
            ((*one.account.at, "name"), f"{one.account.namespace}/{one.account.name}", one.id)
            for one in plan.service_accounts
        ],
    ]
    named += _of_storage(plan)
    for what in named:
        seen: dict[str, str] = {}
        for at, name, title in what:
            other = seen.setdefault(title, name)
            if other != name:
                yield SAME_ID.at(at, f"{name} and {other} both become {title} in the template", "rename one")


def _of_storage(plan: Plan) -> list[list[tuple[Path, str, str]]]:
    storage = plan.blueprint.storage
    if not storage:
        return []
    outputs = [((*one.at, "name"), one.name, logical_id(one.name)) for one in storage.classes if one.is_output]
    systems = [((*one.at, "name"), one.name, logical_id(one.name)) for one in storage.file_systems]
    points = [
        ((*point.at, "name"), f"{one.name}/{point.name}", logical_id(one.name, point.name))
        for one in storage.file_systems
        for point in one.access_points
    ]
    lustre = [((*one.at, "name"), one.name, logical_id(one.name)) for one in storage.fsx]
    return [outputs, systems, points, lustre]


OBSTACLES = (_logical_ids,)
