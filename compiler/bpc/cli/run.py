"""Runs a verb, and turns whatever goes wrong into a message and an exit code."""

from __future__ import annotations

import gc
import io
import sys
from contextlib import redirect_stdout
from types import SimpleNamespace
from typing import TYPE_CHECKING

from bpc import __version__
from bpc.cli.exits import BAD_USAGE, OK, OUR_BUG

if TYPE_CHECKING:
    from argparse import Namespace

# So many objects more than at the last collection, and the collector looks again.
GARBAGE = 50_000


def guarded(argv: list[str], started: int) -> tuple[int, str]:
    """One verb: its exit code, and what it has to say; `started` is when the command began, in nanoseconds.

    A mistake of ours is shown as one, with what to send us, and never as a bare traceback.
    """
    # A compile lives for a tenth of a second: to look for cycles costs more than it gives, but for a large fleet.
    gc.set_threshold(GARBAGE)
    # Said at the end and in one place: so a full disk behind standard output is never taken for a mistake of ours.
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            code = _run(argv, started)
    except BrokenPipeError:
        # The reader of our complaints has gone; that is no mistake of anybody's.
        raise
    except Exception:
        code = _our_bug(argv)
    return code, said.getvalue()


def _run(argv: list[str], started: int) -> int:
    options: Namespace | SimpleNamespace | None = plain(argv)
    if options is None:
        # Everything but the plainest command is read by argparse, which takes a twentieth of a compile to import.
        from bpc.cli import parser

        try:
            options = parser.parsed(argv)
        except SystemExit as stop:
            return BAD_USAGE if stop.code else OK
    options.argv, options.started = argv, started
    code: int = options.run(options)
    return code


def plain(argv: list[str]) -> SimpleNamespace | None:
    """The options of `compile SPEC…` with nothing but `-o OUT` beside it; None for any other command."""
    if argv[:1] != ["compile"]:
        return None
    specs, out = argv[1:], "out"
    if "-o" in specs[:-1]:
        place = specs.index("-o")
        out = specs[place + 1]
        del specs[place : place + 2]
    if not specs or any(one.startswith("-") for one in (*specs, out)):
        return None
    from bpc.cli import compile as verb

    return SimpleNamespace(specs=specs, out=out, env="", check=False, format="text", run=verb.run)


def _our_bug(argv: list[str]) -> int:
    import traceback

    details = traceback.format_exc()
    sys.stderr.write(
        f"bpc: this is a mistake in bpc {__version__}, not in your blueprint.\n"
        f"Please report it with the command (bpc {' '.join(argv)}) and these lines:\n\n"
        + "".join(f"    {line}\n" for line in details.splitlines())
    )
    return OUR_BUG
