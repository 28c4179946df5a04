"""The Kubernetes objects of an environment, and what is different between two sets of them.

Objects are read from the overlay, its bases and its JSON patches, and from what the GitOps engine is told. What else a
kustomization says is compared as one object of the kind Kustomization.
"""

from __future__ import annotations

import copy
import posixpath
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import jsonpatch

from bpc import verify
from bpc.difference.direct import leaves
from bpc.difference.shapes import ADD, MODIFY, REMOVE, Object
from bpc.difference.sides import GITOPS, KUBERNETES, Environment, Unreadable, reading

Key = tuple[str, str, str, str]  # API group, kind, namespace, name
Objects = dict[Key, dict[str, Any]]

# Kubernetes API reference: what the API server lets nobody change once the object is there.
FIXED = {
    "ClusterRoleBinding": ("roleRef",),
    "DaemonSet": ("spec.selector",),
    "Deployment": ("spec.selector",),
    "Job": ("spec.selector", "spec.template", "spec.completionMode", "spec.podFailurePolicy"),
    "PersistentVolumeClaim": ("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"),
    "PriorityClass": ("value", "preemptionPolicy"),
    "ReplicaSet": ("spec.selector",),
    "RoleBinding": ("roleRef",),
    "RuntimeClass": ("handler",),
    "Service": ("spec.clusterIP",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
}
# Fixed as soon as the field `immutable` is true (Kubernetes documentation, ConfigMaps and Secrets).
SEALED = ("ConfigMap", "Secret")


def compare(old: Environment, new: Environment) -> Iterator[Object]:
    """Each object that comes, goes or changes."""
    before, after = _mine(old), _mine(new)
    if before == after:
        return
    was, now = objects(old), objects(new)
    for key in sorted({*was, *now}):
        if key not in now:
            yield Object(REMOVE, *key[1:])
        elif key not in was:
            yield Object(ADD, *key[1:])
        elif was[key] != now[key]:
            yield _modified(key, was[key], now[key])


def _mine(environment: Environment) -> dict[str, bytes]:
    return {path: content for path, content in environment.files.items() if path.startswith((KUBERNETES, GITOPS))}


def _modified(key: Key, old: dict[str, Any], new: dict[str, Any]) -> Object:
    paths = tuple(dict.fromkeys(".".join(path) for path, _, _ in leaves(old, new)))
    fields = ("data", "binaryData", "stringData", "immutable") if key[1] in SEALED and old.get("immutable") else ()
    fixed = tuple(
        field
        for field in (*FIXED.get(key[1], ()), *fields)
        if any(path == field or path.startswith(f"{field}.") or field.startswith(f"{path}.") for path in paths)
    )
    return Object(MODIFY, *key[1:], paths, fixed)


def objects(environment: Environment) -> Objects:
    """What `kubectl kustomize` makes of the overlay, and of what the engine is told, by identity."""
    files = environment.files
    return _built(files, f"{KUBERNETES}overlays/{environment.name}", 0) | _built(files, GITOPS + environment.name, 0)


def _built(files: Mapping[str, bytes], folder: str, depth: int) -> Objects:
    path = f"{folder}/{verify.KUSTOMIZATION}"
    if path not in files or depth > 9:
        return {}
    content = next(iter(_documents(path, files)), {})
    found: Objects = {}
    for resource in _items(content, "resources"):
        place = posixpath.normpath(f"{folder}/{resource}")
        if place in files:
            found |= {_key(one): one for one in _documents(place, files)}
        else:
            found |= _built(files, place, depth + 1)
    left = [one for one in _items(content, "patches") if not _patched(found, one)]
    rest = {key: value for key, value in content.items() if key not in ("apiVersion", "kind", "resources", "patches")}
    if left or rest:
        found["kustomize.config.k8s.io", "Kustomization", "", folder.removeprefix(KUBERNETES)] = {
            **rest,
            "patches": left,
        }
    return found


def _documents(path: str, files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    with reading(path):
        return verify.documents(files[path].decode())


def _items(content: Mapping[str, Any], key: str) -> list[Any]:
    found = content.get(key)
    return found if isinstance(found, list) else []


def _key(node: Mapping[str, Any]) -> Key:
    about = node.get("metadata")
    about = about if isinstance(about, dict) else {}
    group = str(node.get("apiVersion", "")).rpartition("/")[0]
    return group, str(node.get("kind", "")), str(about.get("namespace", "")), str(about.get("name", ""))


def _patched(found: Objects, patch: Any) -> bool:
    """Apply a JSON patch to the objects that it names; anything else is left to be compared as it is written."""
    target = patch.get("target") if isinstance(patch, dict) else None
    if not isinstance(target, dict) or not isinstance(patch.get("patch"), str):
        return False
    try:
        keys = [key for key, one in found.items() if _fits(target, key, one)]
        # The text may be a list, and a document is a mapping.
        [wrapped] = verify.documents("patch:\n" + textwrap.indent(patch["patch"], " "))
        operations = wrapped["patch"]
        if not keys or isinstance(operations, dict):
            return False
        for key in keys:
            found[key] = jsonpatch.apply_patch(copy.deepcopy(found[key]), operations)
    except (ValueError, TypeError, re.error, jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        raise Unreadable(f"a patch of {'/'.join(map(str, target.values()))} cannot be applied: {error}") from error
    return True


def _fits(target: dict[str, Any], key: Key, one: dict[str, Any]) -> bool:
    """Whether an object is one that a patch names; those that bpc writes name one and leave out what it has not."""
    group, kind, namespace, name = key
    version = str(one.get("apiVersion", "")).rpartition("/")[2]
    have = {"group": group, "version": version, "kind": kind, "namespace": namespace, "name": name}
    return all(key in have and re.fullmatch(str(said), have[key]) for key, said in target.items())
