"""`bpc vendor`: charts become plain manifests beside the blueprint, and the lock says how.

    fetch       the archive, by its SHA-256 (web, index, helm pull, archive)
    schemas     do the values fit the chart?
    helm        the chart, rendered twice
    split       objects
    chance      is it the same both times?
    hooks       no object that only Helm would know what to do with
    files       what is written

Nothing here writes beside the blueprint; that is the caller's, all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from bpc.diagnostics import Diagnostic, errors, rule
from bpc.environments import Place
from bpc.kit.digest import digest
from bpc.kit.record import Record
from bpc.pipeline import located
from bpc.plan import releases
from bpc.plan.releases import Release
from bpc.plan.shapes import Plan, PlannedAddOn
from bpc.vendored import lock
from bpc.vendored.lock import Lock
from bpc.vendoring import fetch, rendering, schemas
from bpc.vendoring.archive import Contents
from bpc.vendoring.failed import Failed
from bpc.vendoring.fetch import Source

WORKERS = 8
Done = TypeVar("Done")
# Calls something for each of many things, several at once, and gives what came of each.
Each = Callable[[str, Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

SECRET = rule(
    "BPC550",
    "vendored-secret",
    why="What is vendored is committed, and a Secret with something in it can then be read by all who read the "
    "repository.",
    cure="Set the chart's value for a Secret that is there already, if it has one. If it is a default that everybody "
    "knows, or no secret at all, leave it.",
    severity="warning",
)


class Job(Record):
    """One chart in one environment."""

    place: Place
    plan: Plan
    addon: PlannedAddOn
    release: Release
    folder: str
    inputs: Mapping[str, Any]

    @property
    def chart(self) -> str:
        return lock.key(self.inputs["repository"], self.inputs["chart"], self.inputs["version"])

    @property
    def same(self) -> str:
        """What two jobs have in common that give the same."""
        return repr((self.release.name, sorted(self.inputs.items())))


class Archive(Record):
    """A chart as it was fetched."""

    raw: bytes
    contents: Contents


class Vendored(Record):
    """What is to be written: the lock, and the contents of files by their path below the blueprint's folder."""

    lock: Lock
    files: Mapping[str, bytes]
    found: list[Diagnostic]


def wanted(plans: Sequence[tuple[Place, Plan]]) -> list[Job]:
    """The charts of all environments."""
    return [job for place, plan in plans if plan.vendors for addon in plan.addons for job in _of(place, plan, addon)]


def _of(place: Place, plan: Plan, addon: PlannedAddOn) -> Iterable[Job]:
    several = releases.planned(addon)
    for release in several:
        folder = addon.entry.name + (f"/{release.name}" if len(several) > 1 else "")
        yield Job(place, plan, addon, release, folder, lock.inputs(plan, release))


def vendor(jobs: Sequence[Job], known: Lock, source: Source, each: Each) -> Vendored:
    """Fetch, check and render. Where a diagnostic is an error, nothing of the rest is to be used."""

    def get(job: Job) -> Archive:
        pin = known.charts.get(job.chart, {}).get("sha256", "")
        raw = fetch.archive(job.release.chart, pin, source)
        return Archive(raw, Contents(raw, job.release.chart))

    def render(job: Job) -> rendering.Result:
        archive = archives[job.chart]
        return rendering.rendered(helm, archive.raw, archive.contents.files, job.release, job.inputs)

    archives, found = _each("fetching", get, {job.chart: job for job in reversed(jobs)}, each)
    if not errors(found):
        found += [
            _diagnostic(failed, job)
            for job in jobs
            for failed in schemas.check(archives[job.chart].contents, job.release.values)
        ]
    if errors(found):
        return Vendored(known, {}, found)
    helm = source.helm()
    results, found = _each("rendering", render, {job.same: job for job in reversed(jobs)}, each)
    if errors(found):
        return Vendored(known, {}, found)
    return _gathered(jobs, archives, results, found)


def _each(
    doing: str, call: Callable[[Job], Done], jobs: Mapping[str, Job], each: Each
) -> tuple[dict[str, Done], list[Diagnostic]]:
    """What came of each job by its key, and what went wrong."""

    def tried(job: Job) -> Done | Failed:
        try:
            return call(job)
        except Failed as failed:
            return failed

    made, found = {}, []
    for (key, job), done in zip(jobs.items(), each(doing, tried, [*jobs.values()]), strict=True):
        if isinstance(done, Failed):
            found.append(_diagnostic(done, job))
        else:
            made[key] = done
    return made, found


def _diagnostic(failed: Failed, job: Job) -> Diagnostic:
    """At the value that it is about, or at the add-on."""
    path = (*job.addon.request.at, *failed.at)
    made = failed.rule.at(path, f"{job.addon.entry.name}: {failed.message}", failed.help, key=not failed.at)
    return located([made], job.place.document)[0]


def _gathered(
    jobs: Sequence[Job],
    archives: Mapping[str, Archive],
    results: Mapping[str, rendering.Result],
    found: list[Diagnostic],
) -> Vendored:
    """The lock and the files; what is the same for several environments stands once, with the first."""
    charts = {job.chart: {"sha256": digest(archives[job.chart].raw)} for job in jobs}
    renders: dict[str, dict[str, dict[str, Any]]] = {}
    folders: dict[str, str] = {}
    sums: dict[str, dict[str, Any]] = {}
    contents: dict[str, bytes] = {}
    for job in jobs:
        result = results[job.same]
        folder = folders.setdefault(job.same, f"{job.place.name}/{job.folder}")
        of_addon = renders.setdefault(job.place.name, {}).setdefault(job.addon.entry.name, {})
        of_addon[job.release.name] = {**job.inputs, "files": folder}
        if folder not in sums:
            sums[folder] = {"sha256": {name: digest(raw) for name, raw in result.files.items()}, "hooks": result.hooks}
            contents |= {f"{folder}/{name}": raw for name, raw in result.files.items()}
            found += [_diagnostic(Failed(SECRET, said), job) for said in result.secrets]
    return Vendored(Lock(charts, renders, sums), contents, found)
