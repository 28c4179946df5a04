"""The command line: one module a verb. This package alone prints, reads argv and exits."""

from __future__ import annotations

import os
import sys
import time


def entry() -> None:
    """The command `bpc`. It leaves without tidying its memory up, which would take longer than some compiles."""
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


def main(argv: list[str]) -> int:
    """Run one verb and answer with its exit code; nothing heavy is imported for a compile that changes nothing."""
    started = time.time_ns()
    if argv[:1] == ["compile"]:
        from bpc import stamp

        known = stamp.lookup(argv)
        if known is not None:
            sys.stdout.write(known)
            return 0
    from bpc.cli import run

    return run.guarded(argv, started)
