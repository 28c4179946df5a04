"""A line of the blueprint: the places that begin on it, and what is made from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bpc.diagnostics import Path
from bpc.environments import Place
from bpc.kit.record import Record
from bpc.source import Document
from bpc.tracing import OBJECT, Made

# They are in everything that is made.
EVERYWHERE = ("metadata", "cloudformation")
# They say how all manifests get into the cluster.
OF_MANIFESTS = (("gitops",), ("images",))
OF_A_PLACE = (("account",), ("region",), ())
FAR = 1_000_000  # farther than any place is deep


class Told(Record):
    """A place on the line: what exists because of it, what it only has a say in, and which outputs there are of what
    it makes."""

    path: Path
    makes: tuple[Made, ...]
    shapes: tuple[Made, ...]
    outputs: tuple[Made, ...] = ()


def says_nothing(document: Document, line: int) -> bool:
    """Whether a line is empty or a comment."""
    text = document.lines[line - 1].strip() if 0 < line <= len(document.lines) else ""
    if not text.startswith("#"):
        return not text
    # What looks like a comment is none in the middle of a text.
    value: Any = document.data
    for part in next(iter(places(document, line)), ()):
        value = value[part]
    return not isinstance(value, str) or text not in value.split("\n")


def places(document: Document, line: int, column: int = 0) -> list[Path]:
    """The outermost places that begin on a line, or what a line in the middle of a longer value belongs to.

    With a column it is the innermost place there.
    """
    every = {path: document.keys.get(path, span) for path, span in document.values.items()} | dict(document.keys)
    before = [span.line for span in every.values() if span.line <= line]
    begin = max(before, default=0)
    here = [path for path, span in every.items() if span.line == begin]
    if column:
        left = [path for path in here if every[path].column <= column]
        return [max(left, key=lambda path: (every[path].column, len(path)))] if left else []
    if begin < line and here:
        return [max(here, key=lambda path: (every[path].column, len(path)))]
    return [path for path in here if not any(path[:length] in here for length in range(len(path)))]


def told(document: Document, path: Path, environments: Sequence[Place], made: Iterable[Made]) -> Told:
    """What is made from one place, in all environments."""
    merged = {one.name: list(_merged(document, path, one)) for one in environments}
    related = [(one, _relation(one, path, merged[one.environment])) for one in made]
    closest: dict[str, int] = {}
    for one, (_, distance) in related:
        closest[one.environment] = min(closest.get(one.environment, distance), distance)
    near = [(one, makes) for one, (makes, distance) in related if distance == closest[one.environment] < FAR]
    return Told(path, tuple(one for one, makes in near if makes), tuple(one for one, makes in near if not makes))


def _relation(one: Made, path: Path, places: Iterable[Path]) -> tuple[bool, int]:
    """Whether it exists because of what is written at `path`, and how far above that the blueprint asks for it."""
    makes = one.written[: len(path)] == path or path == ("environments", one.environment)
    distance = 0 if any(at[: len(path)] == path[: len(at)] for at in one.patches) else FAR
    for place in places:
        if one.at[: len(place)] == place:
            return makes, 0
        if one.at and place[: len(one.at)] == one.at:
            distance = min(distance, len(place) - len(one.at))
        elif one.kind == OBJECT and place[:1] in OF_MANIFESTS:
            distance = min(distance, len(place))
    return False, distance


def _everywhere(path: Path) -> bool:
    """Whether everything of an environment, or of all, has something from there."""
    if path[:1] == ("environments",):
        return path[2:] in OF_A_PLACE or path[3:4] in [(one,) for one in EVERYWHERE]
    return path[:1] in [(one,) for one in EVERYWHERE]


def _merged(document: Document, path: Path, place: Place) -> Iterator[Path]:
    """Where a place of the blueprint is in an environment, if it is there at all."""
    for one in _aliased(document, path):
        if one[:1] != ("environments",):
            if place.document.placed(one) == path or one != path:
                yield () if _everywhere(path) else one
        elif one[1:2] == (place.name,):
            yield from [()] if _everywhere(one) else _of_with(one, place)


def _of_with(path: Path, place: Place) -> Iterator[Path]:
    """The same for what is written in the `with:` of the environment itself."""
    found = {
        at[: len(at) - len(origin) + len(path)] if len(origin) >= len(path) else at + path[len(origin) :]
        for at, origin in place.document.origins.items()
        if origin[: len(path)] == path[: len(origin)]
    }
    yield from found or ([path[3:]] if path[3:] else [])


def _aliased(document: Document, path: Path) -> list[Path]:
    """A place, and where it is again by an alias."""
    found = [path]
    for one in found:
        for alias, anchor in document.aliases.items():
            again = alias + one[len(anchor) :]
            if one[: len(anchor)] == anchor and again not in found and len(found) < 1000:
                found.append(again)
    return found
