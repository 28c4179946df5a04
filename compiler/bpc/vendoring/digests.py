"""`bpc vendor --images`: the digests of the images that a blueprint's environments pull, for the lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock as Mutex
from typing import TYPE_CHECKING

from bpc import vendored
from bpc.beside import Beside
from bpc.diagnostics import Diagnostic, errors
from bpc.environments import Place
from bpc.kit import image_name
from bpc.kit.record import Record
from bpc.pipeline import located
from bpc.plan import images
from bpc.plan.shapes import Plan
from bpc.vendoring import registry
from bpc.vendoring.failed import Failed
from bpc.vendoring.registry import Down

if TYPE_CHECKING:
    from bpc.vendoring import Each

NAMED = 3  # so many images are named of a registry that cannot be asked


class Drafts(Beside):
    """The files beside a blueprint as they will be."""

    def __init__(self, folder: str | None, drafts: Mapping[str, bytes]) -> None:
        super().__init__(folder)
        self._read = dict(drafts)


class Job(Record):
    """One image, by the name that nodes pull it by, and the first add-on that does."""

    name: str
    place: Place
    use: images.Use


class Asked(Record):
    """How it is done: what the lock has, and whether anything is asked, and taken."""

    known: Mapping[str, str]
    offline: bool
    update: bool
    seconds: float


def wanted(plans: Sequence[tuple[Place, Plan]], beside: Beside, file: str) -> tuple[list[Job], list[Diagnostic]]:
    """The images of all environments that have no digest yet, each once."""
    jobs: dict[str, Job] = {}
    found: list[Diagnostic] = []
    for place, plan in plans:
        filled, complaints = vendored.fill(plan, beside, file) if plan.has_files else (plan, [])
        found += located(complaints, place.document)
        if errors(found):
            return [], found
        for one in images.listed(filled):
            if not one.known.digest:
                name = images.pulled(filled, one.known)
                jobs.setdefault(name, Job(name, place, one))
    return [*jobs.values()], found


def resolved(jobs: Sequence[Job], asked: Asked, each: Each) -> tuple[dict[str, str], list[Diagnostic]]:
    """The digest of each image that has one. Nothing but a manifest that is not what it should be is an error."""
    down: dict[str, Down] = {}
    mutex = Mutex()

    def get(job: Job) -> str | Failed:
        image = image_name.parsed(job.name)
        try:
            if before := down.get(image.registry):
                return before
            return registry.resolved(image, asked.known.get(job.name, ""), asked.update, asked.seconds)
        except Down as failed:
            with mutex:
                return down.setdefault(image.registry, failed)
        except Failed as failed:
            return failed

    made = {job.name: asked.known[job.name] for job in jobs if job.name in asked.known}
    if asked.offline:
        return made, _unasked([job for job in jobs if job.name not in made])
    failures: list[tuple[Job, Failed]] = []
    for job, done in zip(jobs, each("asking for images", get, jobs), strict=True):
        if isinstance(done, Failed):
            failures.append((job, done))
        else:
            made[job.name] = done
    return made, _told(failures)


def _unasked(jobs: Sequence[Job]) -> list[Diagnostic]:
    said = Failed(registry.UNKNOWN, "with --offline no registry is asked")
    return _told([(job, Down(said.rule, str(said), "run it without --offline")) for job in jobs])


def _told(failures: Sequence[tuple[Job, Failed]]) -> list[Diagnostic]:
    """One complaint for each image; but one alone for what is wrong with a registry."""
    of_registry: dict[str, list[Job]] = {}
    found = []
    for job, failed in failures:
        if isinstance(failed, Down):
            of_registry.setdefault(str(failed), []).append(job)
        else:
            found.append(_at(job, failed, str(failed)))
    first = {str(failed): failed for _, failed in reversed(failures)}
    for said, jobs in of_registry.items():
        names = ", ".join(job.name for job in jobs[:NAMED])
        more = f" and {len(jobs) - NAMED} more" if len(jobs) > NAMED else ""
        found.append(_at(jobs[0], first[said], f"{said}; no new digest of {names}{more}"))
    return found


def _at(job: Job, failed: Failed, said: str) -> Diagnostic:
    message = f"{job.use.owner}: {said}"
    return located([failed.rule.at(job.use.at, message, failed.help, key=True)], job.place.document)[0]
