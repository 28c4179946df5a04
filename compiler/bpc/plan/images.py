"""Which images an environment's manifests and charts pull, and what becomes of their names where there is a mirror.

A mirror has each image under its whole name, registry and all, so that two registries never get into each other's
way: registry.k8s.io/pause:3.10 is my.registry/folder/registry.k8s.io/pause:3.10. In Amazon ECR that is what a pull
through cache rule with the prefix `folder/registry.k8s.io` answers to (Amazon ECR User Guide, Pulling an image with a
pull through cache rule). What is in a private registry of Amazon ECR already stays there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpc.addon import Manifest
from bpc.diagnostics import Path
from bpc.kit import image_name
from bpc.kit.image_name import ImageName
from bpc.kit.record import Record
from bpc.plan.shapes import Plan, PlannedAddOn

PRIVATE = ".dkr.ecr."


class Use(Record):
    """An image as an add-on or an application says it; `known` is its name written out, `at` who says it."""

    said: str
    known: ImageName
    owner: str
    at: Path
    addon: PlannedAddOn | None = None


def used(plan: Plan) -> list[Use]:
    """Every image that the manifests and charts of an environment pull, in the order of the add-ons, and
    of the applications after them."""
    found: dict[tuple[str, str], Use] = {}
    for addon in plan.addons:
        for said in _said(addon, plan):
            use = Use(said, image_name.parsed(said), addon.entry.name, addon.request.at, addon)
            found.setdefault((addon.entry.name, said), use)
    for app in plan.apps:
        for one in app.deployments:
            said = one["image"]
            found.setdefault((app.name, said), Use(said, image_name.parsed(said), app.name, app.at))
    return list(found.values())


def moved(plan: Plan) -> list[Use]:
    """Those of them that a mirror stands for."""
    return [one for one in used(plan) if is_moved(plan, one.known)]


def is_moved(plan: Plan, known: ImageName) -> bool:
    return PRIVATE not in known.registry and known.registry != address(plan).partition("/")[0]


def unknown(plan: Plan) -> list[PlannedAddOn]:
    """The charts that an engine installs and that nobody has looked into."""
    return [one for one in plan.addons if is_installed(one, plan) and not (one.entry.images and is_ours(one))]


def listed(plan: Plan) -> list[Use]:
    """The images with their tags, and the digests that are known: not those of a chart's other version, which has
    other ones by the same names."""
    found = [one for one in used(plan) if not one.addon or is_ours(one.addon) or one.said not in one.addon.entry.images]
    return [_with_digest(one, plan) for one in found] if plan.digests else found


def _with_digest(one: Use, plan: Plan) -> Use:
    known = plan.digests.get(pulled(plan, one.known))
    return one.replace(known=one.known.replace(digest=known)) if known and not one.known.digest else one


def pulled(plan: Plan, known: ImageName) -> str:
    """The name whose digest the lock has: in a registry of one's own its place there. What a cache has is what is
    published."""
    images = plan.blueprint.images
    if images is None or images.cached or not images.mirrored or not is_moved(plan, known):
        return str(known)
    return f"{images.mirror}/{known}"


def is_ours(addon: PlannedAddOn) -> bool:
    """Whether its chart is of the version that the catalogue knows."""
    charts = addon.entry.charts
    return addon.source != "chart" or not charts or addon.request.options.get("version") in (None, charts[-1].version)


def told(addon: PlannedAddOn, plan: Plan) -> tuple[str, ...]:
    """The images that its pods are told of where no rename gets: in settings, and for charts that an engine installs
    in flags and custom resources too."""
    if addon.source != "chart":
        return ()
    said = "" if is_installed(addon, plan) else " ".join(_in_objects(addon, plan))
    return tuple(one for one in addon.entry.told_images if image_name.written(one) not in said)


def is_installed(addon: PlannedAddOn, plan: Plan) -> bool:
    """Whether an engine installs it from a chart, so that its objects are not among the manifests."""
    return addon.source == "chart" and not plan.vendors


def _said(addon: PlannedAddOn, plan: Plan) -> Iterator[str]:
    """EKS add-ons pull from the Region's own registry, by names that only EKS knows."""
    for one in addon.request.options.get("patches") or ():
        yield from image_name.inside_text(one["patch"])
    if is_installed(addon, plan):
        yield from addon.entry.images
    else:
        yield from _in_objects(addon, plan)
        yield from told(addon, plan)


def _in_objects(addon: PlannedAddOn, plan: Plan) -> Iterator[str]:
    objects = plan.brought.get(addon.entry.name, ())
    if addon.source == "manifests":
        objects = addon.entry.manifests(addon.context)
    if addon.source != "eks":
        for one in (*objects, *addon.entry.custom_resources(addon.context)):
            yield from image_name.of_containers(one)
            yield from (text for _, text in elsewhere(one))


def elsewhere(one: Manifest) -> Iterator[tuple[image_name.Place, str]]:
    """The images in places that kustomize does not know. What a definition says of its fields is only prose."""
    if one["kind"] != "CustomResourceDefinition":
        yield from image_name.elsewhere(one)


def address(plan: Plan) -> str:
    """The registry, and the folder, that images come from; empty where it is not known or there is none."""
    images = plan.blueprint.images
    return images.address(plan.blueprint.account, plan.region) if images else ""


def renamed(plan: Plan) -> Mapping[str, str]:
    """By the name that is written, without tag and digest, the one in the mirror."""
    mirror = address(plan)
    return {image_name.written(one.said): f"{mirror}/{one.known.name}" for one in moved(plan)} if mirror else {}


def registries(plan: Plan) -> tuple[str, ...]:
    """What the pull-through cache fetches from: the registries of the add-ons, and those that the blueprint names."""
    images = plan.blueprint.images
    if images is None or not images.cached:
        return ()
    return tuple(sorted({*images.registries, *images.credentials, *(one.known.registry for one in moved(plan))}))
