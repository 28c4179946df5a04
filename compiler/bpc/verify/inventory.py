"""Is the folder what bpc wrote? `.bpc.json` against the files: nothing lost, changed, added or unsigned."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from bpc.diagnostics import Span, rule
from bpc.verify import MARKER, POLICY, Finding, Output
from bpc.verify.depth import TooDeepError, refuse_deep

MISSING_FILE = rule(
    "BPC601",
    "missing-file",
    why="A file that bpc wrote is not there any more, so what is deployed may not be what the blueprint says.",
    cure="Compile the blueprint again.",
)
CHANGED_FILE = rule(
    "BPC602",
    "changed-file",
    why="A file is not as bpc wrote it; the next compile would undo the change.",
    cure="Make the change in the blueprint (`overrides` reaches every template) and compile again.",
)
UNKNOWN_FILE = rule(
    "BPC603",
    "stray-file",
    why="A file in the output folder does not come from the blueprint, and the next compile may take it away.",
    cure="Move the file out of the output folder.",
)
UNSIGNED_FILE = rule(
    "BPC604",
    "unsigned-file",
    why="Every file says which blueprint and which bpc made it, so that nobody edits it or wonders where it is from.",
    cure="Compile the blueprint again; if the message stays, it is a mistake in bpc.",
)

SIGNATURE = re.compile(r"(?P<blueprint>\S.*): made by bpc (?P<version>\S+)\. Do not edit; change the blueprint")
COMMENTS = {".yaml": "# ", ".md": "<!-- "}
TOO_DEEP = rule(
    "BPC934",
    "nested-too-deep",
    why="What is nested like this is no template and no manifest, and programs that read it stop working.",
    cure="Compile the blueprint again; if an override made it, correct the override.",
)


def check(output: Output) -> Iterator[Finding]:
    """Every difference between the marker and the folder."""
    known: dict[str, str] = output.marker["files"]
    for file in sorted({*known, *output.files, *output.unreadable} - {MARKER}):
        if file in output.unreadable:
            stray = CHANGED_FILE if file in known else UNKNOWN_FILE
            yield Finding(file, stray.at((), "this is no file that can be read"))
            continue
        if file not in output.files:
            yield Finding(file, MISSING_FILE.at((), f"{MARKER} lists this file, and it is not there"))
            continue
        content = output.read(file)
        if file not in known:
            yield Finding(file, UNKNOWN_FILE.at((), f"{MARKER} does not list this file"))
        elif hashlib.sha256(content).hexdigest() != known[file]:
            yield Finding(file, CHANGED_FILE.at((), f"this file is not the one that {MARKER} lists"))
        elif not POLICY.fullmatch(file) and signature(file, content) != origin(output):
            yield Finding(file, UNSIGNED_FILE.at((), "this file does not say which blueprint and which bpc made it"))
        if file.endswith((".yaml", ".json")) and file != MARKER:
            yield from _too_deep(file, content.decode(errors="replace"))


def _too_deep(file: str, text: str) -> Iterator[Finding]:
    try:
        refuse_deep(text)
    except TooDeepError as error:
        yield Finding(file, TOO_DEEP.at((), str(error), span=Span(error.line, error.column, error.column + 1)))


def origin(output: Output) -> tuple[str, str]:
    """The blueprint and the version of bpc that the marker names."""
    return str(output.marker["blueprint"].get("file")), str(output.marker["generator"]).removeprefix("bpc ")


def _said(document: Any) -> str:
    """What a JSON file says of itself: a template in Metadata, a bill of materials in its properties."""
    if "bomFormat" not in document:
        return str(document["Metadata"]["GeneratedBy"])
    return str(next(one["value"] for one in document["metadata"]["properties"] if one["name"] == "bpc:generated"))


def signature(file: str, content: bytes) -> tuple[str, str] | None:
    """The blueprint and the version of bpc that a file says it is from: in its first line, or in Metadata."""
    text = content.decode(errors="replace")
    if file.endswith(".json"):
        try:
            said = _said(json.loads(text))
        except (ValueError, TypeError, KeyError, RecursionError, StopIteration):
            return None
    else:
        line, comment = text.partition("\n")[0], COMMENTS.get(file[file.rfind(".") :], "# ")
        if not line.startswith(comment):
            return None
        said = line.removeprefix(comment)
    found = SIGNATURE.match(said)
    return (found["blueprint"], found["version"]) if found else None
