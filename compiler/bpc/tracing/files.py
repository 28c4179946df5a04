"""Files of the output with neither resources nor objects: a README, policies, what engines and kustomize are told."""

from __future__ import annotations

from collections.abc import Iterable

from bpc.diagnostics import Path
from bpc.environments import Place
from bpc.output import Output
from bpc.output.stacks import Stacks
from bpc.source import Document
from bpc.tracing import FILE, Made, traced

SECTIONS: dict[str, Path] = {"gitops": ("gitops",), "images": ("addons",)}
MARKER = ".bpc.json"


def other(path: str, document: Document, environments: Iterable[tuple[Place, Stacks]]) -> list[Made]:
    """The file at a path below the output folder, if there is one, with the section that asked for it."""
    every = list(environments)
    if path not in _written(every):
        return []
    folders = path.split("/")[:-1]
    inside = [(place, stacks) for place, stacks in every if place.name in (*folders, path.split("/")[-1].split(".")[0])]
    return [_made(path, document, place) for place, _ in inside or every[:1]]


def _written(environments: list[tuple[Place, Stacks]]) -> set[str]:
    sink = _Names()
    output = Output("", environments[0][1].plan.name, lambda _: sink)
    for _, stacks in environments:
        output.add(stacks)
    output.finish()
    return {*sink.paths, MARKER}


class _Names:
    """Keeps the names of what is written."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def write(self, path: str, content: bytes) -> None:
        self.paths.append(path)


def _made(path: str, document: Document, place: Place) -> Made:
    above, *more = path.split("/")
    whole: Path = () if place.only or place.name not in more else ("environments", place.name)
    sets: Path = ("cloudformation", "stackSets")
    alone = above == "cloudformation" and len(more) == 1
    at = sets if alone else SECTIONS.get(above, whole)
    name = place.name if place.name in more or above in SECTIONS else ""
    return traced(document, place, Made(FILE, name, "", "", path, "", path, at, at, None, left=False))
