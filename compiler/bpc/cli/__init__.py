"""The command line: one module a verb. This package alone prints, reads argv and exits."""

from __future__ import annotations

import os
import sys
import time


def entry() -> None:
    """The command `bpc`. It leaves without tidying its memory up, which would take longer than some compiles."""
    os._exit(main(sys.argv[1:]))


def main(argv: list[str]) -> int:
    """Run one verb and answer with its exit code."""
    try:
        code, text = _answer(argv, time.time_ns())
        code = _say(text, code)
        sys.stderr.flush()
    except KeyboardInterrupt:
        from bpc.cli.exits import INTERRUPTED

        return INTERRUPTED
    except OSError as error:
        # What is left is standard error, and no place to say so.
        return _lost(error)
    return code


def _answer(argv: list[str], started: int) -> tuple[int, str]:
    """The exit code and what is to be said; nothing heavy is imported for a compile that changes nothing."""
    if argv[:1] == ["compile"]:
        from bpc import stamp

        known = stamp.lookup(argv)
        if known is not None:
            return 0, known
    from bpc.cli import run

    return run.guarded(argv, started)


def _say(text: str, code: int) -> int:
    """Write to standard output, which nobody else does; the exit code changes where that cannot be."""
    if not text:
        return code
    try:
        if sys.stdout is None:
            raise OSError("it is closed")
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError as error:
            # The name of a file may be no text at all.
            sys.stdout.write(text.encode(error.encoding, "backslashreplace").decode(error.encoding))
        sys.stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"bpc: cannot write to standard output: {error.strerror or error}\n")
        return _lost(error)
    return code


def _lost(error: OSError) -> int:
    """The exit code when something was not said: its reader has gone, or there is no room for it."""
    from bpc.cli.exits import NO_READER, UNWRITABLE

    return NO_READER if isinstance(error, BrokenPipeError) else UNWRITABLE
