"""What the blueprint's patches of an add-on are for: objects that bpc writes, or what is inside a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpc.addon import Manifest
from bpc.kit import patches
from bpc.plan.shapes import Plan, PlannedAddOn

Patch = Mapping[str, Any]


def wanted(addon: PlannedAddOn) -> Sequence[Patch]:
    """The patches as the blueprint says them, with the keys of a target in one order."""
    given = addon.request.options.get("patches") or ()
    return [{"target": dict(sorted(one["target"].items())), "patch": one["patch"]} for one in given]


def written(plan: Plan, addon: PlannedAddOn) -> Sequence[Manifest] | None:
    """The objects of an add-on that are manifests; None while they are in files that nobody has read yet."""
    if addon.source == "manifests":
        return addon.entry.manifests(addon.context)
    if addon.source == "eks":
        return ()
    if addon.entry.name in plan.brought:
        return [*plan.brought[addon.entry.name], *addon.entry.custom_resources(addon.context)]
    return addon.entry.custom_resources(addon.context) if addon.source == "chart" and not plan.vendors else None


def divided(plan: Plan, addon: PlannedAddOn) -> tuple[tuple[Patch, ...], tuple[Patch, ...]]:
    """The patches of objects that are manifests, and those that are for what is inside a chart."""
    objects = written(plan, addon) or ()
    ours: list[Patch] = []
    others: list[Patch] = []
    for one in wanted(addon):
        mine = any(patches.matches(one["target"], it) for it in objects)
        (ours if mine else others).append(one)
    return tuple(ours), tuple(others)
