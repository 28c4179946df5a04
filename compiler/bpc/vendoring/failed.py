"""Why a chart cannot be vendored."""

from __future__ import annotations

from bpc.diagnostics import Rule


class Failed(Exception):
    """A rule, what is wrong, and what to do; `at` is a place below the add-on, such as one of its values."""

    def __init__(self, rule: Rule, message: str, help: str = "", at: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.rule, self.message, self.help, self.at = rule, message, help, at
