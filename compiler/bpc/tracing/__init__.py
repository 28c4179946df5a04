"""Which line of the blueprint made what, and what a line makes: `bpc trace`.

everything  what an environment is made of, each part with the place in the blueprint that asked for it
objects     the place of a Kubernetes object
outputs     the outputs of stacks
files       what else is in the output
asked       what somebody means by `Cluster`, `prod/cluster/Cluster` or a file of the output
lines       a line of the blueprint: which places it holds, and what is made from them
said        all of it for people and for machines
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bpc.diagnostics import Path, Span
from bpc.kit.record import Record
from bpc.kustomize import Key, key_of
from bpc.output import kubernetes
from bpc.output.stacks import Stacks
from bpc.tracing import objects

if TYPE_CHECKING:
    from bpc.environments import Place
    from bpc.source import Document

RESOURCE, OBJECT, FILE, OUTPUT = "resource", "object", "file", "output"


class Made(Record):
    """A resource of CloudFormation, an output of a stack, an object of Kubernetes, or a file with none of them.

    `part` is its stack or its component, `type` the resource's type or the object's kind, and `name` the logical ID
    or the object's own. `at` is its place in the environment, and `written` the same in the blueprint as it was typed.
    `span` is where as much of that is as was typed; `left` says that some of it was left to bpc. `patches` are
    the places of patches on it.
    """

    kind: str
    environment: str
    part: str
    type: str
    name: str
    namespace: str
    file: str
    at: Path
    written: Path
    span: Span | None
    left: bool
    patches: tuple[Path, ...] = ()

    @property
    def shown(self) -> str:
        """What `bpc diff` calls it, too."""
        if self.kind == FILE:
            return self.file
        if self.kind in (RESOURCE, OUTPUT):
            return f"{self.part}/{self.name} ({self.type})"
        return "/".join(filter(None, (self.type, self.namespace, self.name)))


def everything(document: Document, environments: Iterable[tuple[Place, Stacks]]) -> list[Made]:
    """All that the blueprint makes, in the order in which it is deployed."""
    every = list(environments)
    files = _files(stacks for _, stacks in every)
    found: list[Made] = []
    for place, stacks in every:
        for kind, part, type_, name, namespace, file, at in (*_resources(stacks), *_objects(place, stacks, files)):
            patches = tuple(map(place.document.placed, _patches(stacks, part, name))) if kind == RESOURCE else ()
            given = Made(kind, place.name, part, type_, name, namespace, file, at, at, None, False, patches)
            found.append(traced(document, place, given))
    return found


def traced(document: Document, place: Place, one: Made) -> Made:
    """The same with where its place in the environment is in the blueprint."""
    written = place.document.placed(one.at)
    known = _known(document.data, written)
    span = document.locate(written[:known], key=known == len(written)) if known else None
    return one.replace(written=written, span=span, left=known < len(written))


def _patches(stacks: Stacks, stack: str, title: str) -> tuple[Path, ...]:
    """The blueprint's patches of a resource."""
    return tuple(
        (*override.at, "patch", index)
        for override in stacks.plan.blueprint.overrides.cloudformation
        if override.stack == stack or stacks.is_single
        for index, operation in enumerate(override.patch)
        if f"{operation['path']}/".startswith(f"/Resources/{title}/")
    )


def _known(data: Any, path: Path) -> int:
    """How much of a path the blueprint says."""
    for length, part in enumerate(path):
        there = part in data if isinstance(data, dict) else isinstance(data, list) and int(part) < len(data)
        if not there:
            return length
        data = data[part]
    return len(path)


_Row = tuple[str, str, str, str, str, str, Path]
_Place = tuple[str, str, Key]


def _resources(stacks: Stacks) -> Iterator[_Row]:
    for stack, template in stacks.templates.items():
        origins = stacks.origins[stack]
        for title, one in template["Resources"].items():
            yield RESOURCE, stack, str(one.get("Type")), title, "", stacks.file(stack), origins.get(title, ())


def _objects(place: Place, stacks: Stacks, files: dict[_Place, str]) -> Iterator[_Row]:
    for part in kubernetes.parts(stacks) if stacks.manifests else ():
        for one in part.objects:
            key = key_of(one)
            file = files[stacks.environment, part.component, key]
            yield OBJECT, part.component, key[1], key[3], key[2], file, objects.origin(part, one, place.document.data)


def _files(environments: Iterable[Stacks]) -> dict[_Place, str]:
    """Where the objects of all environments are: what they share is in one place."""
    manifests = kubernetes.Manifests("", "", _nowhere)
    for stacks in environments:
        if stacks.manifests:
            manifests.add(stacks)
    rows: Any = manifests.overlays.files() if manifests.overlays else ()
    return {(environment, component, key): file for environment, component, key, file in rows}


def _nowhere(path: str, content: bytes) -> None:
    """Nothing is written."""
