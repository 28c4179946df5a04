"""What moving to the next Kubernetes version needs: `bpc upgrade`.

    versions   which minor versions there are between two
    edits      what to change in the blueprint, and what to look at there
    addons     versions of EKS add-ons that go with it
    apis       objects in API versions that go
    order      what to do after what
    said       all of it as text, Markdown or JSON

The blueprint is compiled with each version in turn: what the compiler then complains about, and what is different in
the templates and manifests, is what the upgrade needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from bpc import pipeline
from bpc.beside import Beside
from bpc.diagnostics import Diagnostic, errors
from bpc.difference import compare
from bpc.difference.shapes import Difference
from bpc.difference.sides import Side, side
from bpc.environments import Place
from bpc.kit.record import Record
from bpc.output import Output
from bpc.output.stacks import Stacks
from bpc.source import Document
from bpc.upgrading import addons, apis, edits, order, versions
from bpc.upgrading.shapes import Step


class Blueprint(Record):
    """A blueprint's text, the name of its file, and the files beside it."""

    raw: bytes
    file: str
    beside: Beside


class At(Record):
    """One environment at one version; without `stacks` it does not compile there."""

    place: Place
    stacks: Stacks | None
    found: tuple[Diagnostic, ...]


def read(blueprint: Blueprint, only: str = "") -> tuple[Document | None, dict[str, At], list[Diagnostic]]:
    """Every environment as it is now."""
    document, made, found = pipeline.finished(blueprint.raw, blueprint.file, blueprint.beside, only)
    now = {place.name: At(place, stacks, tuple(found)) for place, stacks in made}
    return document, {} if errors(found) else now, found


def steps(blueprint: Blueprint, now: dict[str, At], target: str = "") -> Iterator[Step]:
    """Every step from where the environments are; without a target, the next version of each."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for name, one in now.items():
        assert one.stacks
        for pair in versions.between(one.stacks.plan.blueprint.cluster.version, target):
            wanted.setdefault(pair, []).append(name)
    for (old, new), names in sorted(wanted.items(), key=lambda one: versions.number(one[0][1])):
        before = [_at(blueprint, name, old) for name in names]
        yield _step(old, new, [now[name] for name in names], before, [_at(blueprint, name, new) for name in names])


def _at(blueprint: Blueprint, name: str, version: str) -> At:
    """One environment with another version, everything else as the blueprint says."""
    seen: list[Place] = []

    def moved(place: Place) -> Place:
        cluster = place.document.data.get("cluster") or {}
        groups = [_freed(one) for one in place.document.data.get("nodeGroups") or ()]
        data = {**place.document.data, "cluster": {**cluster, "version": version}}
        data |= {"nodeGroups": groups} if groups else {}
        seen.append(place.replace(document=place.document.replace(data=data)))
        return seen[-1]

    given = blueprint.raw, blueprint.file, blueprint.beside, name
    _, made, found = pipeline.finished(*given, other=moved)
    stacks = next((stacks for _, stacks in made), None)
    return At(seen[-1], stacks, tuple(found))


def _freed(group: Any) -> Any:
    """A node group that follows the cluster, without a release of the image, which is for one version alone."""
    free = isinstance(group, dict) and "version" not in group
    return {key: value for key, value in group.items() if key != "releaseVersion"} if free else group


def _step(old: str, new: str, written: Sequence[At], before: Sequence[At], after: Sequence[At]) -> Step:
    """`written` is the blueprint as it says, whatever its version."""
    pairs = list(zip(before, after, strict=True))
    known = {(one.rule.code, one.path) for at in before for one in at.found}
    obstacles = [one for at in after for one in at.found if (one.rule.code, one.path) not in known]
    there = [(at.place, at.stacks or was.stacks) for was, at in pairs]
    ready = [(place, stacks) for place, stacks in there if stacks]
    changes = _changes([(was.stacks, at.stacks) for was, at in pairs], old, new)
    moved = tuple(addons.rows([stacks for _, stacks in ready], new))
    return Step(
        old,
        new,
        tuple(at.place.name for at in after),
        tuple(dict.fromkeys(obstacles)),
        _together(edits.needed(one.place, one.stacks, new) for one in written if one.stacks),
        _together(apis.old(place, stacks, new) for place, stacks in ready),
        moved,
        changes,
        tuple(order.of([stacks for _, stacks in ready], old, new, changes, moved)),
    )


def _together(some: Iterable[Iterable[Any]]) -> tuple[Any, ...]:
    """What environments have in common, once, with the names of all of them."""
    names: dict[Any, list[str]] = {}
    for one in (one for every in some for one in every):
        names.setdefault(one.replace(environments=()), []).extend(one.environments)
    return tuple(one.replace(environments=tuple(found)) for one, found in names.items())


def _changes(pairs: Sequence[tuple[Stacks | None, Stacks | None]], old: str, new: str) -> Difference | None:
    """What is different in the output, of the environments that compile with both."""
    both = [(was, now) for was, now in pairs if was and now]
    if not both:
        return None
    return compare(_side([was for was, _ in both], old), _side([now for _, now in both], new))


def _side(environments: Sequence[Stacks], shown: str) -> Side:
    memory: dict[str, bytes] = {}
    keep: Callable[[str, bytes], None] = memory.__setitem__
    output = Output("", environments[0].plan.name, lambda _: _Sink(keep))
    for stacks in environments:
        output.add(stacks)
    output.finish()
    about: dict[str, Any] = output.about
    return side(f"Kubernetes {shown}", about["environments"], memory, "")


class _Sink:
    """Keeps what is written."""

    def __init__(self, write: Callable[[str, bytes], None]) -> None:
        self.write = write
