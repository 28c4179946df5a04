"""Stage 1: the text of a blueprint becomes plain data, and every value knows its place in the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, Path, Span, rule
from bpc.kit.record import Record
from bpc.source.decoding import START, decode, split
from bpc.source.events import GivenUpError, Walk
from bpc.source.pyyaml import yaml
from bpc.source.refusals import MOST_DEPTH
from bpc.source.scalars import kind

# libyaml where PyYAML was built with it: ten times as fast, and it reads the same.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

EMPTY_DOCUMENT = rule(
    "BPC105",
    "empty-document",
    why="There is nothing to compile.",
    cure="Start with apiVersion, kind and metadata; `bpc explain` shows what may follow.",
)
ROOT_NOT_MAPPING = rule(
    "BPC106",
    "root-not-mapping",
    why="A blueprint is a mapping: sections by their names.",
    cure="Start with apiVersion, kind and metadata, each in the first column.",
)
SEVERAL_DOCUMENTS = rule(
    "BPC107",
    "several-documents",
    why="One file is one blueprint; a second document would be dropped without a word.",
    cure="Move the second document to a file of its own, or delete the line `---`.",
)


class Document(Record):
    """A blueprint as it was written. Values may be shared where aliases were used: read, never change, them.

    `written` is what was typed for a plain scalar that is no string, so that a message can quote `1.30`.
    `origins` says where the parts of merged data come from, once an environment's `with:` lies over the root.
    `aliases` says which anchor's value stands at a path.
    """

    data: dict[str, Any]
    values: Mapping[Path, Span]
    keys: Mapping[Path, Span]
    written: Mapping[Path, str]
    lines: list[str]
    origins: Mapping[Path, Path] = {}
    aliases: Mapping[Path, Path] = {}

    def locate(self, path: Path, key: bool = False) -> Span:
        """The place of a value, or of its key; of the nearest thing around it where it was not written."""
        path = _replaced(path, self.origins)
        if key and path in self.keys:
            return self.keys[path]
        while path:
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return START

    def placed(self, path: Path) -> Path:
        """Where a value was typed: in an environment's `with:`, or behind the anchor that an alias names."""
        path = _replaced(path, self.origins)
        for _ in range(MOST_DEPTH):
            if path in self.values or not self.aliases:
                break
            path = _replaced(path, self.aliases)
        return path

    def typed(self, path: Path) -> str | None:
        """What was typed for a value that is no string, followed through origins and aliases."""
        path = _replaced(path, self.origins)
        for _ in range(MOST_DEPTH):
            if path in self.written:
                return self.written[path]
            path = _replaced(path, self.aliases)
        return None


def parse(raw: bytes, loader: type[Any] = LOADER) -> tuple[Document | None, list[Diagnostic]]:
    """Read a blueprint. There is no document where the text could not be read to its end."""
    text, found = decode(raw)
    if found:
        return None, found
    lines = split(text)
    walk = Walk(lines)
    whole = _read(loader(text), walk, text)
    if not whole:
        return None, walk.found
    root = walk.values.pop((), START)
    if not isinstance(walk.data, dict):
        if not walk.found:
            walk.found.append(_no_mapping(walk.data, root))
        return None, walk.found
    document = Document(walk.data, walk.values, walk.keys, walk.written, lines, aliases=walk.aliases)
    return document, walk.found


def _read(events: Any, walk: Walk, text: str) -> bool:
    """Walk the events of the first document; whether it could be read to its end."""
    documents = 0
    try:
        while not isinstance(event := events.get_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    walk.report(_second(event.start_mark))
                    break
            walk.feed(event)
    except GivenUpError:
        return False
    except yaml.YAMLError as error:
        from bpc.source.syntax import explain

        walk.found.append(explain(error, text, walk.lines, walk.unclosed()))
        return False
    except (ValueError, OverflowError):  # the parser in Python, on numbers out of range
        from bpc.source.syntax import surprise

        walk.found.append(surprise(events.get_mark(), walk.lines))
        return False
    return True


def _second(mark: Any) -> Diagnostic:
    span = Span(mark.line + 1, mark.column + 1, mark.column + 4)
    return SEVERAL_DOCUMENTS.at((), "a second document starts here", "keep one document in a file", span=span)


def _no_mapping(data: object, span: Span) -> Diagnostic:
    help = "start with apiVersion, kind and metadata"
    if data is None:
        return EMPTY_DOCUMENT.at((), "the file is empty", help, span=START)
    return ROOT_NOT_MAPPING.at((), f"this takes a mapping, not {kind(data)}", help, span=span)


def _replaced(path: Path, table: Mapping[Path, Path]) -> Path:
    """The path with its longest prefix that the table knows exchanged for what the table says."""
    if table:
        for length in range(len(path), -1, -1):
            if path[:length] in table:
                return table[path[:length]] + path[length:]
    return path
