"""Who writes to the platform's search domain, and with which role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpc.plan.shapes import Plan, PlannedAddOn


def writers(plan: Plan) -> tuple[PlannedAddOn, ...]:
    """The add-ons that write to the platform's own domain."""
    return tuple(one for one in plan.addons if one.context.search_domain)


def made_roles(plan: Plan) -> Iterator[PlannedAddOn]:
    """Those of them whose role the template makes."""
    return (one for one in writers(plan) if one.has_role)


def role_output(addon: PlannedAddOn) -> str:
    """The key under which the stack of the add-ons exports the role's ARN."""
    return f"{addon.id}RoleArn"


def indices(plan: Plan) -> tuple[str, ...]:
    """The indices that are written, without the day behind them."""
    found: Mapping[str, None] = {
        index: None for one in writers(plan) for index in one.entry.indices(one.request.options)
    }
    return tuple(found)
