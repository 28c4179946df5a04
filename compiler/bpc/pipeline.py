"""The compiler, from top to bottom. This module alone knows the order of the stages.

    source.parse        1xx  text -> Document
    shape.fit           2xx  does the document fit the language? defaults are filled in
    environments             one document for each place
    build.blueprint          Document -> Blueprint
    checks.run          3xx  does the blueprint make sense?
    plan.make           4xx  Blueprint + catalogue -> Plan
    stacks, overrides   4xx  Plan -> templates
    kustomize                Plan -> base and overlays
    render, publish     5xx  bytes, written all or nothing

A stage reports all its complaints; an environment with errors goes no further, and one error anywhere means
that nothing is written. Artifacts are handed on as they are made, so memory does not grow with the fleet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bpc import __version__, anatomy, build, catalogue, checks, environments, overrides, plan, shape, source
from bpc.diagnostics import Diagnostic, Path, errors, rule, tidy
from bpc.environments import Place
from bpc.kit.record import Record
from bpc.model import Blueprint
from bpc.plan.shapes import Plan
from bpc.source import Document

NO_SUCH_ENVIRONMENT = rule(
    "BPC305",
    "unknown-environment",
    why="--env names an environment that the blueprint does not have.",
    cure="Use a name from `environments`, or leave --env out for all of them.",
)

Templates = dict[str, dict[str, Any]]
Progress = Callable[[Iterable[Place], int], Iterable[Place]]

if TYPE_CHECKING:
    # A Protocol takes its time to define, and nothing asks for it at run time.
    from typing import Protocol

    class Sink(Protocol):
        """Takes the output as it is made: a '/'-separated path below the output folder, and the content."""

        def write(self, path: str, content: bytes) -> None: ...


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
    raw: bytes, file: str, sink: Callable[[str], Sink] | None, only: str = "", progress: Progress = lambda all, _: all
) -> Result:
    """Compile `raw`, the text of the blueprint in `file`, into the sink for its name; without one, only check it.

    `only` picks one environment. What was written is worthless when the result has failed.
    """
    document, found = source.parse(raw)
    if document is None or errors(found):
        return Result("", document, _located(found, document), {})
    places, count, complaints = _places(document, only)
    found += complaints
    if errors(found):
        return Result("", document, _located(found, document), {})
    output: _Output | None = None
    seen: dict[Any, str] = {}
    wrong = 0
    for place in progress(places, count):
        planned, complaints = _front(place, seen)
        wrong += len(errors(complaints))
        if planned and sink and not wrong:
            output = output or _Output(_shown(file), document.data["metadata"]["name"], sink)
            complaints += output.add(planned)
            wrong += len(errors(complaints))
        found += _located(complaints, place.document)
        if wrong > shape.MOST:
            break
    if output and not wrong:
        output.finish()
    return Result(output.name if output else "", document, _located(found, document), output.about if output else {})


def _shown(file: str) -> str:
    """The name of the blueprint's file, in characters that every output can hold."""
    return os.path.basename(file).encode("utf-8", "backslashreplace").decode()


def _places(document: Document, only: str) -> tuple[Iterable[Place], int, list[Diagnostic]]:
    """The environments to compile; what they have in common must fit before they are merged."""
    if "environments" not in document.data:
        return environments.places(document), 1, _unknown(only, [environments.DEFAULT])
    found = [one for one in shape.fit(document)[1] if not one.path or one.path[0] in ("environments", "metadata")]
    if found:
        return (), 0, found
    names = sorted(document.data["environments"])
    places = (place for place in environments.places(document) if only in ("", place.name))
    return places, 1 if only else len(names), _unknown(only, names)


def _unknown(only: str, names: list[str]) -> list[Diagnostic]:
    if only in ("", *names):
        return []
    return [NO_SUCH_ENVIRONMENT.at(("environments",), f"there is no environment {only}; known: {', '.join(names)}")]


def _front(place: Place, seen: dict[Any, str]) -> tuple[Plan | None, list[Diagnostic]]:
    """One environment up to its plan; `seen` remembers what must not happen twice across environments."""
    filled, found = shape.fit(place.document)
    if filled is None:
        return None, found
    blueprint = build.blueprint(filled, place.document.data, place.name, place.account)
    found += checks.run(blueprint) + checks.across(seen, blueprint)
    if errors(found):
        return None, found
    planned, complaints = plan.make(blueprint, catalogue.addon)
    return (None if errors(complaints) else planned), found + complaints


def _located(found: list[Diagnostic], document: Document | None) -> list[Diagnostic]:
    """Line and column for each complaint that has none yet, sorted, each once."""
    if document is None:
        return tidy(found)
    return tidy(one if one.span else one._replace(span=document.locate(one.path, one.key)) for one in found)


# What to point at when a whole template is too much of something.
SECTIONS: dict[str, Path] = {"nodes": ("nodeGroups",), "cluster": ("cluster", "access"), "addons": ("addons",)}


class _Output:
    """Stages after the plan: what one environment after the other writes."""

    def __init__(self, file: str, name: str, sink: Callable[[str], Sink]) -> None:
        from bpc import kustomize, readme

        self.header = f"{file}: made by bpc {__version__}. Do not edit; change the blueprint and compile it again."
        self.name = name
        self.sink = sink(name)
        self.trace: dict[str, dict[str, str]] = {}
        self.environments: dict[str, dict[str, str]] = {}
        self.overlays = kustomize.Overlays()
        self.readme = readme.Readme(file, name)

    @property
    def about(self) -> dict[str, Any]:
        """What the inventory says of the output: its environments, and where each resource comes from."""
        return {"environments": self.environments, "name": self.name, "trace": self.trace}

    def add(self, planned: Plan) -> list[Diagnostic]:
        """Write the templates of one environment and gather its manifests."""
        blueprint = planned.blueprint
        templates, origins = templates_of(planned)
        found = overrides.apply(blueprint.overrides, templates)
        places = SECTIONS | {one.stack: one.at for one in blueprint.overrides}
        found += anatomy.check(templates, places, {one.stack for one in blueprint.overrides})
        if found:
            return found
        form = blueprint.cloudformation.format
        self.environments[blueprint.environment] = {
            "kubernetes": blueprint.cluster.version,
            "name": planned.name,
            "region": planned.region,
        }
        for stack, template in templates.items():
            path = f"cloudformation/{blueprint.environment}/{stack_file(stack)}.{form}"
            body = self._body(template, form)
            found += anatomy.too_large(stack, body, places.get(stack, ()))
            self.sink.write(path, body)
            # What a patch has added comes from the patch; what it has taken away is not there to be traced.
            patch = places.get(stack, ())
            traced = {title: origins[stack].get(title, patch) for title in template["Resources"]}
            self._remember(blueprint, stack, traced)
        for addon in planned.addons:
            if addon.source == "manifests":
                self.overlays.add(blueprint.environment, addon.entry.name, addon.entry.manifests(addon.context))
        self.readme.add(planned, templates)
        return found

    def _body(self, template: dict[str, Any], form: str) -> bytes:
        from bpc import render

        return (render.template_yaml if form == "yaml" else render.template_json)(template, self.header)

    def _remember(self, blueprint: Blueprint, stack: str, origins: dict[str, Path]) -> None:
        """Which path of the blueprint each resource comes from; said again only where an environment differs."""
        for title, path in origins.items():
            dotted = ".".join(str(part) for part in path)
            known = self.trace.setdefault(stack, {})
            if known.setdefault(title, dotted) != dotted:
                self.trace.setdefault(f"{blueprint.environment}/{stack}", {})[title] = dotted

    def finish(self) -> None:
        for path, content in self.overlays.artifacts(self.header):
            self.sink.write(path, content)
        self.sink.write("README.md", self.readme.text(self.overlays.environments()))


def templates_of(planned: Plan) -> tuple[Templates, dict[str, dict[str, Path]]]:
    """The stacks that the plan wants, in the order in which they are deployed, and where each resource comes from."""
    wanted = [stack for stack in catalogue.stacks() if stack.wanted(planned)]
    from bpc.kit.sheet import Sheet

    templates, origins = {}, {}
    for stack in wanted:
        sheet = Sheet(planned.name, stack.name, (stack.__doc__ or "").strip(), planned.blueprint.metadata.tags)
        stack.fill(planned, sheet)
        templates[stack.name] = sheet.finished()
        origins[stack.name] = sheet.origins
    return templates, origins


def stack_file(stack: str) -> str:
    """The name of a template's file: its place in the order, and its stack."""
    number = next(one.number for one in catalogue.stacks() if one.name == stack)
    return f"{number}-{stack}"
