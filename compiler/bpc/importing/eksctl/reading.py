"""Is this a ClusterConfig that eksctl would take? What is wrong is said with its place in the file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Any

from bpc import schema
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.importing.draft import fits, spelled
from bpc.importing.eksctl import table
from bpc.importing.eksctl.carry import pattern
from bpc.source import Document

NOT_A_CLUSTER_CONFIG = rule(
    "BPC530",
    "not-a-cluster-config",
    why="`bpc import eksctl` reads the document that `eksctl create cluster -f` takes, and nothing else.",
    cure="Name a file with `kind: ClusterConfig` and an apiVersion of eksctl.io.",
)
UNKNOWN_FIELD = rule(
    "BPC531",
    "unknown-eksctl-field",
    why="eksctl has no such field, so nobody can say what was meant; a misspelt one would be lost without a word.",
    cure="Correct the spelling in the ClusterConfig. docs/eksctl.md lists every field that eksctl has.",
)
OTHER_KIND = rule(
    "BPC532",
    "wrong-eksctl-value",
    why="The value is of another kind than the field: one value where a list belongs, or text for a number.",
    cure="Write the value as eksctl's configuration schema has it.",
)
NO_NAME = rule(
    "BPC533",
    "eksctl-name-missing",
    why="There is no cluster without a name and a Region, nor one with a name that EKS refuses.",
    cure="Add or correct what the message names.",
)

KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "text": ("text", lambda it: not isinstance(it, dict | list)),
    "number": ("a number", lambda it: isinstance(it, int | float) and not isinstance(it, bool)),
    "flag": ("true or false", lambda it: isinstance(it, bool)),
    "list": ("a list", lambda it: isinstance(it, list)),
    "map": ("a mapping", lambda it: isinstance(it, dict)),
    "any": ("anything", lambda it: True),
}
# What eksctl takes in two forms: taints also as `key: value:effect`, and an add-on's values also as a mapping.
ALSO = {"nodeGroups[].taints": dict, "managedNodeGroups[].taints": dict, "addons[].configurationValues": dict}


def check(document: Document) -> Iterator[Diagnostic]:
    """Everything that keeps the document from being read as a ClusterConfig."""
    data = document.data
    version, kind = data.get("apiVersion"), data.get("kind")
    if kind != "ClusterConfig" or not str(version).startswith("eksctl.io/"):
        at: Path = ("kind",) if "kind" in data and kind != "ClusterConfig" else ("apiVersion",)
        said = f"apiVersion is {version} and kind is {kind}, not eksctl.io/v1alpha5 and ClusterConfig"
        yield NOT_A_CLUSTER_CONFIG.at(at if at[0] in data else (), said)
        return
    yield from _walk(data, ())
    metadata = data.get("metadata")
    for key in ("name", "region"):
        value = metadata.get(key) if isinstance(metadata, dict) else None
        if not value:
            at = ("metadata",) if "metadata" in data else ()
            yield NO_NAME.at(at, f"metadata.{key} is missing", f"add {key} below metadata", key=True)
        elif not fits(value, schema.field(("metadata", key)) or {}):
            yield NO_NAME.at(("metadata", key), f"{value} is nothing that metadata.{key} can be")


def _walk(value: Any, path: Path) -> Iterator[Diagnostic]:
    here = pattern(path)
    row = table.rows().get(here)
    if value is None:
        return
    if row:
        if not KINDS[row.kind][1](value):
            yield _other(path, KINDS[row.kind][0])
        elif path[:2] == ("vpc", "subnets"):
            yield from _subnets(value, path)
        return
    inner = table.inner().get(here) if path and isinstance(path[-1], str) else "map"
    if here in ALSO and isinstance(value, ALSO[here]):
        return
    if inner == "list" and isinstance(value, list):
        for place, one in enumerate(value):
            if one is None:
                yield _other((*path, place), "a mapping")
            yield from _walk(one, (*path, place))
    elif inner == "list" or not isinstance(value, dict):
        yield _other(path, "a list" if inner == "list" else "a mapping")
    else:
        known = sorted(_below(here))
        for key, one in value.items():
            if key in known:
                yield from _walk(one, (*path, key))
            else:
                yield _unknown((*path, key), known)


def _subnets(value: dict[str, Any], path: Path) -> Iterator[Diagnostic]:
    """Subnets are named by the user, so the table does not know what is inside them."""
    for name, one in value.items():
        if one is not None and not isinstance(one, dict):
            yield _other((*path, name), "a mapping")
        for key in one if isinstance(one, dict) else ():
            if key not in ("id", "az", "cidr"):
                yield _unknown((*path, name, key), ["az", "cidr", "id"])


def _below(here: str) -> set[str]:
    start = f"{here}." if here else ""
    every = (path.removeprefix(start) for path in table.rows() if path.startswith(start))
    return {one.split(".")[0].removesuffix("[]") for one in every}


def _unknown(path: Path, known: list[str]) -> Diagnostic:
    close = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.6)
    help = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
    return UNKNOWN_FIELD.at(path, f"eksctl has no {spelled(path)}", help, key=True)


def _other(path: Path, wanted: str) -> Diagnostic:
    return OTHER_KIND.at(path, f"{spelled(path)} takes {wanted}")
