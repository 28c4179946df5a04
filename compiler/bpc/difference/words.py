"""How a change is put into words: short values, no secrets, the same in every form of output."""

from __future__ import annotations

import json
from typing import Any

from bpc.difference.rules import DEAR, EFFECTS, GOING
from bpc.difference.shapes import (
    ABSENT,
    ADD,
    DIRECT,
    IN_PLACE,
    MAYBE,
    NEVER,
    PARAMETER,
    REMOVE,
    REPLACED,
    Change,
    Changes,
    Detail,
    Parameter,
)
from bpc.difference.values import HIDDEN, function
from bpc.verify.secrets import SECRETS, SENSITIVE

WIDEST = 48  # letters of a value
BEFORE = 12  # letters that are shown before the first one that differs
MOST = 3  # properties of a resource that are shown
FEW = 6  # environments that are named
MASK = "****"
ADMINISTRATOR = "the administrator's account"

# What becomes of a resource, the hardest first.
VERDICTS = ("replaced", "may be replaced", "unknown", "removed", "changed", "added")


def verdict(change: Change) -> str:
    if change.action == ADD:
        return "added"
    if change.action == REMOVE:
        return "removed"
    return {REPLACED: "replaced", MAYBE: "may be replaced", IN_PLACE: "changed"}.get(change.replacement, "unknown")


def ordered(changes: tuple[Change, ...]) -> list[Change]:
    """The dangerous first: what has errors, then by what becomes of it; what causes comes before what follows."""

    def rank(change: Change) -> tuple[int, int, int]:
        severities = {one.rule.severity for one in change.findings}
        follows = bool(change.details) and not any(one.source in (DIRECT, PARAMETER) for one in change.details)
        return 0 if "error" in severities else 1, VERDICTS.index(verdict(change)), int(follows)

    return sorted(changes, key=rank)


def summary(changes: Changes) -> str:
    """`1 replaced, 2 changed, 3 objects`."""
    verdicts = [verdict(one) for one in changes.resources]
    parts = [f"{verdicts.count(one)} {one}" for one in VERDICTS if one in verdicts]
    for found, what in ((changes.parameters, "parameter"), (changes.objects, "Kubernetes object")):
        if found:
            parts.append(count(len(found), what))
    return ", ".join(parts)


def count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def heading(names: list[str]) -> str:
    """The names of environments, not all of a fleet; the administrator's template has none."""
    if names == [""]:
        return ADMINISTRATOR
    return ", ".join(names[:FEW]) + (f" and {len(names) - FEW} more" if len(names) > FEW else "")


def grouped(environments: dict[str, Changes]) -> list[tuple[list[str], Changes]]:
    """Environments in which the same happens, together."""
    groups: list[tuple[list[str], Changes]] = []
    for name, changes in environments.items():
        known = next((names for names, other in groups if other == changes), None)
        if known:
            known.append(name)
        else:
            groups.append(([name], changes))
    return groups


def details(change: Change) -> list[str]:
    """Each changed property in a few words, those that cause a replacement first."""
    # The remarks say what becomes of the environment; where its template is uploaded to says less.
    every = [one for one in change.details if not (change.environment and one.path == ("TemplateURL",))]
    # What makes a resource anew is what matters; the rest of its properties come with it.
    shown = [one for one in every if one.recreation != NEVER] or every
    words = [_detail(one) for one in shown[:MOST]]
    left = len(every) - len(words)
    return [*words, f"and {left} more"] if left else words


def remarks(change: Change) -> list[str]:
    """What else there is to say of a change."""
    found = [f"its {', '.join(change.scope)} changes"] if change.scope and not change.details else []
    if change.replacement != REPLACED:
        effects = (EFFECTS.get((change.type, one.path[0])) for one in change.details)
        found += dict.fromkeys(one for one in effects if one)
    if change.environment:
        found.append(f"updates {change.environment}: {change.inside}")
    found += [GOING[change.type]] if change.action == REMOVE and change.type in GOING else []
    if change.renamed:
        found.append(f"the same as {change.renamed}, under another logical ID")
        if change.action == ADD and change.type in DEAR:
            found.append("it starts empty")
    if change.policy not in ("", "Delete"):
        found.append(f"the old one is kept: {change.policy}" if change.policy.startswith("Retain") else change.policy)
    return found


def _detail(one: Detail) -> str:
    path = ".".join(one.path)
    if one.source not in (DIRECT, PARAMETER):
        return (
            f"{path}: because {one.cause} changes" if "." in one.cause else f"{path}: because {one.cause} is replaced"
        )
    if moves := _moves(one):
        return f"{path}: {moves}"
    before, after = values(one)
    cause = f" (parameter {one.cause})" if one.source == PARAMETER else ""
    return f"{path}: {before} → {after}{cause}"


def _moves(one: Detail) -> str:
    """What comes into a list and what goes from it, where the rest stays: `without a, with b`."""
    if not (isinstance(one.before, list) and isinstance(one.after, list)) or SENSITIVE.search(".".join(one.path)):
        return ""
    before, after = ([whole(item) for item in value] for value in (one.before, one.after))
    parts = (("without", before, after), ("with", after, before))
    moved = {word: [item for item in mine if item not in others] for word, mine, others in parts}
    if not any(len(items) < len(value) for items, (_, value, _) in zip(moved.values(), parts, strict=True)):
        return ""
    said = [f"{word} {', '.join(_short(item, 0) for item in items)}" for word, items in moved.items() if items]
    return ", ".join(said)


def values(one: Detail) -> tuple[str, str]:
    """Both values, short, and from where they differ."""
    if any(SENSITIVE.search(step) for step in one.path):
        return _masked(one.before), _masked(one.after)
    return pair(one.before, one.after)


def parameter(one: Parameter) -> tuple[str, str]:
    """The defaults of a parameter; one for a secret should have none, and shows none."""
    if SENSITIVE.search(one.title):
        return _masked(one.before), _masked(one.after)
    return pair(one.before, one.after)


def _masked(value: Any) -> str:
    return "none" if value is ABSENT else MASK


def pair(before: Any, after: Any) -> tuple[str, str]:
    old, new = whole(before), whole(after)
    start = 0
    if max(len(old), len(new)) > WIDEST:
        start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        start = max(0, start - BEFORE)
    return _short(old, start), _short(new, start)


def whole(value: Any) -> str:
    """A value in full, references by name, without what looks like a secret."""
    if value is ABSENT:
        return "none"
    named = _named(value)
    text = named if isinstance(named, str) else json.dumps(named, ensure_ascii=False)
    return MASK if any(pattern.search(text) for pattern in SECRETS.values()) else text or '""'


def _named(value: Any) -> Any:
    """References by their names alone, and what is hidden as asterisks."""
    if isinstance(value, list):
        return [_named(one) for one in value]
    if not isinstance(value, dict):
        return value
    name = function(value)
    if (zone := _zone(value)) is not None:
        return f"zone {zone} of the Region"
    if name == HIDDEN:
        return MASK
    if name in ("Ref", "Fn::ImportValue", "Fn::Sub") and isinstance(value[name], str):
        return value[name]
    if name == "Fn::GetAtt" and isinstance(value[name], list):
        return ".".join(str(one) for one in value[name])
    return {key: MASK if SENSITIVE.search(str(key)) else _named(one) for key, one in value.items()}


def _zone(value: dict[str, Any]) -> int | None:
    """Which zone of the Region is meant, where the account says which one that is; counted from 1."""
    chosen = value.get("Fn::Select")
    if isinstance(chosen, list) and len(chosen) == 2 and str(chosen[0]).isdigit():
        return int(chosen[0]) + 1 if isinstance(chosen[1], dict) and "Fn::GetAZs" in chosen[1] else None
    return None


def _short(text: str, start: int) -> str:
    text = " ".join((("…" if start else "") + text[start:]).split())
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}…"
