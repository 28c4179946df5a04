"""Add-ons that would stand beside what EKS Auto Mode runs itself.

Amazon EKS User Guide, EKS Auto Mode: its nodes have networking, DNS, storage, Pod Identity and monitoring built in,
and EKS scales them and answers interruptions.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

BROUGHT_ALONG = rule(
    "BPC740",
    "auto-mode-brings-it",
    why="EKS Auto Mode does this itself on its own nodes, and there are no others that the add-on could serve "
    "(Amazon EKS User Guide, EKS Auto Mode).",
    cure="Leave the add-on out, or add a node group that needs it.",
)


def _brought_along(plan: Plan) -> Iterator[Diagnostic]:
    if plan.node_groups:
        return
    for addon in plan.addons:
        if addon.entry.in_auto_mode:
            yield BROUGHT_ALONG.at(
                addon.request.at, f"EKS Auto Mode does what {addon.entry.name} is for", "leave it out", key=True
            )


OBSTACLES = (_brought_along,)
