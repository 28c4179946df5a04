"""A difference as GitHub shows it in a pull request: the dangerous in a table, the rest folded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bpc.difference import words
from bpc.difference.shapes import Change, Changes, Difference
from bpc.difference.text import VERBS

MOST = 200  # rows of a table; GitHub takes comments of 65,536 letters
LOUD = ("replaced", "may be replaced", "unknown", "removed")
# What Markdown, a table or HTML would take for its own.
MARKUP = re.compile(r"([\\`*_{}\[\]<>|~#])")


def text(difference: Difference) -> str:
    """A page that can be posted as a comment."""
    return "\n".join(_page(difference)).rstrip() + "\n"


def _page(difference: Difference) -> Iterator[str]:
    yield f"### {plain(difference.old)} → {plain(difference.new)}"
    yield ""
    if not difference.parts:
        yield "No difference."
    for names, changes in words.grouped(difference.parts):
        yield f"**{plain(words.heading(names))}**: {words.summary(changes)}"
        yield ""
        yield from _environment(changes)


def _environment(changes: Changes) -> Iterator[str]:
    yield from (f"- {_finding(one.rule.severity)} {plain(one.message)} ({one.rule.code})" for one in changes.findings)
    if changes.findings:
        yield ""
    every = words.ordered(changes.resources)
    loud = [one for one in every if one.findings or words.verdict(one) in LOUD]
    quiet = [one for one in every if one not in loud]
    yield from _table(loud)
    yield from _folded(f"{len(quiet)} changed in place or added", list(_table(quiet)))
    rows = [_parameter_row(changes, index) for index in range(len(changes.parameters))]
    yield from _folded(words.count(len(rows), "parameter"), _rows(("stack", "parameter", "before", "after"), rows))
    objects = [
        (
            VERBS[one.action],
            code("/".join(filter(None, (one.kind, one.namespace, one.name)))),
            plain(", ".join(one.paths)),
        )
        for one in changes.objects
    ]
    yield from _folded(words.count(len(objects), "Kubernetes object"), _rows(("", "object", "fields"), objects))


def _table(changes: Sequence[Change]) -> Iterator[str]:
    rows = []
    for one in changes:
        said = [*words.details(one), *words.remarks(one)]
        why = [plain(part) for part in said]
        why += [f"{_finding(found.rule.severity)} {plain(found.message)} ({found.rule.code})" for found in one.findings]
        rows.append((words.verdict(one), f"{code(f'{one.stack}/{one.title}')}<br>{one.type}", "<br>".join(why)))
    yield from _rows(("", "resource", "why"), rows)


def _parameter_row(changes: Changes, index: int) -> tuple[str, ...]:
    one = changes.parameters[index]
    before, after = words.parameter(one)
    return one.stack, code(one.title), plain(before), plain(after)


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows[:MOST])
    if len(rows) > MOST:
        yield ""
        yield f"… and {len(rows) - MOST} more."
    yield ""


def _folded(title: str, content: Sequence[str] | Iterator[str]) -> Iterator[str]:
    inner = list(content)
    if inner:
        yield from ("<details>", f"<summary>{title}</summary>", "", *inner, "</details>", "")


def _finding(severity: str) -> str:
    return "❌" if severity == "error" else "⚠️"


def plain(value: str) -> str:
    """Text that stays text."""
    return MARKUP.sub(r"\\\1", " ".join(value.split())).replace("@", "@\u200b")


def code(value: str) -> str:
    """A name in a code span, safe within a table."""
    return f"`{value.replace('`', '').replace('|', '/')}`"
