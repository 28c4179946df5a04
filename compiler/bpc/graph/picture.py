"""What a picture shows before anybody draws it: boxes in boxes, and who sends what to whom."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.kit.record import Record


class Box(Record):
    """A thing, or a place with things in it; `id` is its own in the whole picture, `kind` says how it looks."""

    id: str
    kind: str
    title: str
    lines: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()

    def walk(self) -> Iterator[Box]:
        """It and all in it."""
        yield self
        for one in self.boxes:
            yield from one.walk()


class Flow(Record):
    """What goes from one box to another, by their ids."""

    source: str
    target: str
    label: str


class Scene(Record):
    """One environment: what is outside of AWS, the account, and the flows between."""

    name: str
    outside: tuple[Box, ...]
    account: Box
    flows: tuple[Flow, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What flows say, each once: its place is its number."""
        return tuple(dict.fromkeys(one.label for one in self.flows))

    @property
    def boxes(self) -> Iterator[Box]:
        for one in (*self.outside, self.account):
            yield from one.walk()


class Picture(Record):
    """Every environment of a platform."""

    title: str
    description: str
    scenes: tuple[Scene, ...]
