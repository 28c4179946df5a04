"""The command line: one module a verb. This package alone prints, reads argv and exits."""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """Run one verb and answer with its exit code; nothing heavy is imported for a compile that changes nothing."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["compile"]:
        from bpc import stamp

        known = stamp.lookup(argv)
        if known is not None:
            sys.stdout.write(known)
            return 0
    from bpc.cli import run

    return run.guarded(argv)
