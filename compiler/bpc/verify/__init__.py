"""The checks behind `bpc verify`: what finished output must keep, whoever made it.

They look for mistakes of ours, so they trust nothing that the compiler knows: they read the files again, as
CloudFormation and kustomize will. This page has what the checks share: an output folder, a parsed template,
and a finding.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from bpc.diagnostics import Diagnostic, Path, Rule, Span, rule
from bpc.verify.depth import LOADER, refuse_deep
from bpc.verify.short_forms import plain

MARKER = ".bpc.json"
KUSTOMIZATION = "kustomization.yaml"
# What a desktop leaves behind wherever it has looked.
NOISE = ".DS_Store"
# A template's name says when its stack is deployed; other files beside it are none.
TEMPLATE = re.compile(r"cloudformation/[^/]+/[0-9]{2}-[^/]+\.(yaml|json)")
# What an administrator deploys the environments with: stack sets, or a pipeline.
ADMINISTRATION = re.compile(r"cloudformation/(stack-sets|delivery(-(artifacts|roles)-[^/]+)?)\.(yaml|json)")
# The deployer's policies. They say nothing of bpc: IAM's grammar has no place for a word that is not IAM's.
POLICY = re.compile(r"cloudformation/[^/]+/deployer-policy(-[0-9]+)?\.json")
# A folder in a registry of Amazon ECR.
MIRROR = re.compile(r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?(/[a-z0-9._-]+)*")
START = Span(1, 1, 2)
NotYaml = yaml.YAMLError

BAD_MARKER = rule(
    "BPC605",
    "unreadable-marker",
    why="`.bpc.json` says what the folder holds and where each environment is; without it nothing can be checked.",
    cure="Compile the blueprint again; if the message stays, it is a mistake in bpc.",
)


class Finding(NamedTuple):
    """What is wrong, and in which file below the output folder."""

    file: str
    diagnostic: Diagnostic


class Output(NamedTuple):
    """A compiled blueprint on disk: its folder, its marker, and all its files with '/' between the parts.

    `unreadable` is what is there beside the files and has no content: a link to nowhere or to a folder, a socket.
    """

    folder: str
    marker: Mapping[str, Any]
    files: tuple[str, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The platform's name, which is also the folder's unless somebody renamed it."""
        return str(self.marker.get("name") or os.path.basename(os.path.abspath(self.folder)))

    @property
    def environments(self) -> Mapping[str, Mapping[str, str]]:
        """Each environment's region and Kubernetes version."""
        found: Mapping[str, Mapping[str, str]] = self.marker["environments"]
        return found

    def read(self, file: str) -> bytes:
        with open(os.path.join(self.folder, file), "rb") as content:
            return content.read()

    def templates(self, environment: str = "") -> list[Template]:
        """The templates that can be parsed, in the order in which they are deployed; cfn-lint reports the others."""
        found = [one for one in (_template(self, file) for file in self.template_files(environment)) if one]
        return sorted(found, key=lambda one: (one.environment, one.number, one.file))

    def template_files(self, environment: str = "") -> list[str]:
        """Every template, parsed or not."""
        prefix = f"cloudformation/{environment}/" if environment else "cloudformation/"
        return [file for file in self.files if file.startswith(prefix) and TEMPLATE.fullmatch(file)]

    def administration(self) -> list[Template]:
        """The templates for administrators, where there are any that can be parsed."""
        found = (_template(self, file) for file in self.files if ADMINISTRATION.fullmatch(file))
        return [one for one in found if one]

    def policies(self) -> list[Template]:
        """The deployer's policies that can be parsed."""
        found = (_template(self, file) for file in self.files if POLICY.fullmatch(file))
        return [one for one in found if one]

    def manifest_files(self) -> list[str]:
        """Every Kubernetes manifest and kustomization."""
        return [file for file in self.files if file.startswith(("kubernetes/", "gitops/"))]

    def kustomizations(self, environment: str) -> list[str]:
        """The folders of an environment that kustomize builds: the overlay, its waves, and what the engine is told."""
        own = (f"kubernetes/overlays/{environment}/", f"gitops/{environment}/")
        return [file.rpartition("/")[0] for file in self.files if file.startswith(own) and _is_kustomization(file)]

    def roles(self) -> set[str]:
        """The ARNs of the roles that the blueprint itself says."""
        said = [arn for one in self.environments.values() for arn in str(one.get("roles", "")).split()]
        return {arn for arn in said if ":iam::" in arn and ":role/" in arn}

    def said(self) -> set[str]:
        """What the blueprint itself says, though it names an account: roles, and where the engine finds the output."""
        return self.roles() | {str(one["artifact"]) for one in self.environments.values() if "artifact" in one}

    def mirrors(self) -> set[str]:
        """The registries that images are pulled from, which say the accounts of the blueprint."""
        said = (
            word for one in self.environments.values() for key in ("mirror", "registries") for word in _words(one, key)
        )
        return {one for one in said if MIRROR.fullmatch(one)}

    def overlays(self) -> list[str]:
        """The environments that have manifests."""
        found = (file.split("/") for file in self.files)
        return [parts[2] for parts in found if parts[:2] == ["kubernetes", "overlays"] and parts[3:] == [KUSTOMIZATION]]


def _words(about: Mapping[str, Any], key: str) -> list[str]:
    return str(about.get(key, "")).split()


def _is_kustomization(file: str) -> bool:
    return file.rpartition("/")[2] == KUSTOMIZATION


class Template(NamedTuple):
    """A parsed template; `spans` knows the line of every key and every list item."""

    file: str
    text: str
    data: Mapping[str, Any]
    spans: Mapping[Path, Span]

    @property
    def environment(self) -> str:
        return self.file.split("/")[1]

    @property
    def number(self) -> int:
        """Its place in the order of deployment."""
        return int(self._base.partition("-")[0])

    @property
    def stack(self) -> str:
        return self._base.partition("-")[2]

    @property
    def _base(self) -> str:
        return os.path.splitext(self.file.split("/")[-1])[0]

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        return self.section("Resources")

    def section(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """The entries of a section; what is no entry at all is left to cfn-lint."""
        entries = self.data.get(name)
        return {key: one for key, one in entries.items() if isinstance(one, dict)} if isinstance(entries, dict) else {}

    def found(self, rule: Rule, path: Path, message: str) -> Finding:
        """A finding at the nearest thing around a path that was written."""
        near = path
        while near and near not in self.spans:
            near = near[:-1]
        return Finding(self.file, rule.at(path, message, span=self.spans.get(near, START)))


def outputs(folder: str) -> list[Output]:
    """The folder itself if bpc made it, else those directly below that bpc made."""
    below = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    if MARKER in below:
        return [_output(folder)]
    places = (os.path.join(folder, name) for name in below)
    return [_output(place) for place in places if os.path.lexists(os.path.join(place, MARKER))]


def _output(folder: str) -> Output:
    files: list[str] = []
    unreadable: list[str] = []
    for at, folders, names in os.walk(folder):
        links = (name for name in folders if os.path.islink(os.path.join(at, name)))
        for name in (*names, *links):
            path = os.path.join(at, name)
            if name != NOISE:
                known = files if os.path.isfile(path) and os.access(path, os.R_OK) else unreadable
                known.append(os.path.relpath(path, folder).replace(os.sep, "/"))
    return Output(folder, _marker(os.path.join(folder, MARKER)), tuple(sorted(files)), tuple(sorted(unreadable)))


def _marker(path: str) -> dict[str, Any]:
    """What the marker says; nothing where it is no file, or not JSON, or nested beyond all reason."""
    try:
        # Not whatever may be there: a named pipe would never end.
        if not os.path.isfile(path):
            return {}
        with open(path, "rb") as content:
            marker = json.loads(content.read())
    except (OSError, ValueError, RecursionError):
        return {}
    return marker if isinstance(marker, dict) else {}


def readable(output: Output) -> list[Finding]:
    """What the marker lacks; nothing else can be checked while it lacks anything."""
    wanted = {"blueprint": dict, "environments": dict, "files": dict, "generator": str, "trace": dict}
    lacking = [key for key, kind in wanted.items() if not isinstance(output.marker.get(key), kind)]
    if len(lacking) == len(wanted):
        return [Finding(MARKER, BAD_MARKER.at((), f"{MARKER} is no inventory that bpc wrote"))]
    nested = [key for key in ("environments", "trace") if key not in lacking]
    lacking += [
        f"{key}.{name}" for key in nested for name, one in output.marker[key].items() if not isinstance(one, dict)
    ]
    if not lacking:
        known = output.environments
        used = {file.split("/")[1] for file in output.template_files()} | set(output.overlays())
        lacking = [
            f"environments.{name}.{key}"
            for name in sorted(used)
            for key in ("region", "kubernetes")
            if not isinstance(known.get(name, {}).get(key), str)
        ]
    return [Finding(MARKER, BAD_MARKER.at((key,), f"{MARKER} does not say {key}")) for key in lacking]


def parse(file: str, text: str) -> Template:
    """A template as CloudFormation reads it: YAML or JSON, short forms written out, dates as text."""
    spans: dict[Path, Span] = {}
    refuse_deep(text)
    node = yaml.compose(text, Loader=LOADER)
    data = plain(node, (), spans)
    return Template(file, text, data if isinstance(data, dict) else {}, spans)


def documents(text: str) -> list[dict[str, Any]]:
    """The Kubernetes objects in a YAML stream."""
    refuse_deep(text)
    found = (plain(node, (), {}) for node in yaml.compose_all(text, Loader=LOADER))
    return [one for one in found if isinstance(one, dict)]


def mappings(value: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every mapping in a value, outermost first, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, one in value.items():
            yield from mappings(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from mappings(one, (*path, index))


def _template(output: Output, file: str) -> Template | None:
    try:
        return parse(file, output.read(file).decode())
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
