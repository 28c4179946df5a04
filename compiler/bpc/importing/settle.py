"""The last look at a draft: defaults go, and what would keep the blueprint from being read becomes a note."""

from __future__ import annotations

from typing import Any

from bpc import schema, shape
from bpc.diagnostics import Path
from bpc.importing.draft import Draft, Note, spelled

MOST = 200  # removals; each takes one value away, so this is never met but by a mistake of ours


def settle(draft: Draft) -> None:
    """Make the draft fit the schema as a whole, and leave out what is the default."""
    for _ in range(MOST):
        if fits(draft.data):
            break
        path, why = _first(draft.data)
        remove(draft, path, f"because {why}")
    _without_defaults(draft.data, (), {one.path for one in draft.notes})


def fits(data: dict[str, Any]) -> bool:
    """Whether the document fits the language."""
    try:
        schema.accept(data)
    except schema.Doubt:
        return False
    return True


def _first(data: dict[str, Any]) -> tuple[Path, str]:
    """The deepest thing that is wrong, and why."""
    wrong = sorted(shape.validator().iter_errors(data), key=lambda one: -len(one.absolute_path))
    error = wrong[0]
    return tuple(error.absolute_path), f"bpc says: {error.message}"


def remove(draft: Draft, path: Path, why: str) -> None:
    """Take a value away, with a note in its place; `why` goes on after a comma."""
    if not path:
        raise AssertionError(f"the draft cannot be mended: {why}")
    above = draft.get(*path[:-1])
    lost = above.pop(path[-1])
    draft.notes[:] = [one.replace(path=_moved(one.path, path)) for one in draft.notes]
    named = f" {lost['name']}" if isinstance(lost, dict) and "name" in lost else ""
    words = f"what was read for {spelled(path)}{named} was left out, {why.splitlines()[0]}"
    draft.notes.append(Note(path, "", words))


def _moved(path: Path, gone: Path) -> Path:
    """Where a note belongs once an item of a list is gone."""
    place = len(gone) - 1
    if len(path) <= place or path[:place] != gone[:place]:
        return path
    here, last = path[place], gone[-1]
    if isinstance(here, int) and isinstance(last, int):
        return path[:place] if here == last else (*path[:place], here - (here > last), *path[place + 1 :])
    return path


def _without_defaults(value: Any, path: Path, noted: set[Path]) -> None:
    """Take away what the language fills in by itself; a mapping that this empties goes too."""
    defs = schema.bundle()["$defs"]
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        one, here = value[key], (*path, key)
        if isinstance(one, dict | list):
            _without_defaults(one, here, noted)
        node = schema.field(here)
        if node is None or not isinstance(key, str) or here in noted:
            continue
        known, default = schema.default_of(node, defs)
        if known and type(one) is type(default) and one == default:
            del value[key]
