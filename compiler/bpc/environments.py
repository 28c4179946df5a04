"""The same blueprint for several places: each environment's `with:` merged over the root.

Mappings merge key by key, lists whose items all have a name merge by that name (as kustomize merges
containers; an application may be its name alone), `null` takes a key away, every other value is replaced. What
came from `with:` remembers where it was written, so that a complaint about it points there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit.record import Record
from bpc.source import Document

DEFAULT = "default"
# Lists whose items may be their names alone.
BARE: frozenset[Path] = frozenset({("apps",)})
NO_REGION = rule(
    "BPC921",
    "region-missing",
    why="A platform lives in one AWS Region, and what it may be depends on which.",
    cure="Say metadata.region, or a region in every environment.",
)


class Place(Record):
    """One environment: its name, its account where the blueprint says one, and the document it compiles from."""

    name: str
    account: str | None
    document: Document
    only: bool = False  # the one of a blueprint that speaks of no environments


def places(document: Document) -> Iterator[Place]:
    """Every environment in the order of the names; one called `default` where there are none."""
    root = {key: value for key, value in document.data.items() if key != "environments"}
    if "environments" not in document.data:
        yield Place(DEFAULT, None, document, only=True)
        return
    for name, environment in sorted(document.data["environments"].items()):
        at: Path = ("environments", name)
        origins: dict[Path, Path] = {}
        data = _merged(root, environment.get("with", {}), (), (*at, "with"), origins)
        if "region" in environment:
            region = {"region": environment["region"]}
            data = _merged(data, {"metadata": region}, (), at, origins)
            origins[("metadata", "region")] = (*at, "region")
        yield Place(name, environment.get("account"), document.replace(data=data, origins=origins))


def homeless(place: Place) -> list[Diagnostic]:
    """Whether nobody says in which Region an environment is."""
    if "region" in place.document.data["metadata"]:
        return []
    if place.only:
        return [NO_REGION.at(("metadata",), "no Region is said", "add a region", key=True)]
    said = f"neither {place.name} nor metadata says a Region"
    return [NO_REGION.at(("environments", place.name), said, "add a region", key=True)]


def _merged(below: Any, above: Any, at: Path, origin: Path, origins: dict[Path, Path]) -> Any:
    if isinstance(above, dict) and (below is None or isinstance(below, dict)):
        merged = dict(below or {})
        if below is None:
            origins[at] = origin
        for key, value in above.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = _merged(merged.get(key), value, (*at, key), (*origin, key), origins)
        return merged
    if _named(below, at) and _named(above, at):
        return _merged_by_name(below, above, at, origin, origins)
    origins[at] = origin
    return above


def _named(value: Any, at: Path) -> bool:
    """A list that merges by name. An empty one says that there are none, and so replaces what was there."""
    items = value if isinstance(value, list) else []
    return bool(items) and all(isinstance(_name(one, at), str) for one in items)


def _name(one: Any, at: Path) -> Any:
    if isinstance(one, dict):
        return one.get("name")
    return one if at in BARE else None


def _merged_by_name(below: list[Any], above: list[Any], at: Path, origin: Path, origins: dict[Path, Path]) -> list[Any]:
    merged = list(below)
    places = {_name(one, at): index for index, one in enumerate(below)}
    for index, one in enumerate(above):
        place = places.setdefault(_name(one, at), len(merged))
        if place == len(merged):
            merged.append(None)
        elif isinstance(one, str):
            continue
        elif isinstance(merged[place], str):
            merged[place] = {"name": merged[place]}
        merged[place] = _merged(merged[place], one, (*at, place), (*origin, index), origins)
    return merged
