"""In which order the manifests are applied, so that nothing is asked for before somebody answers for its kind.

First what others are made of: CustomResourceDefinitions and Namespaces. Then the controllers with their webhooks,
those that require another add-on after it. Then the custom resources that only a running controller takes
(Kubernetes documentation, Custom Resources and Dynamic Admission Control), and applications. The names sort in this
order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bpc.addon import Manifest
from bpc.kit.record import Record

if TYPE_CHECKING:
    from bpc.diagnostics import Path
    from bpc.plan.shapes import PlannedAddOn

FIRST, LAST = "10-crds-and-namespaces", "90-configs"
# Applications, which may use anything of the platform.
APPS = "95-apps"
GROUNDWORK = ("CustomResourceDefinition", "Namespace")
# Between the first wave and the last there is room for so many of controllers.
MOST = 7


class Part(Record):
    """The objects of a component, and the blueprint's patches of them.

    `addon` made them, where one did; of others, `at` is the place in the blueprint that asked for them.
    `wave` is theirs where it does not follow from what they are.
    """

    component: str
    objects: Sequence[Manifest]
    addon: PlannedAddOn | None = None
    patches: tuple[Mapping[str, Any], ...] = ()
    at: Path = ()
    wave: str = ""


Placed = list[tuple[str, Part]]


def placed(parts: Sequence[Part]) -> Placed:
    """Each part by its wave, one that belongs to several divided."""
    levels = _levels([part.addon for part in parts if part.addon])
    makers = _makers(parts)
    found: Placed = []
    for part in parts:
        waves: dict[str, list[Manifest]] = {}
        for one in part.objects:
            waves.setdefault(_wave(one, part, levels, makers), []).append(one)
        found += [(wave, part.replace(objects=objects)) for wave, objects in sorted(waves.items())]
    return found


def controllers(level: int) -> str:
    """The wave of the add-ons that have so many below them."""
    return f"{20 + 10 * min(level, MOST - 1)}-controllers"


def _wave(one: Manifest, part: Part, levels: Mapping[str, int], makers: Mapping[str, str]) -> str:
    if one["kind"] in GROUNDWORK:
        return FIRST
    if part.wave:
        return part.wave
    level = levels.get(part.addon.entry.name, 0) if part.addon else 0
    maker = makers.get(one["apiVersion"].partition("/")[0])
    # A controller that is there by then takes it; one of the same wave may not answer yet.
    if maker is None or (part.addon and maker != part.addon.entry.name and levels.get(maker, 0) < level):
        return controllers(level)
    return LAST


def _levels(addons: Iterable[PlannedAddOn]) -> dict[str, int]:
    """How many others must be there before each one, one on top of the other."""
    known = {addon.entry.name: addon.entry.requires for addon in addons}
    levels = dict.fromkeys(known, 0)
    # One that requires itself in the end would never come to an end.
    for _ in known:
        for name, requires in known.items():
            levels[name] = max((levels[one] + 1 for one in requires if one in known), default=0)
    return levels


def _makers(parts: Sequence[Part]) -> dict[str, str]:
    """By API group, the add-on or component that brings it."""
    makers: dict[str, str] = {}
    for part in parts:
        # An engine is there before anything that it applies, also where it looks after itself.
        for name in part.addon.entry.crds if part.addon and not part.addon.entry.engine else ():
            makers.setdefault(name.partition(".")[2], part.component)
        for one in part.objects:
            if one["kind"] == GROUNDWORK[0]:
                makers.setdefault(one["spec"]["group"], part.component)
    return makers
