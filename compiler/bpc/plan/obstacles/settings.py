"""Options of an add-on that are missing on this platform, or that cannot be together; each add-on knows its own."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

MISSING = rule(
    "BPC980",
    "addon-option-missing",
    why="The add-on has to be told this, and nothing else in the blueprint says it.",
    cure="Say the option that the message names.",
)
CONTRADICTION = rule(
    "BPC981",
    "addon-options-disagree",
    why="Options of one add-on speak of each other, and these do not fit: the cluster would refuse them, or wait.",
    cure="Change one of the two.",
)


def _missing(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        for option, reason in addon.entry.lacks(addon.context).items():
            said = f"{addon.entry.name} needs {option}: {reason}"
            yield MISSING.at(addon.request.at, said, f"add `{option}` to {addon.entry.name}", key=True)


def _contradictions(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        for path, said in addon.entry.contradictions(addon.context):
            yield CONTRADICTION.at((*addon.request.at, *path), said)


OBSTACLES = (_missing, _contradictions)
