"""Every overlay builds with kustomize, and every object in it fits the schemas of the cluster's Kubernetes version.

kubernetes-validate has those schemas. It passes over what it does not know, and takes `apps.example.com/v1` for
`apps/v1`; here a kind that neither Kubernetes nor an add-on has is a finding. Of custom resources the GitOps engines'
own are looked at, by a table of their fields; `unchecked` says which are not.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

from bpc.diagnostics import rule
from bpc.facts import custom_resources
from bpc.verify import KUSTOMIZATION, Finding, Output, documents

DOES_NOT_BUILD = rule(
    "BPC630",
    "overlay-does-not-build",
    why="kubectl and every GitOps engine build the overlay with kustomize before they apply it.",
    cure="Compile the blueprint again; if the message stays, it is a mistake in bpc.",
)
UNKNOWN_KIND = rule(
    "BPC631",
    "unknown-kind",
    why="The cluster's Kubernetes version does not have this kind, so applying it would fail.",
    cure="Choose a version that has it, or report it as a mistake in bpc.",
)
DOES_NOT_FIT = rule(
    "BPC632",
    "object-does-not-fit",
    why="The API server refuses, or quietly drops, what the schema of its version does not have.",
    cure="It is a mistake in bpc; please report it with the blueprint.",
)

# Kubernetes API reference, API groups. Others belong to CustomResourceDefinitions.
GROUPS = (
    "", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps", "autoscaling",
    "batch", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io",
    "flowcontrol.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io",
    "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
)  # fmt: skip


# What an add-on brings the kind for, and the values that its schema takes beside metadata (Kubernetes documentation,
# Volume Snapshot Classes).
BROUGHT: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"): {"driver": (), "deletionPolicy": ("Delete", "Retain")},
}


class OverlayError(Exception):
    """kustomize would not build an overlay; the text says why."""


def kubectl() -> str | None:
    """The kubectl to build with: $BPC_KUBECTL, or the one on PATH."""
    from shutil import which

    return which(os.environ.get("BPC_KUBECTL") or "kubectl")


def build(program: str, folder: str) -> list[dict[str, Any]]:
    """The objects of an overlay as kustomize builds them."""
    run = subprocess.run([program, "kustomize", folder], capture_output=True, text=True, check=False)
    if run.returncode:
        raise OverlayError(run.stderr.strip() or f"kubectl stopped with {run.returncode}")
    return documents(run.stdout)


@cache
def brought() -> frozenset[str]:
    """The API groups that add-ons of the catalogue bring."""
    from bpc import catalogue

    return frozenset(name.partition(".")[2] for entry in catalogue.addons() for name in entry.crds)


def unchecked(output: Output) -> list[str]:
    """The kinds of custom resources whose fields nobody here knows."""
    kinds: set[str] = set()
    for file in output.manifest_files():
        for one in documents(output.read(file).decode(errors="replace")):
            group = str(one.get("apiVersion")).rpartition("/")[0]
            if group in brought() and custom_resources.name(one) not in custom_resources.known():
                kinds.add(str(one.get("kind")))
    return sorted(kinds)


def check(output: Output, environment: str, program: str) -> Iterator[Finding]:
    """The overlay and what is below it: does it build, and does each object fit the Kubernetes version?"""
    version = output.environments[environment]["kubernetes"]
    for folder in output.kustomizations(environment):
        file = f"{folder}/{KUSTOMIZATION}"
        try:
            objects = build(program, os.path.join(output.folder, folder))
        except OverlayError as error:
            yield Finding(file, DOES_NOT_BUILD.at((), str(error)))
            continue
        for one in objects:
            yield from fits(file, one, version)


def fits(file: str, one: dict[str, Any], version: str) -> Iterator[Finding]:
    """Whether an object is one that a Kubernetes version knows, and has what its schema says."""
    from kubernetes_validate import SchemaNotFoundError, ValidationError, validate

    metadata = one.get("metadata") or {}
    name = "/".join(filter(None, [str(metadata.get("namespace") or ""), str(metadata.get("name") or "")]))
    shown = f"{one.get('kind')} {name}"
    api = str(one.get("apiVersion"))
    unknown = UNKNOWN_KIND.at((), f"{shown}: Kubernetes {version} has no {one.get('kind')} in {api}")
    if known := BROUGHT.get((api, str(one.get("kind")))):
        for key in {*known, *one} - {"apiVersion", "kind", "metadata"}:
            if key not in known or key not in one or (known[key] and one[key] not in known[key]):
                yield Finding(file, DOES_NOT_FIT.at((), f"{shown}: {key} is missing, unknown or wrong"))
        return
    if custom_resources.name(one) in custom_resources.known():
        yield from (Finding(file, DOES_NOT_FIT.at((), f"{shown}: {said}")) for said in custom_resources.wrong(one))
        return
    if "/" in api and api.partition("/")[0] not in GROUPS:
        if api.partition("/")[0] not in brought():
            yield Finding(file, unknown)
        return
    try:
        validate({"kind": "", **one, "apiVersion": api}, version, strict=True)
    except SchemaNotFoundError:
        yield Finding(file, unknown)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.absolute_path)
        message = f"{shown}: {place + ': ' if place else ''}{error.message.splitlines()[0][:300]}"
        yield Finding(file, DOES_NOT_FIT.at((), message))
