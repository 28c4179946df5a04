"""Manifests that stand in the user's own files."""

from __future__ import annotations

from typing import Any

from bpc.beside import Beside
from bpc.kustomize import key_of
from bpc.vendored import namespaces, objects


class Wrong(Exception):
    """What is wrong with a file, with its line."""


def read(path: str, beside: Beside, namespace: str, seen: dict[Any, str]) -> list[objects.Object]:
    """The objects in a file, in the namespace where they say none; `seen` has those of other files."""
    try:
        text = beside.read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Wrong(f"{path} is not UTF-8") from error
    found = []
    try:
        for line, one in objects.objects(text):
            found.append(one)
            place = f"{path}:{line}"
            if key_of(one) in seen:
                kind, name = one["kind"], one["metadata"]["name"]
                raise Wrong(f"{place}: {kind} {name} is in {seen[key_of(one)]} already")
            seen[key_of(one)] = place
    except objects.Unreadable as error:
        raise Wrong(f"{path}:{error.line or 1}: {error}") from error
    return namespaces.placed(found, namespace)
