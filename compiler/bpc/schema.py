"""Does a document fit the language in `schemas/`, and what does it say once every default is filled in?

The bundle `blueprint.schema.json` is the one source of types, defaults and constraints. `accept` walks schema
and data together, fills the defaults in and gives up at the first doubt; only then does `explain` ask
jsonschema for everything that is wrong. A property test holds the two to the same verdict.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bpc.kit import cidr

Node = Mapping[str, Any]


class Doubt(Exception):
    """The value may not fit; jsonschema will say why."""


@cache
def text() -> str:
    """The bundle's file. `language.bundle` writes it with one space a level, which `Definitions` relies on."""
    import bpc.schemas

    folder = os.path.dirname(bpc.schemas.__file__ or "")
    with open(os.path.join(folder, "blueprint.schema.json"), encoding="utf-8") as file:
        return file.read()


@cache
def bundle() -> Node:
    """The whole language in one schema, as editors read it."""
    loaded: Node = json.loads(text())
    return loaded


class Definitions(dict[str, Node]):
    """The definitions of the bundle, each read when it is first asked for: no blueprint needs all of the language."""

    def __init__(self, below: str) -> None:
        # One pass over the text: to look for each name by itself was a tenth of a compile.
        parts = (one.partition('": ') for one in below.split('\n  "')[1:])
        self.unread = {name: rest for name, _, rest in parts}

    def __missing__(self, name: str) -> Node:
        found: Node = READER.raw_decode(self.unread.pop(name))[0]
        self[name] = found
        return found


READER = json.JSONDecoder()


@cache
def _root() -> tuple[Node, Definitions]:
    """The language's first level, and the definitions below it."""
    head, _, below = text().partition(',\n "$defs": {')
    return json.loads(head + "}"), Definitions(below)


def accept(value: Any, node: Node | None = None) -> Any:
    """The value with every default filled in; `Doubt` when it does not fit the schema."""
    root, definitions = _root()
    return _accept(root if node is None else node, value, definitions)


def _accept(node: Node, value: Any, defs: Node) -> Any:
    if "$ref" in node:
        value = _accept(_target(node, defs), value, defs)
        if len(node) == 1:
            return value
    _check_kind(node, value)
    if isinstance(value, str):
        _check_text(node, value)
    elif isinstance(value, dict):
        return _accept_object(node, value, defs)
    elif isinstance(value, list):
        return _accept_array(node, value, defs)
    elif isinstance(value, int | float) and not node.get("minimum", value) <= value <= node.get("maximum", value):
        raise Doubt
    return value


def _target(node: Node, defs: Node) -> Node:
    found: Node = defs[node["$ref"].removeprefix("#/$defs/")]
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def _check_kind(node: Node, value: Any) -> None:
    kinds = node.get("type")
    if kinds is not None and not any(KINDS[kind](value) for kind in ((kinds,) if isinstance(kinds, str) else kinds)):
        raise Doubt
    if "enum" in node and not any(_same(value, one) for one in node["enum"]):
        raise Doubt
    if "const" in node and not _same(value, node["const"]):
        raise Doubt


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return type(one) is type(other) and bool(one == other)


def _check_text(node: Node, value: str) -> None:
    if not node.get("minLength", 0) <= len(value) <= node.get("maxLength", len(value)):
        raise Doubt
    if "pattern" in node and not matches(node["pattern"], value):
        raise Doubt
    if "format" in node and not FORMATS[node["format"]](value):
        raise Doubt


def matches(pattern: str, value: str) -> bool:
    """Whether text has the form. `$` is the end, as JSON Schema has it; for `re` it is also before a last newline."""
    ended = f"{pattern[:-1]}\\Z" if pattern.endswith("$") else pattern
    return re.search(ended, value) is not None


def _accept_array(node: Node, value: list[Any], defs: Node) -> list[Any]:
    if not node.get("minItems", 0) <= len(value) <= node.get("maxItems", len(value)):
        raise Doubt
    if node.get("uniqueItems") and len({json.dumps(one, sort_keys=True) for one in value}) < len(value):
        raise Doubt
    items = node.get("items")
    return value if items is None else [_accept(items, one, defs) for one in value]


def _accept_object(node: Node, value: dict[str, Any], defs: Node) -> dict[str, Any]:
    if not node.get("minProperties", 0) <= len(value) <= node.get("maxProperties", len(value)):
        raise Doubt
    if any(key not in value for key in node.get("required", ())):
        raise Doubt
    properties, rest = node.get("properties", {}), node.get("additionalProperties", True)
    filled = {}
    for key, one in value.items():
        if "propertyNames" in node:
            _accept(node["propertyNames"], key, defs)
        if key in properties:
            filled[key] = _accept(properties[key], one, defs)
        elif rest is False:
            raise Doubt
        else:
            filled[key] = one if rest is True else _accept(rest, one, defs)
    for key, child in properties.items():
        if key not in value:
            known, default = default_of(child, defs)
            if known:
                # It fits, a test sees to that; but there may be defaults below it.
                filled[key] = _accept(child, default, defs) if isinstance(default, dict | list) else default
    return filled


def default_of(node: Node, defs: Node) -> tuple[bool, Any]:
    """Whether a field has a default, and the default; a field's own wins over its definition's."""
    while "default" not in node:
        if "$ref" not in node:
            return False, None
        node = _target(node, defs)
    return True, node["default"]


def is_network(value: object) -> bool:
    """An IPv4 or IPv6 range with a prefix length and no host bits."""
    if isinstance(value, str) and ":" in value:
        return _is_ipv6(value)
    return not isinstance(value, str) or (is_cidr(value) and not cidr.has_host_bits(value))


def _is_ipv6(text: str) -> bool:
    from ipaddress import IPv6Network

    _, slash, length = text.rpartition("/")
    try:
        return bool(slash) and length.isascii() and length.isdigit() and bool(IPv6Network(text))
    except ValueError:
        return False


def is_cidr(value: object) -> bool:
    """An IPv4 range with a prefix length; host bits are looked at later, where a better message is possible."""
    try:
        return not isinstance(value, str) or ("/" in value and bool(cidr.network(value)))
    except ValueError:
        return False


def is_ipv4(value: object) -> bool:
    """A plain IPv4 address."""
    try:
        return not isinstance(value, str) or cidr.address(value) >= 0
    except ValueError:
        return False


# Formats are checked here, not by jsonschema's own list, so that everything after this stage is total.
FORMATS: dict[str, Callable[[object], bool]] = {"cidr": is_network, "ipv4-cidr": is_cidr, "ipv4": is_ipv4}


def field(path: tuple[str | int, ...]) -> Node | None:
    """The schema of a field: its own words over those of the definition it refers to."""
    root = bundle()
    node: Node = root
    for part in path:
        node = _resolved(node, root["$defs"])
        if isinstance(part, int):
            node = node.get("items", {})
        elif part in node.get("properties", {}):
            node = node["properties"][part]
        elif isinstance(node.get("additionalProperties"), dict):
            node = node["additionalProperties"]
        elif node.get("type") == "array":
            found = _resolved(node.get("items", {}), root["$defs"]).get("properties", {}).get(part)
            if found is None:
                return None
            node = found
        else:
            return None
    return _resolved(node, root["$defs"])


def resolved(node: Node) -> Node:
    """A node with the definition that it refers to merged in."""
    return _resolved(node, bundle()["$defs"])


def _resolved(node: Node, defs: Node) -> Node:
    return {**_resolved(_target(node, defs), defs), **node} if "$ref" in node else node


def example(path: tuple[str | int, ...]) -> str:
    """How a value of the field may look, or nothing."""
    node = field(path)
    if not node or not node.get("examples"):
        return ""
    return shown(node["examples"][0])


def shown(value: Any) -> str:
    """A value as a user writes it; text that YAML would take for a number has its quotes."""
    plain = isinstance(value, str) and not value.replace(".", "").isdigit()
    return str(value) if plain else json.dumps(value)
