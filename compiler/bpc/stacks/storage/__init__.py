"""File systems, Amazon EFS and Amazon FSx. What lives there stays when the stack is deleted."""

from __future__ import annotations

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack


class Storage(Stack):
    """file systems, and what makes them for volumes"""

    name = "storage"
    number = 45

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return bool(plan.blueprint.storage and plan.blueprint.storage.has_resources)

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        storage = plan.blueprint.storage
        if storage is None:
            return
        if storage.file_systems:
            from bpc.stacks.storage import file_systems

            for one in storage.file_systems:
                file_systems.fill(one, plan, sheet)
        if storage.makes_lustre:
            from bpc.stacks.storage import lustre, lustre_access

            lustre_access.fill(storage, plan, sheet)
            for system in storage.fsx:
                lustre.fill(system, plan, sheet)
        for wanted in storage.classes:
            if wanted.is_output:
                from bpc.stacks.storage import classes

                classes.fill(wanted, plan, sheet)
