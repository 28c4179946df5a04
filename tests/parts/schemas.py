"""What AWS itself says a resource may look like: the provider schemas that cfn-lint brings along.

Each type is read when it is first asked for. The schemas are those of the installed cfn-lint, never the newer ones
that `cfn-lint --update-specs` may have left in somebody's home folder, so that every machine checks the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jsonschema import FormatChecker
from jsonschema.protocols import Validator

from . import keywords
from .refusal import Refused
from .replacement import UNSAID

_DATA = files("cfnlint.data") / "schemas"
Properties = dict[str, Any]
Pointer = tuple[str, ...]


class Schema(NamedTuple):
    """A resource type's provider schema, with its JSON pointers as paths below the properties."""

    type: str
    body: dict[str, Any]
    identifier: tuple[Pointer, ...]
    read_only: tuple[Pointer, ...]
    create_only: tuple[Pointer, ...]

    @property
    def name_property(self) -> str:
        """The property that names the resource and that CloudFormation invents when it is left out, or ""."""
        chosen = [path for path in self.identifier if path not in self.read_only and len(path) == 1]
        required = self.body.get("required", [])
        names = [path[0] for path in chosen if path[0] not in required and path[0].endswith("Name")]
        return names[-1] if names else ""

    def at(self, path: Pointer) -> dict[str, Any] | None:
        """The schema of one property, references followed; None if there is no such property."""
        node = self.body
        for step in path:
            node = self._follow(node)
            found = node.get("properties", {}).get(step)
            if found is None:
                return None
            node = found
        return self._follow(node)

    def _follow(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.body
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def problems(self, properties: Properties, formats: FormatChecker) -> list[str]:
        """What is wrong with properties whose references are all resolved."""
        found = [f"{'/'.join(path)} is read-only" for path in self.read_only if values(properties, path)]
        validator: Validator = keywords.Provider(self.body, format_checker=formats)
        for error in validator.iter_errors(properties):
            place = "/".join(str(step) for step in error.absolute_path)
            found.append(f"{place or 'properties'}: {error.message}")
        return found

    def replacing(self, old: Properties, new: Properties) -> list[str]:
        """The changed properties that CloudFormation can change only by making the resource anew."""
        return ["/".join(path) for path in self.create_only if values(old, path) != values(new, path)]


@cache
def _types(region: str) -> dict[str, str]:
    provider = _DATA / "providers" / f"{region}.json"
    found: dict[str, str] = json.loads(provider.read_text(encoding="utf-8"))
    return found


@cache
def _read(digest: str) -> Schema:
    body = json.loads((_DATA / "resources" / f"{digest}.json").read_text(encoding="utf-8"))
    body.pop("handlers", None)

    def paths(key: str) -> tuple[Pointer, ...]:
        return tuple(tuple(one.removeprefix("/properties/").split("/")) for one in body.get(key, []))

    identifier, read_only, create_only = map(paths, ("primaryIdentifier", "readOnlyProperties", "createOnlyProperties"))
    unsaid = tuple(tuple(one.split("/")) for one in UNSAID.get(body["typeName"], []))
    return Schema(body["typeName"], body, identifier, read_only, create_only + unsaid)


def schema(resource_type: str, region: str) -> Schema:
    """The schema of a type as the region has it. A type that the region does not have is refused."""
    digest = _types(region).get(resource_type)
    if digest is None:
        raise Refused(f"{resource_type} does not exist in {region}")
    return _read(digest)


def values(node: Any, path: Pointer) -> list[Any]:
    """Everything at a path; `*` stands for each item of a list or each value of a mapping."""
    return list(_walk(node, path))


def _walk(node: Any, path: Pointer) -> Iterator[Any]:
    if not path:
        yield node
    elif path[0] == "*":
        for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
            yield from _walk(one, path[1:])
    elif isinstance(node, dict) and path[0] in node:
        yield from _walk(node[path[0]], path[1:])
