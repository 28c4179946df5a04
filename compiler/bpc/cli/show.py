"""How complaints look: for people with the source line and a caret, for GitHub as annotations, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from bpc.diagnostics import Diagnostic, Span

START = Span(1, 1, 2)
WIDEST = 160  # columns of a source line that are shown
LONGEST = 240  # letters of a message for people; cfn-lint lists every value that a property takes


class Complaint(NamedTuple):
    """A diagnostic with the file it is about and the text of its line."""

    file: str
    diagnostic: Diagnostic
    line: str


def text(complaints: Iterable[Complaint]) -> str:
    """`file:line:col: error BPC302: message [name]`, the line, a caret, and help."""
    return "".join(line + "\n" for one in complaints for line in _text(one))


def _text(one: Complaint) -> Iterator[str]:
    found, rule = one.diagnostic, one.diagnostic.rule
    span = found.span or START
    place = f"{one.file}:{span.line}:{span.column}" if found.span else one.file
    yield f"{place}: {rule.severity} {rule.code}: {_trimmed(found.message)} [{rule.name}]"
    if one.line.strip():
        line, column = _clipped(one.line, span.column)
        width = max(1, min(span.end - span.column, len(line) + 1 - column))
        gutter = str(span.line)
        # A tab stays a tab, so that the caret stands under its place.
        lead = "".join(letter if letter == "\t" else " " for letter in line[: column - 1])
        yield f"{gutter} | {line}"
        yield f"{' ' * len(gutter)} | {lead}{'^' * width}"
    if found.help:
        yield f"help: {found.help}"


def _trimmed(message: str) -> str:
    """A message on one line; where it goes on and on, without the last of it. The other forms have all of it."""
    message = " ".join(message.split("\n"))
    return message if len(message) <= LONGEST else f"{message[:LONGEST].rstrip(' ,')} …"


def _clipped(line: str, column: int) -> tuple[str, int]:
    """What fits on a screen of a long line, and where the column is in it."""
    if len(line) <= WIDEST:
        return line, column
    start = max(0, column - 1 - WIDEST // 4)
    cut = line[start : start + WIDEST]
    before, after = "…" if start else "", "…" if start + WIDEST < len(line) else ""
    return f"{before}{cut}{after}", column - start + len(before)


def github(complaints: Iterable[Complaint]) -> str:
    """Workflow commands, as GitHub Actions reads them."""
    lines = []
    for file, found, _ in complaints:
        span = found.span or START
        message = found.message + (f" ({found.help})" if found.help else "")
        title = f"{found.rule.code} {found.rule.name}"
        place = f"file={_property(file)},line={span.line},col={span.column},endColumn={span.end},title={title}"
        lines.append(f"::{found.rule.severity} {place}::{_message(message)}\n")
    return "".join(lines)


def _message(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _message(value).replace(":", "%3A").replace(",", "%2C")


def as_json(complaints: Iterable[Complaint]) -> str:
    """One object with a list of diagnostics."""
    rows = []
    for file, found, _ in complaints:
        span = found.span or START
        rows.append(
            {
                "file": file,
                "line": span.line,
                "column": span.column,
                "endColumn": span.end,
                "severity": found.rule.severity,
                "code": found.rule.code,
                "name": found.rule.name,
                "message": found.message,
                "help": found.help,
                "path": list(found.path),
            }
        )
    return json.dumps({"diagnostics": rows}, indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Iterable[Complaint]], str]] = {"text": text, "github": github, "json": as_json}
