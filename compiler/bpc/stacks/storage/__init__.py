"""Shared file systems, Amazon EFS. What lives there stays when the stack is deleted."""

from __future__ import annotations

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack


class Storage(Stack):
    """shared file systems"""

    name = "storage"
    number = 45

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return bool(plan.blueprint.storage and plan.blueprint.storage.file_systems)

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        from bpc.stacks.storage import classes, file_systems

        storage = plan.blueprint.storage
        if storage is None:
            return
        for one in storage.file_systems:
            file_systems.fill(one, plan, sheet)
        for wanted in storage.classes:
            if wanted.file_system:
                classes.fill(wanted, sheet)
