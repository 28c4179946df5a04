"""The two sides of a comparison: output folders, or what blueprints compile to in memory, read alike.

Templates are parsed when somebody asks for one, so environments whose files are equal cost next to nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from bpc import verify
from bpc.difference.values import Scope, holds, resolved
from bpc.kit.naming import stack_name
from bpc.kit.record import Record

CLOUDFORMATION, KUBERNETES, GITOPS = "cloudformation/", "kubernetes/", "gitops/"


class Resource(Record):
    """A resource: what the template says, and its properties with everything worked out that can be."""

    title: str
    type: str
    body: Mapping[str, Any]
    properties: dict[str, Any]


class Stack(Record):
    """A stack: its short name, its name in CloudFormation, and what is in it."""

    title: str
    name: str
    number: int
    resources: dict[str, Resource]
    parameters: Mapping[str, Mapping[str, Any]]
    exports: dict[str, Any]  # by the export's name, its value
    outputs: Any


class Environment(Record):
    """One environment of a side: the platform's name and Region, and its files by path.

    Where stack sets make its stack, `administration` is the administrator's template. That is read as an environment,
    too, one with no name.
    """

    name: str
    platform: str
    region: str
    files: Mapping[str, bytes]
    administration: Environment | None = None

    def stacks(self) -> dict[str, Stack]:
        """The stacks in the order in which they are deployed."""
        found = [_stack(self, path) for path in self.files if _is_template(path)]
        return {one.title: one for one in sorted(found, key=lambda one: (one.number, one.title))}

    def policies(self) -> dict[str, bytes]:
        """The deployer's policies."""
        return {path: content for path, content in self.files.items() if verify.POLICY.fullmatch(path)}


class Side(Record):
    """What is compared: how it is called, its environments, the administrator's template, and whether for one alone."""

    shown: str
    environments: dict[str, Environment]
    administration: Environment | None = None
    only: str = ""


class Unreadable(Exception):
    """A file that is no template, or no manifest."""


def side(shown: str, about: Mapping[str, Mapping[str, str]], files: Mapping[str, bytes], only: str = "") -> Side:
    """A side from its files by path, and from what the inventory says of its environments."""
    base = {path: content for path, content in files.items() if path.startswith(f"{KUBERNETES}base/")}
    sets = {path: content for path, content in files.items() if verify.ADMINISTRATION.fullmatch(path)}
    platform = next((one.get("name", "") for one in about.values()), "")
    administration = Environment("", platform, "", sets) if sets else None
    environments = {}
    for name in sorted(about) if only == "" else [only] if only in about else []:
        own = (f"{CLOUDFORMATION}{name}/", f"{KUBERNETES}overlays/{name}/", f"{GITOPS}{name}/")
        mine = {path: content for path, content in files.items() if path.startswith(own)}
        shared = base if any(path.startswith(KUBERNETES) for path in mine) else {}
        one = about[name]
        platform, region = one.get("name", ""), one.get("region", "")
        environments[name] = Environment(name, platform, region, {**mine, **shared}, administration)
    return Side(shown, environments, administration if environments else None, only)


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Within the block, text that cannot be read is said to be in the file of that path."""
    try:
        yield
    except (verify.NotYaml, ValueError, RecursionError) as error:
        raise Unreadable(f"{path} cannot be read: {str(error).splitlines()[0]}") from error


@lru_cache(16)
def _parsed(path: str, content: bytes) -> verify.Template:
    # The sides have most templates of an environment in common.
    with reading(path):
        return verify.parse(path, content.decode())


def _is_template(path: str) -> bool:
    return bool(verify.TEMPLATE.fullmatch(path) or verify.ADMINISTRATION.fullmatch(path))


def _stack(environment: Environment, path: str) -> Stack:
    template = _parsed(path, environment.files[path])
    # Those of administrators, of which there are some for all environments, have no number.
    alone = path.rpartition("/")[2].rpartition(".")[0]
    title, number = (template.stack, template.number) if verify.TEMPLATE.fullmatch(path) else (alone, 0)
    name = stack_name(environment.platform, title)
    scope = Scope(
        template.section("Parameters"),
        {"AWS::StackName": name, "AWS::Region": environment.region},
        template.section("Mappings"),
        template.section("Conditions"),
    )
    outputs = {name: one for name, one in template.section("Outputs").items() if _there(one, scope)}
    return Stack(
        title,
        name,
        number,
        {title: _resource(title, body, scope) for title, body in template.resources.items() if _there(body, scope)},
        scope.parameters,
        {
            _text(resolved(one["Export"].get("Name"), scope)): resolved(one.get("Value"), scope)
            for one in outputs.values()
            if isinstance(one.get("Export"), dict)
        },
        resolved(outputs, scope),
    )


def _there(body: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a resource or an output is made; where its condition cannot be worked out, it counts."""
    return "Condition" not in body or holds({"Condition": body["Condition"]}, scope) is not False


def _resource(title: str, body: Mapping[str, Any], scope: Scope) -> Resource:
    properties = body.get("Properties")
    found = resolved(properties, scope) if isinstance(properties, dict) else {}
    return Resource(title, str(body.get("Type", "")), body, found)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
