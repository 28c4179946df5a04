"""A blueprint in the making: its data, and notes on what could not be carried over.

Whatever is put is held against the language at once: a value that the language does not take becomes a note at
the place where it would have stood, so that every draft fits the schema, whatever was imported.
"""

from __future__ import annotations

from typing import Any

from bpc import schema
from bpc.diagnostics import Path
from bpc.kit.record import Record


class Note(Record):
    """What a reader of the blueprint should know: where it belongs, what it was in the source, and the words."""

    path: Path
    source: str
    text: str
    lost: bool = True


class Draft:
    """The data and the notes so far."""

    def __init__(self, tool: str) -> None:
        self.tool = tool
        self.data: dict[str, Any] = {"apiVersion": "bpc/v1", "kind": "Blueprint"}
        self.notes: list[Note] = []
        self.carried: set[str] = set()

    def put(self, path: Path, value: Any, source: str = "") -> bool:
        """Set a field, or say in a note why it cannot be."""
        node = schema.field(path)
        if node is None:
            self.lose(path, source, value, "the language has no such field")
            return False
        kept, dropped = _fitting(value, node)
        for one in dropped:
            self.lose(path, source, one, f"`{spelled(path)}` does not take it")
        if dropped and kept in ([], {}, None):
            return False
        self._set(path, kept)
        if source:
            self.carried.add(source)
        return True

    def takes(self, path: Path, value: Any) -> bool:
        """Whether the language has the field, and it takes the value."""
        node = schema.field(path)
        return node is not None and not _fitting(value, node)[1]

    def lose(self, path: Path, source: str, value: Any, why: str) -> None:
        """Note a value that could not be carried over. What bpc itself would have added is lost without a word."""
        if source:
            self.notes.append(Note(path, source, f"{_shown(value)}could not be carried over: {why}"))

    def remark(self, path: Path, source: str, text: str) -> None:
        """Note something that a reader should know of a value that was carried over."""
        self.notes.append(Note(path, source, text, lost=False))

    def get(self, *path: str | int) -> Any:
        """A value of the draft, or None."""
        found: Any = self.data
        for part in path:
            inside = isinstance(found, dict) and part in found
            if not inside and not (isinstance(found, list) and isinstance(part, int) and part < len(found)):
                return None
            found = found[part]
        return found

    def _set(self, path: Path, value: Any) -> None:
        at: Any = self.data
        for part, below in zip(path, (*path[1:], None), strict=True):
            if isinstance(part, int):
                at.extend({} for _ in range(part + 1 - len(at)))
            if below is None:
                at[part] = value
            elif isinstance(at, dict):
                at = at.setdefault(part, [] if isinstance(below, int) else {})
            else:
                at = at[part]


def spelled(path: Path) -> str:
    """A path as a user writes it."""
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path).lstrip(".")


def fits(value: Any, node: schema.Node) -> bool:
    """Whether a value fits a schema node."""
    try:
        schema.accept(value, node)
    except schema.Doubt:
        return False
    return True


def _fitting(value: Any, node: schema.Node) -> tuple[Any, list[Any]]:
    """What of a value fits, and what does not: items of a list and keys of a mapping are judged one by one."""
    if fits(value, node):
        return value, []
    if isinstance(value, list) and fits([], dict(node) | {"minItems": 0}) and len(value) > 1:
        kept = [one for one in value if fits([one], dict(node) | {"minItems": 0})]
        if kept and fits(kept, node):
            return kept, [one for one in value if one not in kept]
    if isinstance(value, dict) and len(value) > 1 and not node.get("required"):
        some = {key: one for key, one in value.items() if fits({key: one}, node)}
        if some and fits(some, node):
            return some, [{key: one} for key, one in value.items() if key not in some]
    return None, [value]


def _shown(value: Any) -> str:
    """A value as a note shows it, where it is short enough to be one."""
    import json

    if value is None or value == "":
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return f"{text if len(text) <= 100 else text[:97] + '...'} "
