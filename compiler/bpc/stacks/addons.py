"""The add-ons that run on nodes; this file knows none of them by name."""

from __future__ import annotations

from troposphere import GetAtt, Ref

from bpc.contribution import contribute
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, PlannedAddOn
from bpc.stack import Stack


class AddOns(Stack):
    """add-ons, their roles and their AWS resources"""

    name = "addons"
    number = 50

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return bool(_here(plan))

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        cluster = sheet.imported("cluster", "ClusterName")
        for addon in _here(plan):
            contribute(addon, plan, sheet, cluster)
        if plan.blueprint.observability:
            from bpc.plan import searched, watched

            for addon in searched.made_roles(plan):
                arn = GetAtt(f"{addon.id}Role", "Arn")
                sheet.export(searched.role_output(addon), arn, f"The role of {addon.entry.name}.")
            for one in watched.exported(plan, cls.name):
                sheet.export(one.title, Ref(one.title), f"The log group {one.name}.")


def _here(plan: Plan) -> list[PlannedAddOn]:
    """Those that wait for nodes and put something into a template."""
    return [
        addon
        for addon in plan.addons
        if not addon.entry.before_nodes
        and (addon.source == "eks" or addon.has_role or addon.is_associated or addon.entry.resources(addon.context))
    ]
