"""Works out intrinsic functions as far as a template alone allows, and reads what the rest refers to.

CloudFormation user guide, "Intrinsic function reference". Parameters count with their defaults. What only a
deployment knows (`Ref` and `Fn::GetAtt` of a resource, an import, the account) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bpc.kit.digest import digest
from bpc.kit.record import Record

Path = tuple[str, ...]
VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
# What a parameter with NoEcho turns into: it can be compared, and not read.
HIDDEN = "bpc::hidden"
# A property with this value is none.
NOTHING = {"Ref": "AWS::NoValue"}


class Scope(Record):
    """What values may refer to: parameters by name, and what is known of the stack (AWS::Region and so on)."""

    parameters: Mapping[str, Mapping[str, Any]]
    known: Mapping[str, str]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]


class Reference(Record):
    """Something that a value is taken from. An import has no attribute and its export's name as its target."""

    kind: str  # Ref, GetAtt or ImportValue
    target: str
    attribute: str = ""


def function(node: Any) -> str:
    """The name of the intrinsic function that a node is, or nothing."""
    if isinstance(node, dict) and len(node) == 1:
        name = str(next(iter(node)))
        return name if name in ("Ref", "Condition") or name.startswith("Fn::") or name == HIDDEN else ""
    return ""


def resolved(node: Any, scope: Scope) -> Any:
    """The node with everything worked out that can be."""
    if isinstance(node, list):
        return [one for one in (resolved(each, scope) for each in node) if one != NOTHING]
    if not isinstance(node, dict):
        return plain(node)
    name = function(node)
    if name == "Ref":
        return _named(str(node["Ref"]), scope)
    if name == "Fn::If":
        return _chosen(node, scope)
    inner = {str(key): one for key, value in node.items() if (one := resolved(value, scope)) != NOTHING}
    if name not in inner:
        name = ""
    work = _FUNCTIONS.get(name)
    return work(inner, inner[name], scope) if work else inner


def plain(value: Any) -> Any:
    """CloudFormation compares text: 2 is "2" and true is "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _named(name: str, scope: Scope) -> Any:
    if name in scope.known:
        return scope.known[name]
    parameter = scope.parameters.get(name)
    if parameter is None or "Default" not in parameter:
        return {"Ref": name}
    default = plain(parameter["Default"])
    if str(parameter.get("NoEcho", "")).lower() == "true":
        return {HIDDEN: digest(str(default).encode())}
    kind = str(parameter.get("Type", ""))
    if isinstance(default, str) and (kind == "CommaDelimitedList" or kind.startswith("List<")):
        return [one.strip() for one in default.split(",")]
    return default


def _sub(node: Any, value: Any, scope: Scope) -> Any:
    text, own = value if isinstance(value, list) and len(value) == 2 else (value, {})
    if not isinstance(text, str) or not isinstance(own, dict):
        return node
    left: dict[str, Any] = {}

    def filled(match: re.Match[str]) -> str:
        name = match[1].strip()
        found = own.get(name) if name in own else _named(name, scope)
        if isinstance(found, str):
            return found
        if name in own or function(found) == HIDDEN:
            left[name] = found
        return match[0]

    text = VARIABLE.sub(filled, text)
    if left:
        return {"Fn::Sub": [text, left]}
    return {"Fn::Sub": text} if VARIABLE.search(text) else text.replace("${!", "${")


def _join(node: Any, value: Any, scope: Scope) -> Any:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], list):
        separator, parts = value
        if isinstance(separator, str) and all(isinstance(one, str) for one in parts):
            return separator.join(parts)
    return node


def _select(node: Any, value: Any, scope: Scope) -> Any:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], list) and str(value[0]).isdigit():
        index = int(value[0])
        return value[1][index] if index < len(value[1]) else node
    return node


def _find_in_map(node: Any, value: Any, scope: Scope) -> Any:
    found: Any = scope.mappings
    for key in value if isinstance(value, list) else [None]:
        if not isinstance(key, str) or not isinstance(found, Mapping) or key not in found:
            return node
        found = found[key]
    return resolved(found, scope)


def _base64(node: Any, value: Any, scope: Scope) -> Any:
    return value if isinstance(value, str) else node


def _chosen(node: Any, scope: Scope) -> Any:
    parts = node["Fn::If"]
    if not isinstance(parts, list) or len(parts) != 3:
        return node
    held = holds(scope.conditions.get(str(parts[0])), scope)
    if held is None:
        return {"Fn::If": [parts[0], *(resolved(one, scope) for one in parts[1:])]}
    return resolved(parts[1 if held else 2], scope)


def holds(condition: Any, scope: Scope, depth: int = 0) -> bool | None:
    """Whether a condition is true; None where that cannot be said."""
    name = function(condition)
    value = condition[name] if name else None
    if depth > 50:
        return None
    if name == "Condition":
        return holds(scope.conditions.get(str(value)), scope, depth + 1)
    if name == "Fn::Equals" and isinstance(value, list) and len(value) == 2:
        left, right = (resolved(one, scope) for one in value)
        return left == right if isinstance(left, str) and isinstance(right, str) else None
    parts = [holds(one, scope, depth + 1) for one in value] if isinstance(value, list) else []
    if name == "Fn::Not" and len(parts) == 1:
        return None if parts[0] is None else not parts[0]
    if name in ("Fn::And", "Fn::Or") and parts:
        decisive = name == "Fn::Or"
        return decisive if decisive in parts else None if None in parts else not decisive
    return None


_FUNCTIONS: dict[str, Callable[[Any, Any, Scope], Any]] = {
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::Base64": _base64,
}


def references(node: Any, path: Path = ()) -> Iterator[tuple[Path, Reference]]:
    """Everything that a value is taken from, with the path of the property that takes it."""
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from references(one, (*path, str(index)))
        return
    if not isinstance(node, dict):
        return
    name = function(node)
    if not name:
        for key, one in node.items():
            yield from references(one, (*path, key))
        return
    yield from ((path, one) for one in _own(name, node[name]))
    # Arguments have no path of their own: the property is where the function stands.
    yield from ((path, one) for _, one in references(node[name]))


def _own(name: str, value: Any) -> Iterator[Reference]:
    if name == "Ref":
        yield Reference("Ref", str(value))
    elif name == "Fn::ImportValue" and isinstance(value, str):
        yield Reference("ImportValue", value)
    elif name == "Fn::GetAtt":
        parts = value.split(".", 1) if isinstance(value, str) else value
        if isinstance(parts, list) and len(parts) == 2:
            yield Reference("GetAtt", str(parts[0]), str(parts[1]))
    elif name == "Fn::Sub":
        text, own = value if isinstance(value, list) and len(value) == 2 else (value, {})
        for match in VARIABLE.finditer(str(text)):
            target, _, attribute = match[1].strip().partition(".")
            if match[1].strip() not in own:
                yield Reference("GetAtt" if attribute else "Ref", target, attribute)


def drawn_on(node: Any, path: Path) -> set[str]:
    """The names that the raw value at a path refers to; an intrinsic function on the way counts as a whole."""
    for step in path:
        if function(node):
            break
        if isinstance(node, dict) and step in node:
            node = node[step]
        elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            return set()
    return {one.target for _, one in references(node)}


def at(node: Any, path: Path) -> list[Any]:
    """Everything at a path; `*` stands for each item."""
    if not path:
        return [node]
    if path[0] == "*":
        items = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        return [found for one in items for found in at(one, path[1:])]
    return at(node[path[0]], path[1:]) if isinstance(node, dict) and path[0] in node else []
