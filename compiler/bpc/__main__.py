"""`python -m bpc` is the same as `bpc`."""

from __future__ import annotations

from bpc.cli import entry

if __name__ == "__main__":
    entry()
