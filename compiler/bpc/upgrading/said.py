"""An upgrade for people, for pull requests and for machines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bpc import facts
from bpc.diagnostics import Span
from bpc.difference import machine, markdown, text
from bpc.upgrading import versions
from bpc.upgrading.addons import asked
from bpc.upgrading.shapes import Edit, OldApi, Step


def lines(steps: Iterable[Step], file: str) -> Iterator[str]:
    """What each step needs, line by line."""
    for step in steps:
        yield f"Kubernetes {step.old} → {step.new}: {', '.join(step.environments)}"
        yield from (f"  {versions.support(version)}" for version in (step.old, step.new))
        yield f"  (as of {facts.as_of()})"
        for title, rows in _parts(step, file):
            yield ""
            yield f"  {title}"
            yield from (f"    {row}" for row in rows)
        if step.changes and step.changes.parts:
            _, *rest = text.lines(step.changes)
            yield from ("", "  what changes")
            yield from (f"    {row}" if row else "" for _, row in rest[1:])
        yield from ("", "  in this order")
        for number, todo in enumerate(step.order, 1):
            yield f"    {number}. {todo.title}: {todo.said[0]}"
            yield from (f"       {one}" for one in todo.said[1:])
            yield from (f"       $ {one}" for one in todo.commands)
        yield ""


def _parts(step: Step, file: str) -> Iterator[tuple[str, list[str]]]:
    """What stands in the way and what is to be edited, each with its place in the blueprint."""
    if step.obstacles:
        rows = []
        for one in step.obstacles:
            place = _place(file, one.span)
            rows.append(f"{place}: {one.rule.severity} {one.rule.code}: {one.message} [{one.rule.name}]")
            rows += [f"  help: {one.help}"] if one.help else []
        yield "what the compiler says of it", rows
    if step.edits:
        yield "to edit", [f"{_place(file, one.span)}: {one.said}{_of(step, one)}" for one in step.edits]
    if step.addons:
        yield "add-on versions", [*_addons(step)]
    if step.apis:
        yield "API versions", [f"{_place(file, one.span)}: {_api(one)}{_of(step, one)}" for one in step.apis]


def _addons(step: Step) -> Iterator[str]:
    """The newest version that is known of each EKS add-on; what nothing is known of together."""
    for one in step.addons:
        if one.version:
            own = f" (the blueprint says {one.pinned})" if one.pinned else ""
            yield f"{one.name}: {one.version}, {one.source}{own}"
    if unknown := [one.name for one in step.addons if not one.version]:
        yield f"{', '.join(unknown)}: nothing is known of {step.new}; ask `{asked('NAME', step.new)}`"


def _api(one: OldApi) -> str:
    when = f"is not served since {one.removed}" if one.gone else f"goes with {one.removed}"
    return f"{one.shown}: {one.api} {when}; {f'write {one.instead}' if one.instead else 'nothing takes its place'}"


def _of(step: Step, one: Edit | OldApi) -> str:
    """The environments, where they are not all of the step's."""
    return "" if one.environments == step.environments else f" ({', '.join(one.environments)})"


def _place(file: str, span: Span | None) -> str:
    return f"{file}:{span.line}:{span.column}" if span else file


def page(steps: Iterable[Step], file: str) -> Iterator[str]:
    """The same as Markdown, with boxes to tick."""
    for step in steps:
        yield f"## Kubernetes {step.old} → {step.new}: {', '.join(markdown.plain(one) for one in step.environments)}"
        yield ""
        yield from (f"- {versions.support(version)}" for version in (step.old, step.new))
        yield f"- as of {facts.as_of()}"
        for title, rows in _parts(step, file):
            yield from ("", f"### {title.capitalize()}", "")
            yield from (f"- [ ] {_spans(row.strip())}" for row in rows)
        if step.changes and step.changes.parts:
            # Its own heading says only which versions are compared.
            yield from ("", "### What changes", "", markdown.text(step.changes).partition("\n\n")[2].rstrip())
        yield from ("", "### In this order", "")
        for number, todo in enumerate(step.order, 1):
            yield f"{number}. [ ] **{todo.title}**: {_spans(' '.join(todo.said))}"
            if todo.commands:
                yield from ("", "   ```sh", *(f"   {one}" for one in todo.commands), "   ```", "")
        yield ""


def _spans(said: str) -> str:
    """Words that stay words, and code that stays code."""
    parts = re.split(r"(`[^`]*`)", said)
    return "".join(one if one.startswith("`") else markdown.plain(f"|{one}|")[2:-2] for one in parts)


def as_json(steps: Sequence[Step], file: str) -> str:
    """One object with a list of steps."""
    content = {"blueprint": file, "asOf": facts.as_of(), "steps": [_step(step) for step in steps]}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _step(step: Step) -> dict[str, Any]:
    return {
        "from": step.old,
        "to": step.new,
        "environments": list(step.environments),
        "blocked": step.stands,
        "support": {
            version: {"standardUntil": one.standard_until, "extendedUntil": one.extended_until}
            for version, one in facts.kubernetes().items()
            if version in (step.old, step.new)
        },
        "diagnostics": [
            {
                **_at(one.path, one.span),
                "code": one.rule.code,
                "name": one.rule.name,
                "severity": one.rule.severity,
                "message": one.message,
                "help": one.help,
            }
            for one in step.obstacles
        ],
        "edits": [
            {**_at(one.path, one.span), "said": one.said, "environments": list(one.environments)} for one in step.edits
        ],
        "apis": [
            {
                **_at(one.path, one.span),
                "object": one.shown,
                "apiVersion": one.api,
                "removedIn": one.removed,
                "instead": one.instead,
                "gone": one.gone,
                "environments": list(one.environments),
            }
            for one in step.apis
        ],
        "addons": [
            {
                "name": one.name,
                "version": one.version or None,
                "source": one.source or None,
                "pinned": one.pinned or None,
            }
            for one in step.addons
        ],
        "changes": json.loads(machine.text(step.changes, [])) if step.changes else None,
        "order": [{"title": one.title, "said": list(one.said), "commands": list(one.commands)} for one in step.order],
    }


def _at(path: Sequence[str | int], span: Span | None) -> dict[str, Any]:
    return {"path": list(path), "line": span.line if span else None, "column": span.column if span else None}
