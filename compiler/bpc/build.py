"""Filled data becomes a Blueprint, node by node. This cannot fail for what `schema.accept` let through.

Nothing here knows the language: what becomes of a value follows from the annotation of its field in `bpc.model`.

    Disk, Disk | None         a node; None where the data has none
    tuple[Taint, ...]         nodes from a list, or from a mapping in the order of its keys
    Mapping[str, Taint]       nodes by their keys
    all else                  the value as it is, a list as a tuple
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from bpc import model
from bpc.diagnostics import Path
from bpc.model import Blueprint, Data, Node

Kind = Callable[[], type[Node]]  # not the class itself: its module may never be needed
Make = Callable[[Kind, Path, Any, Data], Any]


def camel(name: str) -> str:
    """The key of a field: `key_name` is written keyName."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def blueprint(data: Data, written: Data, environment: str, account: str | None) -> Blueprint:
    """The blueprint of one environment, from filled data; `written` is the same before defaults came in."""
    explicit = written.get("addons", {})
    addons = {
        name: {"name": name, "explicit": name in explicit, "options": options}
        for name, options in data["addons"].items()
    }
    whole = {**data, "environment": environment, "account": account, "addons": addons, "mentioned": {*written}}
    made: Blueprint = node(Blueprint, (), whole, whole)
    return made


def node(kind: type[Node], at: Path, data: Data, whole: Data) -> Any:
    """The node at a place in the document, with all below it; `whole` is for values that follow from others."""
    data = kind.derived(data, whole)
    values: list[Any] = []
    for key, make, below in fields(kind):
        value = data.get(key)
        if make and value is not None:
            value = make(below, (*at, key), value, whole)
        values.append(tuple(value) if isinstance(value, list) else value)
    return kind(at, *values)


def _one(kind: Kind, at: Path, data: Data, whole: Data) -> Any:
    return node(kind(), at, data, whole)


def _nodes(kind: Kind, at: Path, data: Any, whole: Data) -> Any:
    places = sorted(data.items()) if isinstance(data, Mapping) else enumerate(data)
    return tuple(node(kind(), (*at, place), one, whole) for place, one in places)


def _mapping(kind: Kind, at: Path, data: Any, whole: Data) -> Any:
    return {key: node(kind(), (*at, key), one, whole) for key, one in data.items()}


FORMS: tuple[tuple[str, str, Make], ...] = (
    ("", "", _one),
    ("tuple[", ", ...]", _nodes),
    ("Mapping[str, ", "]", _mapping),
)


_fields: dict[type[Node], tuple[tuple[str, Make | None, Kind], ...]] = {}


def fields(kind: type[Node]) -> tuple[tuple[str, Make | None, Kind], ...]:
    """Each field but `at`: its key, what makes its nodes if it has any, and their class."""
    if kind not in _fields:
        owners = [owner for owner in reversed(kind.__mro__) if issubclass(owner, Node) and owner is not Node]
        _fields[kind] = tuple(
            (camel(name), *_form(owner, annotation))
            for owner in owners
            for name, annotation in owner.__annotations__.items()
        )
    return _fields[kind]


def _form(owner: type[Node], annotation: str) -> tuple[Make | None, Kind]:
    text = annotation.removesuffix(" | None")
    for opening, closing, make in FORMS:
        name = text.removeprefix(opening).removesuffix(closing)
        if text == opening + name + closing and (kind := _kind(owner, name)):
            return make, kind
    return None, lambda: Node


def _kind(owner: type[Node], name: str) -> Kind | None:
    """The class that a name means in the module of `owner`, if it is a node's."""
    found = vars(sys.modules[owner.__module__]).get(name) or vars(model).get(name)
    if found is None and name in model.LAZY:
        return lambda: getattr(model, name)
    return (lambda: found) if isinstance(found, type) and issubclass(found, Node) else None
