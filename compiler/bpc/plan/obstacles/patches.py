"""The blueprint's patches of add-ons: that somebody applies each one, and that it can be applied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bpc.addon import Manifest
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import patches
from bpc.plan import patching
from bpc.plan.shapes import Plan, PlannedAddOn

NOBODY = rule(
    "BPC961",
    "addon-not-patched",
    why="kustomize patches what is written as manifests, and Flux what it makes of a chart. EKS makes its add-ons "
    "itself, and Argo CD installs a chart as it is.",
    cure="Use `values` instead, or take the add-on from another source.",
)
MISSHAPEN = rule(
    "BPC962",
    "addon-patch-misshapen",
    why="A patch is a list of operations (RFC 6902), or a part of an object, as YAML or JSON.",
    cure="Look the form up in kustomize's reference, under patches.",
)
NOTHING = rule(
    "BPC963",
    "addon-patch-matches-nothing",
    why="kustomize passes over a patch whose target no object fits. Each field of a target is a regular expression for "
    "the whole value.",
    cure="Compile without the patch, and look the object up below kubernetes/base.",
)
FAILS = rule(
    "BPC964",
    "addon-patch-does-not-apply",
    why="The patch names a place that the object does not have, or a test in it failed: kustomize would build nothing.",
    cure="Compile without the patch, look the path up in the object, and mind that a `/` in a key is written ~1.",
)


def _patches(plan: Plan) -> Iterator[Diagnostic]:
    """Of what the plan knows by itself, or of what was read from files once that is done."""
    for addon in plan.addons:
        objects = patching.written(plan, addon)
        if objects is not None and (addon.entry.name in plan.brought) == bool(plan.brought):
            known = {index: dict(one) for index, one in enumerate(objects)}
            for index, said in enumerate(patching.wanted(addon)):
                yield from _patch(said, (*addon.request.at, "patches", index), addon, plan, known)


def _patch(
    said: patching.Patch, at: Path, addon: PlannedAddOn, plan: Plan, objects: dict[int, dict[str, Any]]
) -> Iterator[Diagnostic]:
    try:
        content = patches.parsed(said["patch"])
        wrong = patches.misshapen(content)
    except ValueError as error:
        wrong = str(error)
    if wrong:
        yield MISSHAPEN.at((*at, "patch"), f"this is no patch: {wrong}")
        return
    if bad := _bad(said["target"]):
        yield MISSHAPEN.at((*at, "target", bad), f"{said['target'][bad]} is no regular expression")
        return
    mine = [index for index, one in objects.items() if patches.matches(said["target"], one)]
    if not mine:
        yield from _nobody(at, addon, plan)
    for index in mine:
        after, failure = patches.applied(content, objects[index])
        if failure:
            yield FAILS.at((*at, "patch"), f"it cannot be applied to {_shown(objects[index])}: {failure}")
        if after is None:
            # From here on only kustomize knows what it looks like.
            del objects[index]
        else:
            objects[index] = after


def _bad(target: dict[str, str]) -> str:
    """The field of a target that is no regular expression."""
    for key, pattern in target.items():
        try:
            re.compile(pattern)
        except re.error:
            return key
    return ""


def _nobody(at: Path, addon: PlannedAddOn, plan: Plan) -> Iterator[Diagnostic]:
    name, gitops = addon.entry.name, plan.blueprint.gitops
    if addon.source == "eks":
        yield NOBODY.at(at, f"{name} is an EKS add-on here, and has no manifests to patch", key=True)
    elif addon.source != "chart" or plan.vendors:
        yield NOTHING.at((*at, "target"), f"{name} has no such object", key=True)
    elif gitops and gitops.engine == "argocd":
        yield NOBODY.at(at, f"{name} is a chart here, which Argo CD does not patch", key=True)


def _shown(one: Manifest) -> str:
    return f"{one['kind']} {one['metadata']['name']}"


OBSTACLES = (_patches,)
