"""Digests of images that the lock has: the images that have one are pulled by it."""

from __future__ import annotations

from functools import lru_cache

from bpc.beside import Beside
from bpc.diagnostics import Diagnostic, rule
from bpc.plan import images
from bpc.plan.shapes import Plan
from bpc.vendored import BROKEN_LOCK, lock
from bpc.vendored.lock import Lock

UNPINNED = rule(
    "BPC558",
    "image-not-pinned",
    why="The lock has digests of images, and none of this one, so its tag may be another image tomorrow.",
    cure="Run `bpc vendor --images` with the blueprint. Where it says why an image has no digest, mend that.",
    severity="warning",
)


def fill(plan: Plan, beside: Beside, file: str) -> tuple[Plan, list[Diagnostic]]:
    """The plan with the digests, for all but add-ons that the lock has none of; `file` is the blueprint."""
    place = lock.name(file)
    try:
        known = _parsed(beside.read(place)).images
    except OSError as error:
        return plan, [BROKEN_LOCK.at((), f"cannot read {place}: {error.strerror}")]
    except lock.Broken as broken:
        return plan, [BROKEN_LOCK.at((), f"{place}: {broken}")]
    if not known:
        return plan, []
    filled = plan.replace(digests=known)
    lacking: dict[str, list[images.Use]] = {}
    for one in images.listed(filled):
        if not one.known.digest:
            lacking.setdefault(one.owner, []).append(one)
    return filled, [_complaint(uses, file, place) for uses in lacking.values()]


@lru_cache(maxsize=1)
def _parsed(raw: bytes) -> Lock:
    return lock.parse(raw)


def _complaint(uses: list[images.Use], file: str, place: str) -> Diagnostic:
    names = ", ".join(str(one.known) for one in uses)
    said = f"{uses[0].owner} pulls {names}, of which {place} has no digest"
    return UNPINNED.at(uses[0].at, said, f"run `bpc vendor --images {file}`", key=True)
