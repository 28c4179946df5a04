"""What the compiler has to say about a blueprint: rules, diagnostics, and how they are shown.

A `Rule` is declared beside the code that raises it and registers itself. Checks speak in paths; line and
column are looked up once, at the edge, when a diagnostic is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from bpc.kit.record import Record

Path = tuple[str | int, ...]
Severity = Literal["error", "warning"]


class Span(NamedTuple):
    """A place in the source text: 1-based line and columns, `end` is one past the last column."""

    line: int
    column: int
    end: int


class Diagnostic(Record):
    """One complaint. `key` says whether it points at the key itself or at the value behind it."""

    rule: Rule
    path: Path
    message: str
    help: str = ""
    key: bool = False
    span: Span | None = None


class Rule(Record):
    """A kind of complaint: BPC1xx text, 2xx shape, 3xx sense, 4xx plan, 5xx output. Codes are never reused."""

    code: str
    name: str
    why: str
    cure: str
    severity: Severity = "error"

    def at(
        self, path: Path, message: str, help: str = "", *, key: bool = False, span: Span | None = None
    ) -> Diagnostic:
        return Diagnostic(self, path, message, help, key, span)


RULES: dict[str, Rule] = {}
_NAMES: set[str] = set()


def rule(code: str, name: str, *, why: str, cure: str, severity: Severity = "error") -> Rule:
    """Declare a rule. A code or a name used twice is a mistake of ours and fails at import."""
    if code in RULES or name in _NAMES:
        raise ValueError(f"{code} [{name}] is declared twice")
    _NAMES.add(name)
    RULES[code] = Rule(code, name, why, cure, severity)
    return RULES[code]


def errors(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those that stop the compiler."""
    return [one for one in diagnostics if one.rule.severity == "error"]


def tidy(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, without duplicates."""
    unique = {(one.span, one.rule.code, one.message): one for one in diagnostics}
    start = Span(0, 0, 0)
    return sorted(unique.values(), key=lambda one: (one.span or start, one.rule.code, one.message))
