"""One walk over a blueprint's YAML events: data and places, built together, without recursion.

Aliases share what they name. What they would expand to is counted all the same, so that a file that stands
for millions of values is refused at the alias that goes too far, before anything of that size exists.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from bpc.diagnostics import Diagnostic, Path, Span
from bpc.kit.record import Record
from bpc.source import refusals
from bpc.source.decoding import MOST_COMPLAINTS, UNSEEN
from bpc.source.pyyaml import yaml
from bpc.source.refusals import MOST_DEPTH, MOST_VALUES
from bpc.source.scalars import TooLargeError, plain

MERGE = "<<"


class GivenUpError(Exception):
    """Going on would help nobody: the complaint is made."""


class Anchor(Record):
    """What an alias stands for: a value, how many values and levels that is, and where it is written."""

    value: Any
    size: int
    height: int
    path: Path


class Frame:
    """A list or mapping that is still open."""

    __slots__ = ("anchor", "before", "data", "flow", "height", "key", "merge", "path", "use")

    def __init__(self, data: dict[str, Any] | list[Any], path: Path, anchor: str | None, before: int, flow: bool):
        self.data, self.path, self.anchor, self.before, self.flow = data, path, anchor, before, flow
        self.height = 1
        self.key: str | None = None
        self.use: Literal["keep", "merge", "drop"] = "keep"
        self.merge: list[Any] = []

    def wants_key(self) -> bool:
        return self.key is None and type(self.data) is dict

    def next(self) -> Path:
        """The path of what comes next. A key that is a collection is walked as `?`, and then dropped."""
        if type(self.data) is list:
            return (*self.path, len(self.data))
        return (*self.path, "?" if self.key is None else self.key)


class Walk:
    """What is known after the events so far."""

    def __init__(self, lines: list[str]):
        self.lines = lines
        self.data: Any = None
        self.values: dict[Path, Span] = {}
        self.keys: dict[Path, Span] = {}
        self.written: dict[Path, str] = {}
        self.aliases: dict[Path, Path] = {}
        self.found: list[Diagnostic] = []
        self.anchors: dict[str, Anchor | None] = {}  # None while the value is still open
        self.frames: list[Frame] = []
        self.total = 0

    def feed(self, event: yaml.Event) -> None:
        """Take one more event of the document."""
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.close(event)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)

    def report(self, one: Diagnostic) -> None:
        self.found.append(one)
        if len(self.found) >= MOST_COMPLAINTS:
            raise GivenUpError

    def scalar(self, event: yaml.ScalarEvent) -> None:
        frame = self.frames[-1] if self.frames else None
        span = self.span(event)
        path = frame.next() if frame else ()
        self.count(1, path, span)
        if event.tag is not None:
            self.report(refusals.tag(path, span, event.tag))
        text = event.value
        if event.style == '"' and not text.isprintable() and (bad := re.search(UNSEEN, text)):
            self.report(refusals.escape(path, span, bad[0]))
            text = re.sub(UNSEEN, "\ufffd", text)
        value = text if event.style else self.number(text, path, span)
        if frame and frame.wants_key():
            if event.anchor is not None:
                self.anchors[event.anchor] = Anchor(value, 1, 0, path)
            self.key(frame, value, text, span, merges=text == MERGE and not event.style)
            return
        if not text and path in self.keys and not (event.style or event.anchor or event.tag):
            key = self.keys[path]  # the two parsers disagree where nothing stands, so say: at the colon
            span = Span(key.line, key.end, key.end + 1)
        self.values[path] = span
        if not isinstance(value, str):
            self.written[path] = text
        if event.anchor is not None:
            self.anchors[event.anchor] = Anchor(value, 1, 0, path)
        self.put(value, 0)

    def number(self, text: str, path: Path, span: Span) -> Any:
        """The value of a plain scalar; a number that does not fit is reported and stays text."""
        try:
            return plain(text)
        except TooLargeError:
            self.report(refusals.number(path, span, text))
            return text

    def key(self, frame: Frame, value: Any, text: str, span: Span, merges: bool) -> None:
        """A key is complete."""
        frame.use = "merge" if merges else "keep"
        frame.key = text
        path = (*frame.path, text)
        if not isinstance(value, str):
            frame.use = "drop"
            self.report(refusals.key_of_another_kind(path, span, value, text))
        elif frame.merge if merges else text in frame.data:
            self.report(refusals.duplicate_key(path, span, text, self.keys[path].line, merges))
            return
        self.keys[path] = span

    def open(self, event: yaml.CollectionStartEvent) -> None:
        frame = self.frames[-1] if self.frames else None
        path = frame.next() if frame else ()
        span = self.span(event)
        self.count(1, path, span)
        self.descend(1, path, span)
        if event.tag is not None:
            self.report(refusals.tag(path, span, event.tag))
        data: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if frame and frame.wants_key():
            self.report(refusals.key_of_another_kind(path, span, data, ""))
        # A block has no bracket to point at; the key above it says best what is meant.
        self.values[path] = span if event.flow_style else self.keys.get(path, span)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.frames.append(Frame(data, path, event.anchor, self.total - 1, bool(event.flow_style)))

    def close(self, event: yaml.CollectionEndEvent) -> None:
        frame = self.frames.pop()
        if frame.flow:
            start, mark = self.values[frame.path], event.end_mark
            if mark and mark.line + 1 == start.line:
                self.values[frame.path] = Span(start.line, start.column, max(mark.column, start.column) + 1)
        for value in frame.merge:
            self.merge(frame, value)
        if frame.anchor is not None:
            self.anchors[frame.anchor] = Anchor(frame.data, self.total - frame.before, frame.height, frame.path)
        self.put(frame.data, frame.height)

    def alias(self, event: yaml.AliasEvent) -> None:
        """An alias: its anchor's value once more, counted in full and shared."""
        frame = self.frames[-1] if self.frames else None
        name = event.anchor or ""
        path, span = frame.next() if frame else (), self.span(event)
        anchor = self.anchors.get(name)
        if anchor is None:
            if name in self.anchors:
                self.report(refusals.cyclic_alias(path, span, name))
            else:
                self.report(refusals.unknown_anchor(path, span, name, self.anchors))
            anchor = Anchor({} if frame and frame.use == "merge" else None, 1, 0, path)
        self.count(anchor.size, path, span, name)
        self.descend(anchor.height, path, span)
        if frame and frame.wants_key():
            text = anchor.value if isinstance(anchor.value, str) else f"*{name}"
            self.key(frame, anchor.value, text, span, merges=False)
            return
        self.values[path] = span
        self.aliases[path] = anchor.path
        self.put(anchor.value, anchor.height)

    def put(self, value: Any, height: int) -> None:
        """Hand a finished value to the list or mapping around it."""
        if not self.frames:
            self.data = value
            return
        frame = self.frames[-1]
        frame.height = max(frame.height, height + 1)
        data = frame.data
        if isinstance(data, list):
            data.append(value)
        elif frame.key is None:
            frame.key, frame.use = "?", "drop"
        else:
            if frame.use == "keep":
                data[frame.key] = value
            elif frame.use == "merge":
                frame.merge.append(value)
            frame.key, frame.use = None, "keep"

    def merge(self, frame: Frame, value: Any) -> None:
        """Take over keys for `<<`: what the mapping says itself wins, then the mapping named earlier."""
        path = (*frame.path, MERGE)
        if isinstance(value, list):
            for index, source in enumerate(value):
                self.take_over(frame, source, (*path, index), path)
        else:
            self.take_over(frame, value, path, path)

    def take_over(self, frame: Frame, source: Any, at: Path, within: Path) -> None:
        """Take over the keys of the mapping at a path, which may stand behind the alias around it."""
        span = self.values.get(at, self.values[within])
        data = frame.data
        if not isinstance(source, dict) or not isinstance(data, dict):
            if all(one.span != span for one in self.found):
                self.report(refusals.merge_value(at, span, source))
            return
        for key in source:
            if key not in data:
                data[key] = source[key]
                path, inner = (*frame.path, key), (*at, key)
                self.aliases[path] = inner
                self.keys[path] = self.keys.get(inner, span)
                self.values[path] = self.values.get(inner, span)

    def count(self, size: int, path: Path, span: Span, alias: str = "") -> None:
        self.total += size
        if self.total > MOST_VALUES:
            self.report(refusals.expansion(path, span, alias))
            raise GivenUpError

    def descend(self, levels: int, path: Path, span: Span) -> None:
        if len(self.frames) + levels > MOST_DEPTH:
            self.report(refusals.too_deep(path, span))
            raise GivenUpError

    def unclosed(self) -> Span | None:
        """The innermost bracket that is still open."""
        frame = self.frames[-1] if self.frames else None
        return self.values[frame.path] if frame and frame.flow else None

    def span(self, event: yaml.NodeEvent) -> Span:
        """The place of an event; one of several lines ends with its first line, an empty one is one wide."""
        start: Any = event.start_mark
        end: Any = event.end_mark
        if start.line >= len(self.lines):  # libyaml calls the end of the text a line of its own
            column = len(self.lines[-1]) + 1
            return Span(len(self.lines), column, column + 1)
        first, last = start.column + 1, end.column + 1
        if end.line != start.line:
            last = len(self.lines[start.line].rstrip()) + 1
        return Span(start.line + 1, first, max(last, first + 1))
