"""Names of container images: which registry, which repository, which tag and digest.

The short names of Docker Hub are written out as container runtimes do it: `nginx` is docker.io/library/nginx:latest
(distribution/reference, normalized names; OCI Image Specification, Descriptors).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bpc.kit.record import Record

HUB = "docker.io"
# Where charts and manifests of others get their images from; a text is taken for an image only if it begins so.
PUBLIC = (
    "cgr.dev",
    "docker.io",
    "docker.elastic.co",
    "gcr.io",
    "ghcr.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "oci.external-secrets.io",
    "public.ecr.aws",
    "quay.io",
    "registry.gitlab.com",
    "registry.k8s.io",
    "xpkg.upbound.io",
)
CONTAINERS = ("containers", "initContainers")
Place = tuple[str | int, ...]


class ImageName(Record):
    """One image, written out. `tag` is empty where only a digest was said."""

    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        return f"{self.registry}/{self.repository}"

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parsed(text: str) -> ImageName:
    """An image as somebody wrote it."""
    rest, _, digest = text.partition("@")
    folder, slash, last = rest.rpartition("/")
    last, _, tag = last.partition(":")
    first, _, below = (folder + slash + last).partition("/")
    known = below and ("." in first or ":" in first or first == "localhost")
    registry, repository = (first, below) if known else (HUB, folder + slash + last)
    if registry in (f"index.{HUB}", f"registry-1.{HUB}"):
        registry = HUB
    if registry == HUB and "/" not in repository:
        repository = f"library/{repository}"
    return ImageName(registry, repository, tag or ("" if digest else "latest"), digest)


def written(text: str) -> str:
    """The part of an image that kustomize compares: what was written, without tag and digest."""
    rest = text.partition("@")[0]
    folder, slash, last = rest.rpartition("/")
    return folder + slash + last.partition(":")[0]


def of_containers(value: Any) -> list[str]:
    """The images of containers, at any depth, which are those that kustomize rewrites."""
    found: list[str] = []
    _of_containers(value, found)
    return found


def _of_containers(value: Any, found: list[str]) -> None:
    if isinstance(value, dict):
        for key, below in value.items():
            if isinstance(below, list | dict):
                if key in CONTAINERS and isinstance(below, list):
                    found += [str(one["image"]) for one in below if isinstance(one, Mapping) and one.get("image")]
                _of_containers(below, found)
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, list | dict):
                _of_containers(one, found)


def elsewhere(value: Any) -> list[tuple[Place, str]]:
    """Images in other places: flags, environment variables, fields of custom resources; with the text around them."""
    found: list[tuple[Place, str]] = []
    _elsewhere(value, (), "", found)
    return found


def _elsewhere(value: Any, at: Place, container: str, found: list[tuple[Place, str]]) -> None:
    """`container` is where it says its image, while `value` is one."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    listed = "image" if at and at[-1] in CONTAINERS and isinstance(value, list) else ""
    for key, below in items:
        if isinstance(below, str):
            if "/" in below and key != container:
                found += [((*at, key), one) for one in inside_text(below)]
        elif isinstance(below, dict | list):
            _elsewhere(below, (*at, key), listed, found)


def inside_text(text: str) -> list[str]:
    """The images of known registries that a text holds, each with its tag or digest."""
    if "/" not in text or "." not in text or not any(registry in text for registry in PUBLIC):
        return []
    known = "|".join(map(re.escape, PUBLIC))
    path, tag, digest = "[a-z0-9]+(?:[._/-]+[a-z0-9]+)*", "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "@sha256:[0-9a-f]{64}"
    pattern = rf"(?<![\w./-])(?:{known})/{path}(?::{tag}(?:{digest})?|{digest})"
    return re.findall(pattern, text)
