"""The file `.bpc.json` in an output folder: the mark that it is ours, and the list of what we wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from bpc import __version__, stamp
from bpc.diagnostics import Diagnostic, rule
from bpc.kit.digest import digest

MARKER = ".bpc.json"
# What a desktop leaves behind wherever it has looked.
NOISE = ".DS_Store"
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True)

FOREIGN = rule(
    "BPC501",
    "foreign-folder",
    why="bpc replaces its output folder as a whole. It only does so with a folder that is empty or that it made "
    "itself, and it knows its own by their .bpc.json.",
    cure="Choose another folder with -o or another metadata.name. If nothing in it is yours, delete the folder.",
)


class Refused(Exception):
    """The output cannot be written; the diagnostic says why. Nothing has changed."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def enter(files: dict[str, str], path: str, content: bytes) -> None:
    """Note an artifact. A path that leaves the folder, or that is taken, is a mistake of ours."""
    parts = path.split("/")
    if "\\" in path or "\0" in path or not {"", ".", ".."}.isdisjoint(parts):
        raise ValueError(f"an artifact must stay below its folder, and {path!r} may not")
    if path in files or path == MARKER:
        raise ValueError(f"there are two artifacts called {path!r}")
    files[path] = digest(content)


def text(extra: Mapping[str, Any], files: Mapping[str, str]) -> bytes:
    """The inventory, one entry a line, so that a diff shows what changed."""
    return (_lines({**extra, "generator": f"bpc {__version__}", "files": files}, "\n") + "\n").encode()


def read(folder: str, shown: str) -> Mapping[str, str]:
    """The files that an earlier compile wrote; none if the folder is new, `Refused` if it is not ours."""
    if os.path.islink(folder) or (os.path.exists(folder) and not os.path.isdir(folder)):
        raise Refused(FOREIGN.at((), f"{shown} is not a folder"))
    if not os.path.exists(folder) or not set(os.listdir(folder)) - {NOISE}:
        return {}
    marker = os.path.join(folder, MARKER)
    if os.path.islink(marker) or not os.path.isfile(marker):
        raise Refused(FOREIGN.at((), f"{shown} is not empty, and bpc did not make it"))
    try:
        known = json.loads(content(marker))
        files = known["files"]
        if known["generator"].startswith("bpc ") and all(isinstance(one, str) for one in files.values()):
            return dict(files)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    raise Refused(FOREIGN.at((), f"{shown}/{MARKER} is not an inventory that bpc wrote"))


def on_disk(folder: str) -> dict[str, os.DirEntry[str]]:
    """Every file that is there, sorted by path."""
    if not os.path.isdir(folder):
        return {}
    entries = sorted(stamp.walk(folder), key=lambda found: found[0])
    return {path: entry for path, entry in entries if not path.endswith("/") and entry.name != NOISE}


def holds(entry: os.DirEntry[str], size: int, wanted: Callable[[], bytes]) -> bool:
    """Is this a plain file with the wanted content?"""
    plain = entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size == size
    return plain and content(entry.path) == wanted()


def content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _lines(value: Any, margin: str) -> str:
    if not isinstance(value, Mapping) or not value:
        return ENCODER.encode(value)
    inner = margin + " "
    entries = (f"{ENCODER.encode(key)}: {_lines(value[key], inner)}" for key in sorted(value))
    return "{" + inner + f",{inner}".join(entries) + margin + "}"
