"""The compiler, from top to bottom. This module alone knows the order of the stages.

    source.parse        1xx  text -> Document
    shape.fit           2xx  does the document fit the language? defaults are filled in
    environments             one document for each place
    build.blueprint          Document -> Blueprint
    checks.run          3xx  does the blueprint make sense?
    plan.make           4xx  Blueprint + catalogue -> Plan
    vendored            4xx  objects in files beside the blueprint, where it wants any
    output.stacks            Plan -> the stacks' templates
    overrides           4xx  patches on finished templates
    quotas, anatomy     4xx  would CloudFormation take the templates?
    output                   templates, manifests by kustomize, README, inventory: each kind has its writer
    publish             5xx  bytes, written all or nothing

A stage reports all its complaints; an environment with errors goes no further, and one error anywhere means
that nothing is written. Artifacts are handed on as they are made, so memory does not grow with the fleet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Set
from typing import TYPE_CHECKING, Any

from bpc import build, catalogue, checks, environments, facts, overrides, plan, quotas, shape, source
from bpc.beside import lock_of
from bpc.diagnostics import Diagnostic, errors, rule, tidy
from bpc.environments import Place
from bpc.kit.record import Record
from bpc.output import Output, stacks
from bpc.plan.shapes import Plan
from bpc.source import Document

if TYPE_CHECKING:
    from bpc.beside import Beside
    from bpc.output import Sink
    from bpc.output.stacks import Stacks
    from bpc.quotas import Complaint, Templates

NO_SUCH_ENVIRONMENT = rule(
    "BPC305",
    "unknown-environment",
    why="--env names an environment that the blueprint does not have.",
    cure="Use a name from `environments`, or leave --env out for all of them.",
)

Progress = Callable[[Iterable[Place], int], Iterable[Place]]


class Result(Record):
    """What came of a blueprint: its name, or an empty one where it could not be read, and every complaint."""

    name: str
    document: Document | None
    diagnostics: list[Diagnostic]
    about: dict[str, Any]

    @property
    def failed(self) -> bool:
        return bool(errors(self.diagnostics))


def compile_blueprint(
    raw: bytes,
    file: str,
    sink: Callable[[str], Sink] | None,
    only: str = "",
    progress: Progress = lambda all, _: all,
    beside: Beside | None = None,
) -> Result:
    """Compile `raw`, the text of the blueprint in `file`, into the sink for its name; without one, only check it.

    `only` picks one environment, and `beside` reads the files that stand beside the blueprint, if it wants any.
    What was written is worthless when the result has failed.
    """
    document, found = source.parse(raw)
    if document is None or errors(found):
        return Result("", document, located(found, document), {})
    places, count, complaints = _places(document, only)
    found += complaints
    if errors(found):
        return Result("", document, located(found, document), {})
    output: Output | None = None
    seen: dict[Any, str] = {}
    wrong = 0
    locked = beside is not None and beside.has(lock_of(file))
    for place in progress(places, count):
        planned, complaints = _front(place, seen)
        if planned and planned.has_files:
            planned, more = _brought(planned, file, beside)
            complaints += more
        if planned and beside and locked:
            planned, more = _pinned(planned, file, beside)
            complaints += more
        wrong += len(errors(complaints))
        if planned and sink and not wrong:
            output = output or Output(_shown(file), document.data["metadata"]["name"], sink)
            complaints += _back(planned, output)
            wrong += len(errors(complaints))
        found += located(complaints, place.document)
        if wrong > shape.MOST:
            break
    if output and not wrong:
        output.finish()
    return Result(output.name if output else "", document, located(found, document), output.about if output else {})


def _shown(file: str) -> str:
    """The name of the blueprint's file, in characters that every output can hold."""
    return os.path.basename(file).encode("utf-8", "backslashreplace").decode()


def _places(document: Document, only: str) -> tuple[Iterable[Place], int, list[Diagnostic]]:
    """The environments to compile; what they have in common must fit before they are merged."""
    if "environments" not in document.data:
        return environments.places(document), 1, _unknown(only, [environments.DEFAULT])
    complaints = shape.fit(document)[1]
    found = [one for one in complaints if not one.path or one.path[0] in ("environments", "metadata")]
    if found:
        return (), 0, found
    names = sorted(document.data["environments"])
    places = (place for place in environments.places(document) if only in ("", place.name))
    stray = () if any(one.path[0] == "cloudformation" for one in complaints) else _waves(document, names)
    return places, 1 if only else len(names), [*_unknown(only, names), *stray]


def _waves(document: Document, names: list[str]) -> Iterable[Diagnostic]:
    """What is wrong with the names in the waves, which no environment can see alone."""
    said = document.data.get("cloudformation", {})
    found: list[Diagnostic] = []
    if "waves" in said.get("stackSets", {}):
        from bpc.checks import stack_sets

        found += stack_sets.unknown(said["stackSets"]["waves"], names)
    if "waves" in said.get("pipeline", {}):
        from bpc.checks import delivery_pipeline

        found += delivery_pipeline.unknown(said["pipeline"]["waves"], names)
    return found


def _unknown(only: str, names: list[str]) -> list[Diagnostic]:
    if only in ("", *names):
        return []
    return [NO_SUCH_ENVIRONMENT.at(("environments",), f"there is no environment {only}; known: {', '.join(names)}")]


def _front(place: Place, seen: dict[Any, str]) -> tuple[Plan | None, list[Diagnostic]]:
    """One environment up to its plan; `seen` remembers what must not happen twice across environments."""
    filled, found = shape.fit(place.document)
    found += environments.homeless(place) if filled else []
    if filled is None or errors(found):
        return None, found
    blueprint = build.blueprint(filled, place.document.data, place.name, place.account)
    found += checks.run(blueprint) + checks.across(seen, blueprint)
    if errors(found):
        return None, found
    planned, complaints = plan.make(blueprint, catalogue.addon)
    return (None if errors(complaints) else planned), found + complaints


def _brought(planned: Plan, file: str, beside: Beside | None) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan with the objects that stand in files beside the blueprint."""
    from bpc import vendored
    from bpc.beside import Beside

    filled, found = vendored.fill(planned, beside or Beside(None), file)
    if not errors(found) and any(one.request.options.get("patches") for one in filled.addons):
        from bpc.plan.obstacles import patches

        found += [one for obstacle in patches.OBSTACLES for one in obstacle(filled)]
    if planned.blueprint.images and not errors(found):
        from bpc.plan.obstacles import images

        found += [complaint for obstacle in images.OBSTACLES for complaint in obstacle(filled)]
    if planned.partition == "aws-cn" and not errors(found):
        from bpc.plan.obstacles import registries

        found += [complaint for obstacle in registries.OBSTACLES for complaint in obstacle(filled)]
    return (None if errors(found) else filled), found


def _pinned(planned: Plan, file: str, beside: Beside) -> tuple[Plan | None, list[Diagnostic]]:
    """The plan with the digests of images that the lock has."""
    from bpc.vendored import digests

    filled, found = digests.fill(planned, beside, file)
    return (None if errors(found) else filled), found


def plans(
    raw: bytes, only: str = "", other: Callable[[Place], Place] = lambda one: one
) -> tuple[Document | None, list[tuple[Place, Plan]], list[Diagnostic]]:
    """The plan of every environment, or of `only` one, without what they take from files.

    `other` exchanges an environment for one that is not quite as the blueprint says.
    """
    document, found = source.parse(raw)
    if document is None or errors(found):
        return document, [], located(found, document)
    places, _, complaints = _places(document, only)
    found += complaints
    seen: dict[Any, str] = {}
    made = []
    for place in map(other, places):
        planned, complaints = _front(place, seen)
        found += located(complaints, place.document)
        if planned:
            made.append((place, planned))
    return document, made, located(found, document)


def finished(
    raw: bytes, file: str, beside: Beside, only: str = "", other: Callable[[Place], Place] = lambda one: one
) -> tuple[Document | None, list[tuple[Place, Stacks]], list[Diagnostic]]:
    """What every environment is written from, for who does not want to write it; `other` as for `plans`."""
    document, planned, found = plans(raw, only, other)
    made = []
    for place, plan_ in planned if not errors(found) else ():
        filled, complaints = _brought(plan_, file, beside) if plan_.has_files else (plan_, [])
        if filled:
            ready, more = _ready(filled)
            complaints += more
            made.append((place, ready))
        found += located(complaints, place.document)
    return document, [] if errors(found) else made, located(found, document)


def _back(planned: Plan, output: Output) -> list[Diagnostic]:
    """One environment from its plan to its files."""
    made, found = _ready(planned)
    return found or output.add(made)


def _ready(planned: Plan) -> tuple[Stacks, list[Diagnostic]]:
    """One environment from its plan to finished templates."""
    made = stacks.filled(planned)
    patched, found = overrides.apply(planned.blueprint.overrides, made.templates, made.origins)
    if complaints := _wrong(made.templates, {one.stack for one in patched}):
        from bpc import blame

        found += blame.located(complaints, made.templates, patched)
    region = facts.region(planned.region)
    if not found and region and region.lacks:
        from bpc import availability

        found += availability.missing(planned.region, region.lacks, made.templates, made.origins)
    if not found and made.is_single:
        from bpc.output import single

        made, found = single.merged(made)
        found += [single.too_much(one) for one in quotas.check(made.templates)]
    return made.replace(patched=tuple(patched)), found


def _wrong(templates: Templates, patched: Set[str]) -> list[Complaint]:
    """What CloudFormation would not take; only patches can do more harm than to ask for too much."""
    if not patched:
        return quotas.check(templates)
    from bpc import anatomy

    return anatomy.check(templates, patched)


def located(found: list[Diagnostic], document: Document | None) -> list[Diagnostic]:
    """Line and column for each complaint that has none yet, sorted, each once."""
    if document is None:
        return tidy(found)
    return tidy(one if one.span else one.replace(span=document.locate(one.path, one.key)) for one in found)
