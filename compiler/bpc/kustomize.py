"""Manifests of all environments become `base/` and `overlays/<environment>/`.

`base/<component>` holds each object as most environments have it; an overlay lists its components and patches
only what differs. Building an overlay gives exactly what compiling that environment alone would. Equal objects
are kept once, however many environments there are, so that a fleet's memory stays flat.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bpc import render
from bpc.addon import Manifest

Key = tuple[str, str, str, str]
Artifact = tuple[str, bytes]
# An object of a component. Not a NamedTuple: each one compiles code whenever bpc starts.
_Entry = tuple[str, Key]


def key_of(manifest: Manifest) -> Key:
    """What makes an object the same one: group and version, kind, namespace, name."""
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"]


class Overlays:
    """Gathers the manifests of one environment after the other, then writes the tree."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._order: dict[_Entry, _Entry] = {}
        self._environments: dict[str, dict[_Entry, str]] = {}

    def add(self, environment: str, component: str, objects: Iterable[Manifest]) -> None:
        entries = self._environments.setdefault(environment, {})
        for manifest in objects:
            text = json.dumps(manifest)
            entry = (component, key_of(manifest))
            entries[self._order.setdefault(entry, entry)] = self._texts.setdefault(text, text)

    def artifacts(self, header: str) -> Iterator[Artifact]:
        """The files below the output folder, or none where nothing has manifests."""
        base = self._base()
        yield from _base_files(base, header)
        for environment, entries in self._environments.items():
            yield from _overlay_files(environment, entries, base, header)

    def _base(self) -> dict[_Entry, str]:
        """What each object is in most environments; left out is what an environment of its component lacks."""
        users = Counter(
            component for entries in self._environments.values() for component in {one for one, _ in entries}
        )
        base = {}
        for entry in self._order:
            variants = Counter(entries[entry] for entries in self._environments.values() if entry in entries)
            if variants.total() == users[entry[0]]:
                base[entry] = min(variants, key=lambda text: (-variants[text], text))
        return base


def _base_files(base: dict[_Entry, str], header: str) -> Iterator[Artifact]:
    for component in dict.fromkeys(component for component, _ in base):
        files = _by_kind(json.loads(text) for entry, text in base.items() if entry[0] == component)
        folder = f"kubernetes/base/{component}"
        yield f"{folder}/kustomization.yaml", _kustomization({"resources": list(files)}, header)
        for name, objects in files.items():
            yield f"{folder}/{name}", render.manifests(objects, header)


def _by_kind(objects: Iterable[Manifest]) -> dict[str, list[Manifest]]:
    files: dict[str, list[Manifest]] = {}
    for one in objects:
        files.setdefault(f"{one['kind'].lower()}.yaml", []).append(one)
    return files


def _overlay_files(
    environment: str, entries: dict[_Entry, str], base: dict[_Entry, str], header: str
) -> Iterator[Artifact]:
    folder = f"kubernetes/overlays/{environment}"
    components = dict.fromkeys(component for component, _ in entries)
    shared = {component for component, _ in base}
    resources = [f"../../base/{component}" for component in components if component in shared]
    for component in components:
        own = [json.loads(text) for entry, text in entries.items() if entry[0] == component and entry not in base]
        for name, objects in _by_kind(own).items():
            resources.append(f"{component}-{name}")
            yield f"{folder}/{component}-{name}", render.manifests(objects, header)
    patches = list(_patches(entries, base))
    content = {"resources": resources} | ({"patches": patches} if patches else {})
    yield f"{folder}/kustomization.yaml", _kustomization(content, header)


def _patches(entries: dict[_Entry, str], base: dict[_Entry, str]) -> Iterator[dict[str, Any]]:
    for entry, text in entries.items():
        if base.get(entry, text) is text:
            continue
        operations = list(_difference(json.loads(base[entry]), json.loads(text), ""))
        yield {"target": _target(entry[1]), "patch": render.fragment(operations)}


def _target(key: Key) -> dict[str, str]:
    version, kind, namespace, name = key
    group, _, version = version.rpartition("/")
    target = {"group": group, "version": version, "kind": kind, "namespace": namespace, "name": name}
    return {key: value for key, value in target.items() if value}


def _difference(old: Any, new: Any, path: str) -> Iterator[dict[str, Any]]:
    """The JSON Patch (RFC 6902) from one object to the other, in the fewest and smallest replacements."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                yield {"op": "remove", "path": f"{path}/{_escaped(key)}"}
        for key, value in new.items():
            if key in old:
                yield from _difference(old[key], value, f"{path}/{_escaped(key)}")
            else:
                yield {"op": "add", "path": f"{path}/{_escaped(key)}", "value": value}
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _difference(one, other, f"{path}/{index}")
    elif old != new:
        yield {"op": "replace", "path": path, "value": new}


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _kustomization(content: Mapping[str, Sequence[Any]], header: str) -> bytes:
    top = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return render.manifests([{**top, **content}], header)
