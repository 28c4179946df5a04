"""Which patch is to blame for what is wrong with finished templates: the one before which it was not wrong."""

from __future__ import annotations

from collections.abc import Iterable

from bpc import anatomy
from bpc.diagnostics import Diagnostic, Path
from bpc.overrides import Patched
from bpc.quotas import QUOTA, Complaint, Templates

# What to point at where no patch is to blame: what makes the template large.
SECTIONS: dict[str, Path] = {"nodes": ("nodeGroups",), "cluster": ("cluster", "access"), "addons": ("addons",)}


def located(complaints: list[Complaint], templates: Templates, patched: list[Patched]) -> list[Diagnostic]:
    """Each complaint about `templates` with the place to point at; `patched` is how they came to be, in order."""
    places = {one: SECTIONS.get(one.stack, ()) for one in complaints}
    doubtful = set(complaints)
    state = dict(templates)
    stacks = {one.stack for one in patched}
    for patch in reversed(patched):
        state[patch.stack] = patch.before
        earlier = anatomy.check(state, stacks)
        there = {one.same for one in earlier}
        for one in [one for one in doubtful if one.across or one.stack == patch.stack]:
            if one.same in there:
                continue
            # Where it was wrong in a way that hides this one, the patch may be to blame, or one before it.
            places[one] = patch.at
            if not _hides(earlier, one):
                doubtful.remove(one)
    return [one.rule.at(places[one], f"the {one.stack} template: {one.message}") for one in complaints]


def _hides(earlier: list[Complaint], one: Complaint) -> bool:
    """Whether nobody looked for this complaint, because there were others first."""
    if one.across:
        return bool(earlier)
    return one.rule is not anatomy.MALFORMED and any(
        other.rule is anatomy.MALFORMED and other.stack == one.stack for other in earlier
    )


def too_large(stack: str, message: str, patched: Iterable[Patched]) -> Diagnostic:
    """A whole template has become too much: its first patch stands for all, or else what the blueprint asks for."""
    at = next((one.at for one in patched if one.stack == stack), SECTIONS.get(stack, ()))
    return QUOTA.at(at, f"the {stack} template: {message}")
