"""What an exit code means.

As a shell shows them, a command that SIGINT has ended has the code 130, and one that SIGPIPE has ended 141: git and
the coreutils end like that when you press Ctrl-C or when `| head` has read enough, and without a word. So does bpc.
"""

from __future__ import annotations

OK, BROKEN_BLUEPRINT, BAD_USAGE, STALE, OUR_BUG, UNWRITABLE = 0, 1, 2, 3, 4, 5
DANGEROUS = 3
INTERRUPTED, NO_READER = 130, 141
