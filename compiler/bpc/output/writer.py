"""The contract of a writer: one kind of file in the output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bpc.diagnostics import Diagnostic
from bpc.output.stacks import Stacks


class Writer:
    """Is made for the first environment that needs it, and kept for all that do."""

    def __init__(self, name: str, header: str, write: Callable[[str, bytes], None]) -> None:
        """`name` is the blueprint's, `header` what every file says of itself; `write` takes a path and its content."""
        self.name, self.header, self.write = name, header, write

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        """Write the files of one environment, or note what `finish` needs."""
        raise NotImplementedError

    def finish(self) -> None:
        """Write what is known only after the last environment. Nothing of it may fail."""

    @property
    def about(self) -> dict[str, Any]:
        """What `.bpc.json` says because of this writer."""
        return {}
