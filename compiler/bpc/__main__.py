"""`python -m bpc` is the same as `bpc`."""

from __future__ import annotations

import sys

from bpc.cli import main

if __name__ == "__main__":
    sys.exit(main())
