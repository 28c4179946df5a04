"""What a trace says: lines for people, rows for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bpc import reference
from bpc.diagnostics import Path
from bpc.source import Document
from bpc.tracing import FILE, Made
from bpc.tracing.lines import Told

WITH = 3  # so many parts of a path lead to what an environment's `with:` says


def dotted(path: Path) -> str:
    """A place as people write it."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the blueprint as a whole"


def origins(found: Iterable[Made], spec: str, document: Document) -> Iterator[str]:
    """Where each one comes from; environments in which it is the same are named together."""
    groups: dict[tuple[str, str, Any, Path], list[Made]] = {}
    for one in found:
        groups.setdefault((one.shown, one.part, one.span, one.written), []).append(one)
    for (shown, _, span, written), some in groups.items():
        yield shown if some[0].kind == FILE else f"{shown} in {_files(some)}"
        if not written:
            yield f"  all of {spec}"
        elif span:
            yield f"  {spec}:{span.line}:{span.column}: {dotted(written)}{_left(some[0])}"
            yield f"  {span.line:>4} | {document.lines[span.line - 1]}"
        else:
            yield f"  left to bpc: {spec} says nothing of {dotted(written)}; {_explained(written)}"
        for at in dict.fromkeys(at for one in some for at in one.patches):
            place = document.locate(at)
            yield f"  {spec}:{place.line}:{place.column}: {dotted(at)}, a patch of it"


def _left(one: Made) -> str:
    return f", which is left to bpc; {_explained(one.written)}" if one.left else ""


def _explained(path: Path) -> str:
    return f"see `bpc explain {_field(path)}`"


def _field(path: Path) -> str:
    """The field that a place belongs to, as `bpc explain` has it."""
    bare = path[WITH:] if path[:1] == ("environments",) and path[2:WITH] == ("with",) else path
    return ".".join(part for part in bare if isinstance(part, str))


def line(told: Told, spec: str, number: int) -> Iterator[str]:
    """What a place on a line makes, or has a say in."""
    becomes = _becomes(told.path)
    yield f"{spec}:{number}: {dotted(told.path)}{f' becomes {becomes}' if becomes else ''}"
    if not told.makes and not told.shapes:
        yield "  no resource and no manifest is made for it alone"
    if told.makes:
        yield "  makes"
        yield from _grouped(told.makes)
    if told.outputs:
        yield "  and these outputs of stacks"
        yield from _grouped(told.outputs)
    if told.shapes:
        yield "  has a say in"
        yield from _grouped(told.shapes)


def _becomes(path: Path) -> str:
    found = reference.find(_field(path))
    said = found.node.get("x-cloudformation", "") if found else ""
    return "" if said.startswith("none") else str(said)


def _grouped(made: Sequence[Made]) -> Iterator[str]:
    """What environments have in common is said once."""
    rows: dict[str, list[str]] = {}
    for one in made:
        file = one.file.replace(f"/{one.environment}/", "/<environment>/")
        rows.setdefault(one.environment, []).append(f"{one.shown}\n{file}")
    same: dict[tuple[str, ...], list[str]] = {}
    for name, texts in rows.items():
        same.setdefault(tuple(texts), []).append(name)
    for some, names in same.items():
        yield f"    {', '.join(names)}"
        width = max(len(one.partition("\n")[0]) for one in some)
        for text in some:
            shown, _, file = text.partition("\n")
            yield f"      {shown:<{width}}  {file.replace('<environment>', names[0]) if len(names) == 1 else file}"


def _files(some: Sequence[Made]) -> str:
    files = dict.fromkeys(one.file for one in some)
    if len(files) == 1 and len(some) > 1:
        return f"{some[0].file} ({', '.join(one.environment for one in some)})"
    return ", ".join(files)


def row(one: Made) -> dict[str, Any]:
    """One resource or object for machines."""
    return {
        "kind": one.kind,
        "environment": one.environment,
        "part": one.part,
        "type": one.type,
        "name": one.name,
        "namespace": one.namespace,
        "file": one.file,
        "path": list(one.written),
        "line": one.span.line if one.span else None,
        "column": one.span.column if one.span else None,
        "default": one.left,
        "patches": [list(at) for at in one.patches],
    }


def as_json(spec: str, content: dict[str, Any]) -> str:
    return json.dumps({"blueprint": spec, **content}, indent=2, ensure_ascii=False) + "\n"
