"""YAML as CloudFormation reads it: short forms such as !Ref are written out, and dates stay text.

AWS CloudFormation user guide, "Intrinsic function reference".
"""

from __future__ import annotations

from typing import Any

import yaml

from bpc.diagnostics import Path, Span

_SCALARS = {
    "tag:yaml.org,2002:bool": yaml.constructor.SafeConstructor.construct_yaml_bool,
    "tag:yaml.org,2002:int": yaml.constructor.SafeConstructor.construct_yaml_int,
    "tag:yaml.org,2002:float": yaml.constructor.SafeConstructor.construct_yaml_float,
    "tag:yaml.org,2002:null": yaml.constructor.SafeConstructor.construct_yaml_null,
}


def plain(node: Any, path: Path, spans: dict[Path, Span]) -> Any:
    """What a node says, its short forms written out; `spans` learns where each key and each item is."""
    if node is None or not node.tag.startswith("!"):
        return _value(node, path, spans)
    name = node.tag[1:]
    function = name if name in ("Ref", "Condition") else f"Fn::{name}"
    value = _value(node, (*path, function), spans)
    if function == "Fn::GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {function: value}


def _value(node: Any, path: Path, spans: dict[Path, Span]) -> Any:
    if isinstance(node, yaml.MappingNode):
        found = {}
        for key, one in node.value:
            name = str(key.value)
            spans[(*path, name)] = _span(key)
            found[name] = plain(one, (*path, name), spans)
        return found
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, one in enumerate(node.value):
            spans[(*path, index)] = _span(one)
            items.append(plain(one, (*path, index), spans))
        return items
    if node is None:
        return None
    construct = _SCALARS.get(node.tag)
    return construct(yaml.constructor.SafeConstructor(), node) if construct else node.value


def _span(node: Any) -> Span:
    start, end = node.start_mark, node.end_mark
    last = end.column if end.line == start.line else start.column + 1
    return Span(start.line + 1, start.column + 1, last + 1)
