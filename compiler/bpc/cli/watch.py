"""Compile a blueprint whenever it is saved, and say what changed."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout

from bpc.beside import Beside
from bpc.cli import compile as compiling
from bpc.cli import diff
from bpc.cli.blueprints import complain, read
from bpc.cli.exits import OK, UNWRITABLE
from bpc.difference import compare
from bpc.difference.sides import Side, Unreadable

EXAMPLES = """examples:
  bpc watch blueprint.yaml                  writes out/<name>/ at every save, and says what CloudFormation would do
  bpc watch fleet.yaml --env dev -o try     one environment alone, somewhere else

It watches the blueprint and the files beside it that it reads, such as vendored charts. Ctrl-C ends it.
"""
PAUSE = 0.25  # seconds between two looks
MOST = 3  # so many files are named

# What tells that a file was saved; nothing for one that is not there.
Stamp = tuple[int, int, int] | None


class _Unwritable(Exception):
    """Nobody hears what is to be said."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help="a blueprint")
    parser.add_argument("-o", "--out", metavar="OUT", default="out", help="write OUT/<name>/ (default: out)")
    parser.add_argument("--env", metavar="NAME", default="", help="compile this environment alone")


def run(options: argparse.Namespace) -> int:
    """Goes on until somebody presses Ctrl-C."""
    _, code = read([options.spec])
    if code:
        return code
    options.check, options.format = False, "text"
    watched: dict[str, Stamp] = {options.spec: None}
    told: list[str] = []
    try:
        while True:
            before = _stamps(watched)
            watched = before | _stamps(path for path in _round(options) if path not in before)
            # It looks for some files in vain; should they come, that is a save as well.
            there = [path for path, stamp in watched.items() if stamp or path == options.spec]
            if there != told:
                _say(f"watching {_named(there)}; Ctrl-C ends\n")
                told = there
            saved = _wait(watched)
            _say(f"\n{time.strftime('%H:%M:%S')} {_named(saved)} saved\n")
    except _Unwritable as error:
        sys.stderr.write(f"bpc: cannot write to standard output: {error}\n")
        return UNWRITABLE


def _round(options: argparse.Namespace) -> tuple[str, ...]:
    """Compile once, and say what came of it; the answer is the files that it looked for beside the blueprint."""
    beside = Beside.of(options.spec)
    said = io.StringIO()
    with redirect_stdout(said):
        try:
            name, new = diff.compiled(options.spec, options.env, beside)
            folder = os.path.join(options.out, name)
            old = _old(folder, options.env)
            specs, _ = read([options.spec])
            for spec in specs:
                result, done = compiling.compiled(spec, options, {})
                if done.code != OK:
                    complain([(spec, result)], "text")
                sys.stdout.write(f"{done.said}\n" if done.said else "")
                if done.code == OK and old:
                    difference = compare(old, new)
                    if difference.parts:
                        diff.show_difference(difference, [], "text")
        except diff.Stop:
            # It has been said, and the next save may mend it.
            pass
    _say(said.getvalue())
    return tuple(beside.seen)


def _old(folder: str, only: str) -> Side | None:
    """What is in the output folder before it is written; nothing where it is not what bpc wrote."""
    if not os.path.isfile(os.path.join(folder, ".bpc.json")):
        return None
    try:
        return diff.folder(folder, only)
    except (diff.Stop, Unreadable):
        return None


def _stamps(paths: Iterable[str]) -> dict[str, Stamp]:
    return {path: _stamp(path) for path in paths}


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _wait(before: Mapping[str, Stamp]) -> list[str]:
    """Until files are saved, and nobody is still writing them: those files."""
    now = dict(before)
    while True:
        time.sleep(PAUSE)
        later = _stamps(before)
        if later == now and later != before:
            return [path for path, stamp in later.items() if stamp != before[path]]
        now = later


def _named(paths: Iterable[str]) -> str:
    every = list(paths)
    more = f" and {len(every) - MOST} more files" if len(every) > MOST else ""
    return f"{', '.join(every[:MOST])}{more}"


def _say(text: str) -> None:
    """At once: what other verbs say waits for their end, which this one does not have."""
    stream = sys.__stdout__
    if stream is None:
        raise _Unwritable("it is closed")
    try:
        stream.write(text.encode(stream.encoding, "backslashreplace").decode(stream.encoding))
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _Unwritable(error.strerror or str(error)) from error
