"""A difference for people: one line a resource, the dangerous first. Styles are for a terminal; a pipe gets none."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic
from bpc.difference import words
from bpc.difference.shapes import ADD, MODIFY, REMOVE, Change, Changes, Difference, Object, Parameter

Line = tuple[str, str]  # a style and a text
STYLES = {
    "replaced": "bold red",
    "may be replaced": "yellow",
    "unknown": "yellow",
    "removed": "red",
    "changed": "",
    "added": "green",
}
WIDTH = max(len(one) for one in STYLES)
MARGIN = " " * (WIDTH + 4)
VERBS = {ADD: "added", MODIFY: "changed", REMOVE: "removed"}


def lines(difference: Difference) -> Iterator[Line]:
    """What is different, line by line."""
    yield "bold", f"{difference.old} → {difference.new}"
    if not difference.parts:
        yield "", "no difference"
    for names, changes in words.grouped(difference.parts):
        yield "", ""
        yield "bold", f"{words.heading(names)}: {words.summary(changes)}"
        yield from _environment(changes)


def _environment(changes: Changes) -> Iterator[Line]:
    yield from _findings(changes.findings)
    for change in words.ordered(changes.resources):
        yield from _change(change)
    yield from (_parameter(one) for one in changes.parameters)
    yield from (_object(one) for one in changes.objects)


def _change(change: Change) -> Iterator[Line]:
    said = words.verdict(change)
    why = "; ".join([*words.details(change), *words.remarks(change)])
    yield STYLES[said], f"  {said:{WIDTH}}  {change.stack}/{change.title} ({change.type}){f': {why}' if why else ''}"
    yield from _findings(change.findings)


def _findings(findings: tuple[Diagnostic, ...]) -> Iterator[Line]:
    for one in findings:
        style = "bold red" if one.rule.severity == "error" else "yellow"
        yield style, f"{MARGIN}{one.rule.severity} {one.rule.code}: {one.message} [{one.rule.name}]"


def _parameter(one: Parameter) -> Line:
    before, after = words.parameter(one)
    value = {ADD: after, REMOVE: before}.get(one.action, f"{before} → {after}")
    return "dim", f"  {VERBS[one.action]:{WIDTH}}  {one.stack} parameter {one.title}: {value}"


def _object(one: Object) -> Line:
    what = "/".join(filter(None, (one.kind, one.namespace, one.name)))
    paths = ", ".join(one.paths[: words.MOST]) + (", …" if len(one.paths) > words.MOST else "")
    return "red" if one.fixed else "", f"  {VERBS[one.action]:{WIDTH}}  {what}{f': {paths}' if paths else ''}"
