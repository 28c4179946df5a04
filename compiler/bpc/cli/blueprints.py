"""What the verbs that read blueprints share: reading files, and showing what is wrong with them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bpc.cli.exits import BAD_USAGE, OK
from bpc.kit.record import Record
from bpc.pipeline import Result

if TYPE_CHECKING:
    import argparse

FORMATS = ("text", "github", "json")


class Read(Record):
    """A blueprint's file and its bytes."""

    path: str
    raw: bytes


def add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="text", help="how complaints are written (default: text)")


def read(paths: Sequence[str]) -> tuple[list[Read], int]:
    """The files that can be read; the exit code is bad usage when one cannot."""
    found, code = [], OK
    for path in dict.fromkeys(paths):
        try:
            with open(path, "rb") as file:
                found.append(Read(path, file.read()))
        except OSError as error:
            sys.stderr.write(f"bpc: cannot read {path}: {error.strerror}\n")
            code = BAD_USAGE
    return found, code


def complain(results: Sequence[tuple[Read, Result]], form: str) -> None:
    """Write what is wrong: for people to standard error, for machines to standard output."""
    if form == "text" and not any(result.diagnostics for _, result in results):
        return
    from bpc.cli import show

    complaints = [
        show.Complaint(spec.path, one, _line(spec, one.span.line) if one.span else "")
        for spec, result in results
        for one in result.diagnostics
    ]
    stream = sys.stderr if form == "text" else sys.stdout
    stream.write(show.FORMATS[form](complaints))


def _line(spec: Read, number: int) -> str:
    from bpc.source.decoding import lines_of

    lines = lines_of(spec.raw)
    return lines[number - 1] if 0 < number <= len(lines) else ""
