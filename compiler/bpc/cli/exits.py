"""What an exit code means."""

from __future__ import annotations

OK, BROKEN_BLUEPRINT, BAD_USAGE, STALE, OUR_BUG, INTERRUPTED = 0, 1, 2, 3, 4, 130
