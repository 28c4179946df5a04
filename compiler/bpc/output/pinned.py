"""Manifests whose containers name their images by tag and digest, where the lock has one.

In the objects and not by kustomize's `images`, which knows an image by its name alone: two tags of one would get the
same digest. What flags, settings and custom resources name stays as it is, since not everything that looks like an
image there is one, and not every program takes a digest. What an engine installs from a chart is not ours to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bpc.kit import image_name
from bpc.output.waves import Part
from bpc.plan import images
from bpc.plan.images import Use
from bpc.plan.shapes import Plan


def parts(found: Iterable[Part], plan: Plan) -> list[Part]:
    """The parts of an environment with digests."""
    return [
        part.replace(
            objects=[_pinned(one, plan) for one in part.objects],
            patches=tuple({**one, "patch": _patch(one["patch"], plan)} for one in part.patches),
        )
        for part in found
    ]


def by_tag(used: Sequence[Use], found: Iterable[Part]) -> list[Use]:
    """Those of the images with a digest of the lock's that are pulled by their tags all the same."""
    contained: dict[str, set[str]] = {}
    for part in found:
        said = [one for manifest in part.objects for one in image_name.of_containers(manifest)]
        said += [one for patch in part.patches for one in image_name.inside_text(patch["patch"])]
        contained.setdefault(part.component, set()).update(said)
    return [
        one for one in used if one.known.digest and "@" not in one.said and one.said not in contained.get(one.owner, ())
    ]


def _pinned(value: Any, plan: Plan) -> Any:
    """A copy in which each container says the digest, or the same where none does."""
    if isinstance(value, dict):
        return {
            key: _below(key, below, plan) if isinstance(below, dict | list) else below for key, below in value.items()
        }
    return [_pinned(one, plan) if isinstance(one, dict | list) else one for one in value]


def _below(key: str, value: Any, plan: Plan) -> Any:
    if key in image_name.CONTAINERS and isinstance(value, list):
        value = _containers(value, plan)
    return _pinned(value, plan)


def _containers(value: list[Any], plan: Plan) -> list[Any]:
    return [
        {**one, "image": _said(str(one["image"]), plan)} if isinstance(one, Mapping) and one.get("image") else one
        for one in value
    ]


def _said(said: str, plan: Plan) -> str:
    """An image as its add-on says it, with its tag and its digest."""
    known = image_name.parsed(said)
    digest = "" if known.digest else plan.digests.get(images.pulled(plan, known), "")
    return f"{image_name.written(said)}:{known.tag}@{digest}" if digest else said


def _patch(text: str, plan: Plan) -> str:
    for said in dict.fromkeys(image_name.inside_text(text)):
        text = re.sub(rf"(?<![\w./-]){re.escape(said)}(?![\w.@-])", _said(said, plan), text)
    return text
