"""A draft as YAML that a person would have written: our order, short lists on one line, notes as comments."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from bpc import schema
from bpc.diagnostics import Path
from bpc.importing.draft import Draft, Note
from bpc.source import scalars

SCHEMA_LINE = "# yaml-language-server: $schema=blueprint.schema.json"
WIDTH = 112
SHORT = 80  # so long may a mapping or list be that stands on one line
PLAIN = re.compile(r"[A-Za-z./][A-Za-z0-9 _./:@+=*-]*|[0-9]+(\.[0-9]+){3}(/[0-9]+)?")
# What older readers of YAML take for true, false or a number.
OTHERS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", ".inf", ".nan"}


def text(draft: Draft, head: Sequence[str] = ()) -> str:
    """The blueprint's text; `head` is said in comments above it."""
    placed: dict[Path, list[Note]] = {}
    for note in draft.notes:
        placed.setdefault(_anchor(draft.data, note.path), []).append(note)
    page = _Page(placed, draft.tool)
    lines = [SCHEMA_LINE, *([f"# {line}".rstrip() for line in ("", *head)] if head else [])]
    for key in _keys(draft.data, (), placed):
        block = list(page.entry(draft.data, key, (), ""))
        if key not in ("apiVersion", "kind"):
            lines.append("")
        lines += block
    return "\n".join(lines) + "\n"


def _anchor(data: Any, path: Path) -> Path:
    """Where a comment stands: before the value, or before where the first key that is not there would be."""
    for length, part in enumerate(path):
        listed = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not listed and not (isinstance(data, dict) and part in data):
            return path[: length + 1] if isinstance(data, dict) else path[:length]
        data = data[part]
    return path


def _keys(value: dict[str, Any], path: Path, placed: dict[Path, list[Note]]) -> list[str]:
    """The keys of a mapping and of the comments in it, in the order of the schema, then as they came."""
    noted = [str(at[-1]) for at in placed if at[:-1] == path and at]
    node = schema.field(path) or {}
    known = list(node.get("properties", {}))
    every = dict.fromkeys([*value, *noted])
    return sorted(every, key=lambda key: known.index(key) if key in known else len(known))


class _Page:
    def __init__(self, placed: dict[Path, list[Note]], tool: str) -> None:
        self.placed, self.tool = placed, tool

    def entry(self, value: dict[str, Any], key: str, path: Path, indent: str) -> Iterator[str]:
        """A key of a mapping with its comments, or only the comments where the key is not there."""
        here = (*path, key)
        yield from self.comments(here, indent)
        if key not in value:
            return
        one, label = value[key], f"{indent}{_scalar(key)}:"
        if one in ({}, []):
            for below in sorted((at for at in self.placed if at[: len(here)] == here and at != here), key=str):
                yield from self.comments(below, indent)
            yield f"{label} {json.dumps(one)}"
            return
        flow = self.flow(one, here)
        if flow is not None and len(label) + len(flow) < SHORT + len(indent):
            yield f"{label} {flow}"
        elif isinstance(one, str) and _is_block(one):
            yield f"{label} {'|' if one.endswith(chr(10)) else '|-'}"
            yield from (f"{indent}  {line}" if line else "" for line in one.removesuffix("\n").split("\n"))
        elif isinstance(one, dict | list):
            yield label
            yield from self.block(one, here, indent + "  ")
        else:
            yield f"{label} {_scalar(one)}"

    def block(self, value: dict[str, Any] | list[Any], path: Path, indent: str) -> Iterator[str]:
        if isinstance(value, dict):
            for key in _keys(value, path, self.placed):
                yield from self.entry(value, key, path, indent)
            return
        for place, item in enumerate(value):
            here = (*path, place)
            yield from self.comments(here, indent)
            flow = self.flow(item, here)
            if flow is not None and len(indent) + len(flow) < WIDTH:
                yield f"{indent}- {flow}"
                continue
            if not item or not isinstance(item, dict | list):
                yield f"{indent}- {_scalar(item) if isinstance(item, str) else json.dumps(item)}"
                continue
            lines = list(self.block(item, here, indent + "  "))
            yield from _bulleted(lines, indent)

    def flow(self, value: Any, path: Path) -> str | None:
        """A value on one line, where it is short and nothing is to be said inside it."""
        if not isinstance(value, dict | list):
            return None if isinstance(value, str) and _is_block(value) else _scalar(value)
        if any(at[: len(path)] == path and len(at) > len(path) for at in self.placed):
            return None
        if isinstance(value, dict):
            value = {key: value[key] for key in _keys(value, path, {})}
        inner = list(value.values()) if isinstance(value, dict) else value
        nested = isinstance(value, dict) and (len(path) < 2 or any(isinstance(one, dict | list) for one in inner))
        deep = isinstance(value, list) and any(isinstance(one, dict | list) for one in inner)
        if value and (nested or deep):
            return None
        parts = [self.flow(one, ()) for one in inner]
        if any(part is None or len(part) > SHORT for part in parts):
            return None
        if isinstance(value, dict):
            flat = "{" + ", ".join(f"{_scalar(key)}: {part}" for key, part in zip(value, parts, strict=True)) + "}"
        else:
            flat = "[" + ", ".join(str(part) for part in parts) + "]"
        return flat if len(flat) <= SHORT else None

    def comments(self, path: Path, indent: str) -> Iterator[str]:
        for note in self.placed.get(path, ()):
            words = f"{self.tool}: {note.source}: {note.text}" if note.source else f"{self.tool}: {note.text}"
            words = "".join(one if one.isprintable() else " " for one in words)
            lines = textwrap.wrap(words, WIDTH - len(indent) - 4, break_long_words=False, break_on_hyphens=False)
            yield from (f"{indent}# {'  ' if place else ''}{line}" for place, line in enumerate(lines))


def _bulleted(lines: list[str], indent: str) -> Iterator[str]:
    """An item of a list: the first line that is no comment takes the dash; comments before it stand above."""
    first = next((place for place, line in enumerate(lines) if not line.lstrip().startswith("#")), 0)
    for place, line in enumerate(lines):
        if place < first:
            yield indent + line.lstrip()
        else:
            yield f"{indent}- {line.lstrip()}" if place == first else line


def _is_block(value: str) -> bool:
    """Whether text is best written as a block, and comes back from one as it was."""
    body = value.removesuffix("\n")
    lines = body.split("\n")
    printable = all(one.isprintable() for one in lines)
    return len(lines) > 1 and printable and bool(body) and lines[0][:1] not in ("", " ") and lines[-1].strip() != ""


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    return json.dumps(value)


def _quoted(value: str) -> str:
    """Text in double quotes; what cannot be printed is escaped, as YAML has it for every plane of Unicode."""
    inside = (one if one.isprintable() else f"\\U{ord(one):08x}" for one in json.dumps(value, ensure_ascii=False)[1:-1])
    return f'"{"".join(inside)}"'


def _is_plain(value: str) -> bool:
    if not PLAIN.fullmatch(value) or value.lower() in OTHERS or value[-1] in ": ":
        return False
    return ": " not in value and value == scalars.plain(value)
