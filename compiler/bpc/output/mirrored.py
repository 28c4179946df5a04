"""Manifests of an environment with a mirror: what kustomize's `images:` does not reach is rewritten here.

kustomize knows the images of containers, wherever a pod template stands (kustomize, images). It does not know flags,
environment variables and fields of custom resources; and what Flux installs from a chart it never sees, so that the
HelmRelease says it (Flux documentation, HelmRelease, Post renderers).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bpc.addon import Manifest
from bpc.kit import image_name
from bpc.output.waves import Part
from bpc.plan import images
from bpc.plan.shapes import Plan


def parts(found: Iterable[Part], plan: Plan) -> list[Part]:
    """The parts of an environment, with the names of the mirror where only we can say them."""
    renamed = images.renamed(plan)
    used: dict[str, set[str]] = {}
    for one in images.used(plan):
        used.setdefault(one.owner, set()).add(one.said)
    return [
        part.replace(objects=[_rewritten(one, renamed, used.get(part.component, set())) for one in part.objects])
        for part in found
    ]


def _rewritten(one: Manifest, renamed: Mapping[str, str], used: Iterable[str]) -> Manifest:
    """An object of an add-on that uses some images."""
    if one["kind"] == "HelmRelease":
        return _release(one, renamed, used)
    for at, said in images.elsewhere(one):
        name = image_name.written(said)
        if name in renamed:
            one = _replaced(one, at, said, renamed[name] + said[len(name) :])
    return one


def _replaced(value: Any, at: image_name.Place, old: str, new: str) -> Any:
    """A copy in which the text at a place says the new name."""
    if not at:
        return value.replace(old, new)
    if isinstance(value, list):
        return [_replaced(below, at[1:], old, new) if index == at[0] else below for index, below in enumerate(value)]
    return {key: _replaced(below, at[1:], old, new) if key == at[0] else below for key, below in value.items()}


def _release(one: Manifest, renamed: Mapping[str, str], said: Iterable[str]) -> Manifest:
    names = sorted({image_name.written(image) for image in said} & {*renamed})
    if not names:
        return one
    renderer = {"kustomize": {"images": [{"name": name, "newName": renamed[name]} for name in names]}}
    return one | {"spec": one["spec"] | {"postRenderers": [*one["spec"].get("postRenderers", ()), renderer]}}
