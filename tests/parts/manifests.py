"""Whether Kubernetes of a given version would take the objects: strict schemas, and the rules that no schema holds.

The schemas are those that kubernetes-validate carries. They know fields and types, but no names, no port ranges, no
enumerations; those come from the Kubernetes documentation ("Object Names and IDs", "Labels and Selectors", the API
reference) and are checked here. A kind that the version does not have is a finding, and so is a `List`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

_SCHEMAS = files("kubernetes_validate") / "kubernetes-json-schema"
_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_SUBDOMAIN = rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*"
_KEY = rf"({_SUBDOMAIN.replace('$', '(/|$)')}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?"
_VALUE = r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?"
_PORT_NAME = r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*"
_QUANTITY = r"[0-9]+(\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][0-9]+)?"
_NAMES = {
    "Namespace": _LABEL,
    "Service": r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?",
    **dict.fromkeys(("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"), r"(?!\.{1,2}$)[^/%]{1,253}"),
}
_ENUMERATIONS = {
    "protocol": ("TCP", "UDP", "SCTP"),
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    "failurePolicy": ("Fail", "Ignore"),
    "volumeBindingMode": ("Immediate", "WaitForFirstConsumer"),
}
_SERVICE_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_ANNOTATION_BYTES = 262_144


def invalid(objects: Iterable[dict[str, Any]], kubernetes_version: str) -> list[str]:
    """What is wrong with the objects, each finding with the object in front."""
    findings: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for one in objects:
        metadata = one.get("metadata") or {}
        group = str(one.get("apiVersion", "")).rpartition("/")[0]
        identity = (group, *(str(part) for part in (one.get("kind"), metadata.get("namespace"), metadata.get("name"))))
        title = f"{one.get('kind')} {metadata.get('name')}"
        if identity in seen:
            findings.append(f"{title}: is there twice")
        seen.add(identity)
        findings += [f"{title}: {problem}" for problem in _problems(one, kubernetes_version)]
    return findings


def _problems(one: dict[str, Any], version: str) -> Iterator[str]:
    kind, api = str(one.get("kind")), str(one.get("apiVersion"))
    if kind == "List" or (kind.endswith("List") and "items" in one):
        yield "a List is not an object to apply"
        return
    validator = _validator(kind, api, version)
    if validator is None:
        yield f"Kubernetes {version} has no kind {kind} in {api}"
        return
    for error in sorted(validator.iter_errors(one), key=lambda error: error.json_path):
        yield f"{error.json_path.removeprefix('$.')}: {error.message}"
    yield from _names(kind, one.get("metadata") or {})
    if kind == "Service" and (one.get("spec") or {}).get("type", "ClusterIP") not in _SERVICE_TYPES:
        yield f"spec.type: {one['spec']['type']!r} is not one of {_SERVICE_TYPES}"
    if kind != "CustomResourceDefinition":  # its schema has fields of its own that are called like ours
        yield from _walk(one, "")
        yield from _pods(one)


@cache
def _folder(version: str) -> Any:
    wanted = ".".join(version.removeprefix("v").split(".")[:2])
    found = [one for one in _SCHEMAS.iterdir() if re.fullmatch(rf"v{re.escape(wanted)}\.\d+-local-strict", one.name)]
    if not found:
        raise ValueError(f"kubernetes-validate has no schemas for Kubernetes {version}")
    return found[0]


@cache
def _registry(version: str) -> Registry[Any]:
    definitions = json.loads((_folder(version) / "_definitions.json").read_text(encoding="utf-8"))
    registry: Registry[Any] = Registry()
    return Resource.from_contents(definitions) @ registry


@cache
def _validator(kind: str, api: str, version: str) -> Draft202012Validator | None:
    group, _, release = api.rpartition("/")
    name = "-".join(part for part in (kind.lower(), group.split(".")[0], release) if part)
    path = _folder(version) / f"{name}.json"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        return None
    schema = json.loads(path.read_text(encoding="utf-8"))
    # The file's name holds only the group's first label, so `apps.example.com/v1` would pass for `apps/v1`.
    own = {"group": group, "version": release, "kind": kind}
    if own not in schema.get("x-kubernetes-group-version-kind", []):
        return None
    return Draft202012Validator(schema, registry=Resource.from_contents(schema) @ _registry(version))


def _names(kind: str, metadata: dict[str, Any]) -> Iterator[str]:
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str) or not re.fullmatch(_NAMES.get(kind, _SUBDOMAIN), name):
        yield f"metadata.name: {name!r} is no name of a {kind}"
    if namespace is not None and not re.fullmatch(_LABEL, str(namespace)):
        yield f"metadata.namespace: {namespace!r} is no DNS-1123 label"
    annotations = metadata.get("annotations") or {}
    if sum(len(f"{key}{value}".encode()) for key, value in annotations.items()) > _ANNOTATION_BYTES:
        yield "metadata.annotations: too long"


def _walk(node: Any, path: str) -> Iterator[str]:
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from _walk(one, f"{path}[{index}]")
    elif isinstance(node, dict):
        for key, value in node.items():
            place = f"{path}.{key}".removeprefix(".")
            if key in _CHECKS:
                yield from (f"{place}: {problem}" for problem in _CHECKS[key](value))
            if isinstance(value, str) and value not in _ENUMERATIONS.get(key, (value,)):
                yield f"{place}: {value!r} is not one of {_ENUMERATIONS[key]}"
            if key not in ("data", "stringData", "binaryData"):
                yield from _walk(value, place)


def _labels(labels: Any) -> Iterator[str]:
    if not isinstance(labels, dict) or not all(isinstance(one, str) for one in labels.values()):
        return  # an expression, or a type error that the schema has found
    for key, value in labels.items():
        if not re.fullmatch(_KEY, str(key)):
            yield f"{key!r} is no label key"
        if not re.fullmatch(_VALUE, value):
            yield f"{value!r} is no label value"


def _annotations(annotations: Any) -> Iterator[str]:
    for key in annotations if isinstance(annotations, dict) else ():
        if not re.fullmatch(_KEY, str(key).lower()):
            yield f"{key!r} is no annotation key"


def _port(port: Any) -> Iterator[str]:
    if isinstance(port, int) and not 1 <= port <= 65535:
        yield f"{port} is not between 1 and 65535"
    if isinstance(port, str) and not re.fullmatch(_PORT_NAME, port):
        yield f"{port!r} is no port name"


def _quantities(quantities: Any) -> Iterator[str]:
    for name, amount in quantities.items() if isinstance(quantities, dict) else ():
        if not re.fullmatch(_QUANTITY, str(amount)):
            yield f"{name}: {amount!r} is no quantity"


_CHECKS: dict[str, Callable[[Any], Iterator[str]]] = {
    **dict.fromkeys(("labels", "matchLabels", "nodeSelector", "selector"), _labels),
    **dict.fromkeys(("port", "containerPort", "hostPort", "nodePort", "targetPort"), _port),
    **dict.fromkeys(("requests", "limits"), _quantities),
    "annotations": _annotations,
}


def _pods(one: dict[str, Any]) -> Iterator[str]:
    """What the API server checks between the parts of a pod template."""
    spec = one.get("spec") or {}
    template = one if one.get("kind") == "Pod" else (spec.get("jobTemplate") or one).get("spec", {}).get("template")
    if not isinstance(template, dict) or not isinstance(template.get("spec"), dict):
        return
    wanted = ((spec.get("selector") or {}).get("matchLabels") or {}) if one is not template else {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    if not wanted.items() <= labels.items():
        yield f"spec.selector: {wanted} does not match the template's labels {labels}"
    pod = template["spec"]
    containers = [*pod.get("initContainers", []), *pod.get("containers", [])]
    volumes = [volume.get("name") for volume in pod.get("volumes", [])]
    # Those of a StatefulSet, one for each of its pods.
    volumes += [(claim.get("metadata") or {}).get("name") for claim in spec.get("volumeClaimTemplates") or []]
    names = [container.get("name") for container in containers]
    for what, given in (("container", names), ("volume", volumes)):
        for name in given:
            if not re.fullmatch(_LABEL, str(name)):
                yield f"{name!r} is no name of a {what}"
            if given.count(name) > 1:
                yield f"the {what} {name!r} is there twice"
    for container in containers:
        for port in container.get("ports", []):
            if "name" in port and not re.fullmatch(_PORT_NAME, str(port["name"])):
                yield f"{port['name']!r} is no port name"
        for mount in container.get("volumeMounts", []):
            if mount.get("name") not in volumes:
                yield f"{container.get('name')} mounts {mount.get('name')!r}, which is no volume of the pod"
