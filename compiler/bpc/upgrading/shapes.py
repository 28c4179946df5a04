"""What an upgrade needs, one minor version of Kubernetes at a time."""

from __future__ import annotations

from bpc.diagnostics import Diagnostic, Path, Span
from bpc.difference.shapes import Difference
from bpc.kit.record import Record


class Edit(Record):
    """A line of the blueprint that somebody has to look at; `span` is nothing for one that is to be added."""

    path: Path
    span: Span | None
    said: str
    environments: tuple[str, ...] = ()


class OldApi(Record):
    """An object in an API version that is not served any more, or will not be: `gone` says which."""

    shown: str
    api: str
    removed: str
    instead: str
    gone: bool
    path: Path
    span: Span
    environments: tuple[str, ...] = ()


class AddOn(Record):
    """An EKS add-on: its name here and at EKS, the version that the blueprint says, and the newest that is known to go
    with the new Kubernetes version, with who says so; both are empty where nobody does."""

    name: str
    eks_name: str
    pinned: str
    version: str
    source: str


class Todo(Record):
    """One thing to do, in its turn: what it is called, what to know of it, and what to type."""

    title: str
    said: tuple[str, ...]
    commands: tuple[str, ...] = ()


class Step(Record):
    """From one minor version to the next, for the environments that take it."""

    old: str
    new: str
    environments: tuple[str, ...]
    obstacles: tuple[Diagnostic, ...]
    edits: tuple[Edit, ...]
    apis: tuple[OldApi, ...]
    addons: tuple[AddOn, ...]
    changes: Difference | None
    order: tuple[Todo, ...]

    @property
    def stands(self) -> bool:
        """Whether something stands in the way that nobody but the user can move."""
        return any(one.rule.severity == "error" for one in self.obstacles) or any(one.gone for one in self.apis)
