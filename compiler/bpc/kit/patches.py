"""kustomize's patches of Kubernetes objects: which objects one is for, and whether it can be applied to them.

SIG CLI's kustomize reference, patches: the fields of a target are regular expressions for the whole of a value, and
one that is left out fits all; a patch is a JSON Patch (RFC 6902) or a strategic merge patch, as YAML or JSON.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]

# RFC 6902: what each operation needs beside its path.
NEEDS = {"add": "value", "remove": "", "replace": "value", "test": "value", "move": "from", "copy": "from"}


def matches(target: Mapping[str, str], manifest: Object) -> bool:
    """Whether a patch with this target is for an object."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    metadata = manifest["metadata"]
    have = {
        "group": group,
        "version": version,
        "kind": manifest["kind"],
        "namespace": metadata.get("namespace", ""),
        "name": metadata["name"],
    }
    return all(re.fullmatch(pattern, have[key]) for key, pattern in target.items())


def parsed(text: str) -> Any:
    """What the text of a patch says; ValueError where it is no YAML."""
    from bpc import source

    # A document is a mapping; a JSON Patch is a list.
    indented = "".join(f" {line}" for line in text.splitlines(keepends=True))
    document, found = source.parse(f"patch:\n{indented}\n".encode())
    if document is None or found:
        raise ValueError(found[0].message if found else "there is nothing in it")
    return document.data["patch"]


def misshapen(patch: Any) -> str:
    """What is wrong with the form of a patch; nothing where it is fine."""
    if isinstance(patch, Mapping):
        named = isinstance(patch.get("metadata"), Mapping) and "name" in patch["metadata"]
        # They say what the patch is, and need not be those of the object.
        fine = named and "apiVersion" in patch and "kind" in patch
        return "" if fine else "a part of an object has apiVersion, kind and metadata.name, whatever they are"
    if not isinstance(patch, list) or not patch:
        return "it is neither a list of operations nor a part of an object"
    for index, one in enumerate(patch, 1):
        if said := _misshapen(one):
            return f"operation {index} {said}"
    return ""


def _misshapen(operation: Any) -> str:
    if not isinstance(operation, Mapping):
        return "is no mapping"
    name = operation.get("op")
    if name not in NEEDS:
        return f"has no op, or one that is none of {', '.join(NEEDS)}"
    for key in filter(None, ("path", NEEDS[name])):
        if key not in operation:
            return f"has no {key}, which {name} needs"
    for key in ("path", "from"):
        if key in operation and not str(operation[key]).startswith("/"):
            return f"has a {key} that does not start with /"
    return ""


def applied(patch: Any, manifest: Object) -> tuple[dict[str, Any] | None, str]:
    """The object after a patch, and why a JSON Patch cannot be applied to it.

    What a strategic merge patch makes of it is kustomize's to know.
    """
    if not isinstance(patch, list):
        return None, ""
    import jsonpatch
    import jsonpointer

    before = copy.deepcopy(dict(manifest))
    try:
        made: dict[str, Any] = jsonpatch.apply_patch(before, patch)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError) as error:
        return dict(manifest), str(error).splitlines()[0]
    return made, ""
