"""Manifests of all environments become `base/` and `overlays/<environment>/`.

`base/<component>` holds each object as most environments have it; an overlay lists its components and patches
only what differs. Building an overlay gives exactly what compiling that environment alone would. Equal objects
are kept once, however many environments there are, so that a fleet's memory stays flat.

Where an environment is applied in waves, each is a kustomization of its own below the overlay, which builds them all;
a component whose objects belong to several has a folder for each.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bpc import render
from bpc.addon import Manifest
from bpc.kit.record import Record

Key = tuple[str, str, str, str]
Artifact = tuple[str, bytes]
# What a blueprint's own patch says: its target and its text, as kustomize writes them.
Patch = Mapping[str, Any]
# The objects of a component that belong to one wave.
_Unit = tuple[str, str]
# An object of a component. Not a NamedTuple: each one compiles code whenever bpc starts.
_Entry = tuple[_Unit, Key]


def key_of(manifest: Manifest) -> Key:
    """What makes an object the same one: group and version, kind, namespace, name."""
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"]


class _Base(Record):
    """What environments share: objects, the folder of each unit, and by component the patches that all of them have."""

    objects: dict[_Entry, str]
    folders: dict[_Unit, str]
    patches: dict[str, tuple[Patch, ...]]


class Overlays:
    """Gathers the manifests of one environment after the other, then writes the tree."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._order: dict[_Entry, _Entry] = {}
        self._environments: dict[str, dict[_Entry, str]] = {}
        self._patches: dict[str, dict[str, tuple[Patch, ...]]] = {}
        self._renamed: dict[str, Mapping[str, str]] = {}

    def add(
        self,
        environment: str,
        component: str,
        objects: Iterable[Manifest],
        wave: str = "",
        patches: tuple[Patch, ...] = (),
    ) -> None:
        """`patches` are the component's, whatever the wave."""
        entries = self._environments.setdefault(environment, {})
        for manifest in objects:
            text = json.dumps(manifest)
            entry = ((component, wave), key_of(manifest))
            entries[self._order.setdefault(entry, entry)] = self._texts.setdefault(text, text)
        if patches:
            self._patches.setdefault(environment, {})[component] = patches

    def rename(self, environment: str, images: Mapping[str, str]) -> None:
        """What images are called instead in an environment, by the name that is written; tags and digests stay."""
        self._renamed[environment] = images

    def artifacts(self, header: str) -> Iterator[Artifact]:
        """The files below the output folder, or none where nothing has manifests."""
        objects = self._base()
        base = _Base(objects, self._folders(), self._everywhere(objects) if self._patches else {})
        yield from _base_files(base, header)
        for environment, entries in self._environments.items():
            own = self._patches.get(environment, {})
            yield from _overlay_files(environment, entries, base, own, self._renamed.get(environment, {}), header)

    def files(self) -> Iterator[tuple[str, str, Key, str]]:
        """Where every object of every environment is: environment, component, what it is, and the file."""
        base, folders = self._base(), self._folders()
        for environment, entries in self._environments.items():
            one_wave = len({wave for (_, wave), _ in entries}) == 1
            for entry in entries:
                unit, key = entry
                below = "" if one_wave else f"{unit[1]}/"
                own = f"overlays/{environment}/{below}{unit[0]}-"
                folder = f"base/{folders[unit]}/" if entry in base else own
                yield environment, unit[0], key, f"kubernetes/{folder}{_file_of(key[1])}"

    def _base(self) -> dict[_Entry, str]:
        """What each object is in most environments; left out is what an environment of its component lacks."""
        users = Counter(unit for entries in self._environments.values() for unit in {one for one, _ in entries})
        base = {}
        for entry in self._order:
            variants = Counter(entries[entry] for entries in self._environments.values() if entry in entries)
            if variants.total() == users[entry[0]]:
                base[entry] = min(variants, key=lambda text: (-variants[text], text))
        return base

    def _folders(self) -> dict[_Unit, str]:
        """A component of one wave has one folder."""
        units = dict.fromkeys(unit for unit, _ in self._order)
        waves = Counter(component for component, _ in units)
        return {(name, wave): f"{name}/{wave}" if waves[name] > 1 else name for name, wave in units}

    def _everywhere(self, base: dict[_Entry, str]) -> dict[str, tuple[Patch, ...]]:
        """The patches of components that are the same wherever they are: patched there, they are patched for all."""
        found: dict[str, list[tuple[Patch, ...]]] = {}
        different = set()
        for environment, entries in self._environments.items():
            own = self._patches.get(environment, {})
            for name in {name for (name, _), _ in entries}:
                found.setdefault(name, []).append(own.get(name, ()))
            different |= {entry[0][0] for entry, text in entries.items() if base.get(entry) is not text}
        return {
            name: all_[0] for name, all_ in found.items() if name not in different and all_.count(all_[0]) == len(all_)
        }


def _base_files(base: _Base, header: str) -> Iterator[Artifact]:
    for unit in dict.fromkeys(unit for unit, _ in base.objects):
        objects = [json.loads(text) for entry, text in base.objects.items() if entry[0] == unit]
        files = _by_kind(objects)
        folder = f"kubernetes/base/{base.folders[unit]}"
        content: dict[str, Any] = {"resources": list(files)}
        if patches := [one for one in base.patches.get(unit[0], ()) if _matching(one, objects)]:
            content["patches"] = patches
        yield f"{folder}/kustomization.yaml", kustomization(content, header)
        for name, some in files.items():
            yield f"{folder}/{name}", render.manifests(some, header)


def _by_kind(objects: Iterable[Manifest]) -> dict[str, list[Manifest]]:
    files: dict[str, list[Manifest]] = {}
    for one in objects:
        files.setdefault(_file_of(one["kind"]), []).append(one)
    return files


def _file_of(kind: str) -> str:
    """Flux has a kind of the name that the file of kustomize has."""
    return f"{kind.lower().replace('kustomization', 'kustomizations')}.yaml"


def _overlay_files(
    environment: str,
    entries: dict[_Entry, str],
    base: _Base,
    patches: Mapping[str, tuple[Patch, ...]],
    renamed: Mapping[str, str],
    header: str,
) -> Iterator[Artifact]:
    folder = f"kubernetes/overlays/{environment}"
    waves = sorted({wave for (_, wave), _ in entries})
    own = {name: some for name, some in patches.items() if name not in base.patches}
    if len(waves) == 1:
        yield from _wave_files(folder, "../..", entries, base, own, renamed, header)
        return
    yield f"{folder}/kustomization.yaml", kustomization({"resources": waves}, header)
    for wave in waves:
        some = {entry: text for entry, text in entries.items() if entry[0][1] == wave}
        yield from _wave_files(f"{folder}/{wave}", "../../..", some, base, own, renamed, header)


def _wave_files(
    folder: str,
    up: str,
    entries: dict[_Entry, str],
    base: _Base,
    patches: Mapping[str, tuple[Patch, ...]],
    renamed: Mapping[str, str],
    header: str,
) -> Iterator[Artifact]:
    units = dict.fromkeys(unit for unit, _ in entries)
    shared = {unit for unit, _ in base.objects}
    resources = [f"{up}/base/{base.folders[unit]}" for unit in units if unit in shared]
    for unit in units:
        own = [json.loads(text) for entry, text in entries.items() if entry[0] == unit and entry not in base.objects]
        for name, objects in _by_kind(own).items():
            resources.append(f"{unit[0]}-{name}")
            yield f"{folder}/{unit[0]}-{name}", render.manifests(objects, header)
    made = [*_patches(entries, base.objects), *_exactly(entries, patches)]
    content = {"resources": resources} | ({"patches": made} if made else {})
    patched = [one["patch"] for some in (*patches.values(), *base.patches.values()) for one in some]
    if images := _images(entries.values(), patched, renamed):
        content["images"] = images
    yield f"{folder}/kustomization.yaml", kustomization(content, header)


def _images(objects: Iterable[str], patches: Iterable[str], renamed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The new names of images that containers have, of these objects or by a patch."""
    if not renamed:
        return []
    from bpc.kit import image_name

    said = {image for text in objects for image in image_name.of_containers(json.loads(text))}
    said |= {image for text in patches for image in image_name.inside_text(text)}
    names = {image_name.written(one) for one in said}
    return [{"name": old, "newName": renamed[old]} for old in sorted(names) if old in renamed]


def _exactly(entries: dict[_Entry, str], patches: Mapping[str, tuple[Patch, ...]]) -> Iterator[dict[str, Any]]:
    """The blueprint's patches of components, each for the objects that it is for: there are others beside them here."""
    for component, some in patches.items():
        mine = {entry[1]: json.loads(text) for entry, text in entries.items() if entry[0][0] == component}
        for patch in some:
            for key, one in mine.items():
                if _matching(patch, [one]):
                    yield {"target": _target(key), "patch": patch["patch"]}


def _matching(patch: Patch, objects: Iterable[Manifest]) -> bool:
    from bpc.kit import patches

    return any(patches.matches(patch["target"], one) for one in objects)


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


def kustomization(content: Mapping[str, Sequence[Any]], header: str) -> bytes:
    """A kustomization.yaml."""
    top = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return render.manifests([{**top, **content}], header)
