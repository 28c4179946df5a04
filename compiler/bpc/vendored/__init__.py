"""Objects that a compile takes from files beside the blueprint: charts that were vendored, and manifests of one's own.

`fill` reads them into the plan, or says what is in the way. Codes BPC45x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bpc.diagnostics import Diagnostic, rule
from bpc.kit.digest import digest
from bpc.plan import releases
from bpc.plan.shapes import Plan, PlannedAddOn
from bpc.vendored import lock
from bpc.vendored.lock import Lock

if TYPE_CHECKING:
    from bpc.addon import Manifest
    from bpc.beside import Beside

NOT_VENDORED = rule(
    "BPC956",
    "chart-not-vendored",
    why="Without an engine that installs charts, a chart has to be plain manifests before it is compiled, so that the "
    "output needs no Helm and compiling no network.",
    cure="Run `bpc vendor` with the blueprint; or let `gitops: {engine: flux}` or `argocd` install charts; or take the "
    "add-on from another source, such as `source: eks`, where it has one.",
)
STALE = rule(
    "BPC450",
    "chart-vendored-otherwise",
    why="What was vendored was made from other values, another version or for another cluster than the blueprint says.",
    cure="Run `bpc vendor` with the blueprint, and look at what changes.",
)
CHANGED = rule(
    "BPC451",
    "vendored-file-changed",
    why="Vendored files are what the lock says, to the byte; this one was edited, damaged or lost.",
    cure="Run `bpc vendor` with the blueprint to have it as it was. What you want otherwise is a value of the chart.",
)
BROKEN_LOCK = rule(
    "BPC453",
    "lock-unreadable",
    why="The lock says what was vendored. Without it nothing in the folder can be trusted.",
    cure="Take the lock from your repository's history, or delete it and run `bpc vendor` again.",
)
NO_FILE = rule(
    "BPC454",
    "manifest-not-there",
    why="`manifests` names YAML files by their paths from the blueprint's folder, and they stand below it.",
    cure="Mend the path, or move the file.",
)
NO_OBJECT = rule(
    "BPC455",
    "manifest-not-kubernetes",
    why="What `manifests` names is YAML, and each document in it a Kubernetes object with apiVersion, kind and a name.",
    cure="Mend the file at the line that the message names.",
)


TWICE = rule(
    "BPC456",
    "object-of-two-add-ons",
    why="kustomize takes no object twice, and two add-ons that have the same one would undo each other.",
    cure="Turn the object off in one of the two by a value of the chart, or take it out of one of your files.",
)


def fill(plan: Plan, beside: Beside, file: str) -> tuple[Plan, list[Diagnostic]]:
    """The plan with the objects of its files; `file` is the blueprint."""
    found: list[Diagnostic] = []
    brought: dict[str, Any] = {}
    known: Lock | None = None
    for addon in plan.addons:
        if addon.source == "files":
            brought[addon.entry.name] = _own(addon, beside, found)
        elif addon.source == "chart" and plan.vendors:
            known = known or _lock(beside, file, addon, found)
            brought[addon.entry.name] = _charts(addon, plan, beside, known, file, found)
    return plan.replace(brought=brought), found + list(_twice(plan, brought))


def _twice(plan: Plan, brought: Mapping[str, Sequence[Manifest]]) -> Iterator[Diagnostic]:
    """Objects of two add-ons; a namespace may be of several."""
    from bpc.kustomize import key_of

    makers: dict[Any, str] = {}
    for addon in plan.addons:
        for one in brought.get(addon.entry.name, ()):
            maker = makers.setdefault(key_of(one), addon.entry.name)
            if maker != addon.entry.name and one["kind"] != "Namespace":
                said = f"{addon.entry.name} has {one['kind']} {one['metadata']['name']}, and {maker} has it too"
                yield TWICE.at(addon.request.at, said, key=True)


def _lock(beside: Beside, file: str, addon: PlannedAddOn, found: list[Diagnostic]) -> Lock:
    try:
        return lock.parse(beside.read(lock.name(file)))
    except FileNotFoundError:
        pass
    except OSError as error:
        found.append(BROKEN_LOCK.at(addon.request.at, f"cannot read {lock.name(file)}: {error.strerror}", key=True))
    except lock.Broken as broken:
        found.append(BROKEN_LOCK.at(addon.request.at, f"{lock.name(file)}: {broken}", key=True))
    return Lock()


def _charts(
    addon: PlannedAddOn, plan: Plan, beside: Beside, known: Lock, file: str, found: list[Diagnostic]
) -> tuple[Any, ...]:
    """The objects of an add-on's charts, as the lock has them."""
    made: list[Any] = []
    at, name = addon.request.at, addon.entry.name
    for release in releases.planned(addon):
        there = known.render(plan.blueprint.environment, name, release.name)
        if there is None:
            if not any(one.rule is BROKEN_LOCK for one in found):
                found.append(
                    NOT_VENDORED.at(at, f"{name} is a chart that is not vendored", _ways(addon, file), key=True)
                )
            return ()
        if differences := lock.changed(there, lock.inputs(plan, release)):
            said = f"{name} was vendored before something changed: {'; '.join(differences)}"
            found.append(STALE.at(at, said, f"run `bpc vendor {file}`", key=True))
            return ()
        made += _files(addon, beside, known, f"{lock.folder(plan.name)}/{there['files']}", there["files"], found)
    return tuple(made)


def _ways(addon: PlannedAddOn, file: str) -> str:
    others = [one for one in addon.entry.sources if one != "chart" and addon.entry.charts]
    other = f"`source: {others[0]}`" if others else "an EKS add-on or `manifests` in its place"
    return f"run `bpc vendor {file}`; or set `gitops.engine` to flux or argocd, which install charts; or use {other}"


def _files(
    addon: PlannedAddOn, beside: Beside, known: Lock, folder: str, key: str, found: list[Diagnostic]
) -> Iterator[Any]:
    """The objects in the files of one render; each file is what the lock says, or a complaint."""
    from bpc.vendored import objects

    sums = known.files[key]["sha256"]
    for name in lock.ordered([*sums]):
        path = f"{folder}/{name}"
        try:
            raw = beside.read(path)
        except OSError as error:
            found.append(CHANGED.at(addon.request.at, f"cannot read {path}: {error.strerror}", key=True))
            continue
        if digest(raw) != sums[name]:
            said = f"{path} is not what `bpc vendor` wrote"
            found.append(CHANGED.at(addon.request.at, said, key=True))
            continue
        yield from objects.trusted(raw.decode())


def _own(addon: PlannedAddOn, beside: Beside, found: list[Diagnostic]) -> tuple[Any, ...]:
    """The objects in the user's own files, in their order."""
    from bpc.vendored import own

    made: list[Any] = []
    seen: dict[Any, str] = {}
    for index, path in enumerate(addon.request.options["manifests"]):
        at = (*addon.request.at, "manifests", index)
        try:
            made += own.read(path, beside, addon.namespace, seen)
        except OSError as error:
            found.append(NO_FILE.at(at, f"cannot read {path}: {error.strerror}"))
        except own.Wrong as wrong:
            found.append(NO_OBJECT.at(at, str(wrong)))
    return tuple(made)
