"""A progress bar on a terminal, for a fleet; nothing in a pipe, and nothing for what is over at once."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")

FEW = 20


def bar(items: Iterable[Item], count: int, doing: str = "compiling", few: int = FEW) -> Iterable[Item]:
    """The items, with a bar that follows them where somebody is looking."""
    if count < few or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, doing, total=count, console=Console(stderr=True), transient=True)
