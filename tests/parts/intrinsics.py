"""CloudFormation's intrinsic functions, worked out as far as they can be before any resource exists.

moto's own resolver gets several wrong (zones of another region, no `Fn::Cidr`, no parameter constraints, `$$` in a
`Fn::Sub`), so it is left only with what needs a made resource: `Ref`, `Fn::GetAtt`, and `Fn::Join`, `Fn::Select`,
`Fn::Split` and `Fn::Base64` around them. `Fn::Sub` becomes `Fn::Join`; conditions, mappings, parameters and imports
become values.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .refusal import Refused

NOTHING = object()
"""What `AWS::NoValue` is: the property, or the list item, goes away."""

_SUB = re.compile(r"\$\{([^!}][^}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):([^}]+)\}\}")


class Scope(NamedTuple):
    """What names mean in one template. `imported` collects the exports that are asked for."""

    values: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Any]
    exports: Mapping[str, str]
    imported: set[str]
    zones: Callable[[str], list[str]]
    ssm: Callable[[str], str]


def resolve(node: Any, scope: Scope) -> Any:
    """A value with everything worked out that can be."""
    if isinstance(node, list):
        return [one for one in (resolve(each, scope) for each in node) if one is not NOTHING]
    if isinstance(node, str):
        return _DYNAMIC.sub(lambda match: _dynamic(match, scope), node)
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        name, argument = next(iter(node.items()))
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](argument, scope)
        if str(name).startswith("Fn::"):
            raise Refused(f"the tests do not know {name}")
    worked = {key: resolve(value, scope) for key, value in node.items()}
    return {key: value for key, value in worked.items() if value is not NOTHING}


def holds(condition: Any, scope: Scope) -> bool:
    """Whether a condition, by name or as an expression, is true."""
    if isinstance(condition, str):
        if condition not in scope.conditions:
            raise Refused(f"there is no condition {condition}")
        return holds(scope.conditions[condition], scope)
    name, argument = next(iter(condition.items()))
    if name == "Condition":
        return holds(argument, scope)
    if name == "Fn::Equals":
        left, right = (_known(one, scope, name) for one in argument)
        return _text(left) == _text(right)
    if name == "Fn::Not":
        return not holds(argument[0], scope)
    if name in ("Fn::And", "Fn::Or"):
        return (all if name == "Fn::And" else any)([holds(one, scope) for one in argument])
    raise Refused(f"{name} is no condition")


def deferred(node: Any) -> bool:
    """Whether something in there waits for a resource."""
    if isinstance(node, dict):
        return any(key == "Ref" or str(key).startswith("Fn::") or deferred(value) for key, value in node.items())
    return isinstance(node, list) and any(deferred(one) for one in node)


def references(node: Any) -> set[str]:
    """The resources that a resolved value waits for."""
    if isinstance(node, list):
        return {name for one in node for name in references(one)}
    if not isinstance(node, dict):
        return set()
    own = {node["Ref"]} if "Ref" in node else {node["Fn::GetAtt"][0]} if "Fn::GetAtt" in node else set()
    return own | {name for value in node.values() for name in references(value)}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _known(node: Any, scope: Scope, function: str) -> Any:
    value = resolve(node, scope)
    if deferred(value):
        raise Refused(f"{function} cannot work with {value}, which is known only after deployment")
    return value


def _dynamic(match: re.Match[str], scope: Scope) -> str:
    if match[1] != "ssm":
        raise Refused(f"the tests do not know {match[0]}")
    return scope.ssm(re.sub(r":\d+$", "", match[2]))


def _ref(name: Any, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return NOTHING
    if name in scope.values:
        return scope.values[name]
    return {"Ref": _resource(name, scope)} if name != "AWS::StackId" else {"Ref": name}


def _resource(name: Any, scope: Scope) -> str:
    if name not in scope.resources:
        raise Refused(f"unresolved reference to {name!r}: no such parameter or resource")
    return str(name)


def _get_att(argument: Any, scope: Scope) -> Any:
    name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    return {"Fn::GetAtt": [_resource(name, scope), attribute]}


def _sub(argument: Any, scope: Scope) -> Any:
    text, extra = (argument, {}) if isinstance(argument, str) else argument
    parts: list[Any] = []
    for index, part in enumerate(_SUB.split(text)):
        if index % 2 == 0:
            parts.append(part.replace("${!", "${"))
        elif part in extra:
            parts.append(resolve(extra[part], scope))
        else:
            parts.append((_get_att if "." in part else _ref)(part.strip(), scope))
    return _glue("", parts, scope)


def _join(argument: Any, scope: Scope) -> Any:
    parts = resolve(argument[1], scope)
    return _glue(argument[0], parts, scope) if isinstance(parts, list) else {"Fn::Join": [argument[0], parts]}


def _glue(between: str, parts: list[Any], scope: Scope) -> Any:
    for part in parts:
        if part is NOTHING or (isinstance(part, (list, dict)) and not deferred(part)):
            raise Refused(f"cannot put {part!r} into a string")
    if any(isinstance(part, dict) for part in parts):
        return {"Fn::Join": [between, [part if isinstance(part, dict) else _text(part) for part in parts]]}
    return resolve(between.join(_text(part) for part in parts), scope)


def _select(argument: Any, scope: Scope) -> Any:
    index, choices = int(_known(argument[0], scope, "Fn::Select")), resolve(argument[1], scope)
    if not isinstance(choices, list):
        return {"Fn::Select": [index, choices]}
    if not 0 <= index < len(choices):
        raise Refused(f"Fn::Select cannot select item {index} of {choices}")
    return choices[index]


def _split(argument: Any, scope: Scope) -> Any:
    text = resolve(argument[1], scope)
    return {"Fn::Split": [argument[0], text]} if deferred(text) else str(text).split(argument[0])


def _base64(argument: Any, scope: Scope) -> Any:
    text = resolve(argument, scope)
    return {"Fn::Base64": text} if deferred(text) else base64.b64encode(str(text).encode()).decode()


def _cidr(argument: Any, scope: Scope) -> list[str]:
    given = [*argument, 8][:3]
    # moto gives a VPC's IPv6 range too late for its subnets, and takes no notice of theirs; so any /56 will do.
    if resolve(given[0], scope) == {"Fn::Select": [0, {"Fn::GetAtt": ["EksVPC", "Ipv6CidrBlocks"]}]}:
        given[0] = "2600:1f16:abc:de00::/56"
    block, count, bits = _known(given, scope, "Fn::Cidr")
    network = ipaddress.ip_network(block)
    subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
    found = [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]
    if len(found) < int(count):
        raise Refused(f"{block} has no room for {count} blocks of {bits} bits")
    return found


def _if(argument: Any, scope: Scope) -> Any:
    return resolve(argument[1] if holds(argument[0], scope) else argument[2], scope)


def _find(argument: Any, scope: Scope) -> Any:
    keys = _known(argument, scope, "Fn::FindInMap")
    found: Any = scope.mappings
    for key in keys:
        if _text(key) not in found:
            raise Refused(f"there is no mapping {keys}")
        found = found[_text(key)]
    return found


def _import(argument: Any, scope: Scope) -> str:
    name = str(_known(argument, scope, "Fn::ImportValue"))
    if name not in scope.exports:
        raise Refused(f"no export named {name} found")
    scope.imported.add(name)
    return scope.exports[name]


def _zones(argument: Any, scope: Scope) -> list[str]:
    return scope.zones(_known(argument, scope, "Fn::GetAZs") or scope.values["AWS::Region"])


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find,
    "Fn::GetAZs": _zones,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
