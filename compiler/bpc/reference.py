"""The language for people, read from the schema: one field for `bpc explain`, or the whole page for the docs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from bpc import schema

KINDS = {
    "array": "list",
    "object": "mapping",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "string": "text",
}

# What a role is called and may do is said in the same words wherever there is one, and told once.
ROLE = "iam"


class Field(NamedTuple):
    """A field by its dotted path, in which `[]` stands for an item of a list and `<name>` for a key of yours."""

    path: str
    node: schema.Node

    @property
    def kind(self) -> str:
        if "enum" in self.node or "const" in self.node:
            return "one of " + ", ".join(_text(one) for one in self.node.get("enum", [self.node.get("const")]))
        kinds = self.node.get("type", "any")
        names = [kinds] if isinstance(kinds, str) else [one for one in kinds if one != "null"]
        shown = " or ".join(KINDS.get(one, one) for one in names)
        if "array" in names and "items" in self.node:
            items = schema.resolved(self.node["items"])
            shown += " of mappings" if items.get("type") == "object" else f" of {Field('', items).kind}"
        return shown

    @property
    def default(self) -> str:
        if "x-default" in self.node:
            return str(self.node["x-default"])
        known = "default" in self.node and self.node["default"] is not None
        return _text(self.node["default"]) if known else ""

    @property
    def constraints(self) -> str:
        said = {
            "minimum": "at least {}",
            "maximum": "at most {}",
            "minItems": "at least {} items",
            "maxItems": "at most {} items",
            "minLength": "at least {} characters",
            "maxLength": "at most {} characters",
            "pattern": "matches `{}`",
        }
        parts = [text.format(self.node[key]) for key, text in said.items() if key in self.node]
        if "format" in self.node:
            parts.append(
                {"cidr": "a range", "ipv4-cidr": "an IPv4 range", "ipv4": "an IPv4 address"}[self.node["format"]]
            )
        return "; ".join(parts + (["no value twice"] if self.node.get("uniqueItems") else []))

    @property
    def example(self) -> str:
        return schema.shown(self.node["examples"][0]) if self.node.get("examples") else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def fields(node: schema.Node | None = None, path: str = "") -> Iterator[Field]:
    """Every field below a schema node, in the order of the schema."""
    node = schema.resolved(schema.bundle() if node is None else node)
    for key, child in node.get("properties", {}).items():
        below = f"{path}.{key}" if path else key
        yield Field(below, schema.resolved(child))
        yield from fields(child, below)
    if isinstance(node.get("items"), dict):
        yield from fields(node["items"], f"{path}[]")
    rest = node.get("additionalProperties")
    if isinstance(rest, dict) and "properties" in schema.resolved(rest):
        yield Field(f"{path}.<name>", schema.resolved(rest))
        yield from fields(rest, f"{path}.<name>")


def find(path: str) -> Field | None:
    """A field by the path as a user writes it: list items may be left out, and names of the user's own count.

    What is below a field that holds whatever CloudFormation takes is explained by that field.
    """
    wanted = _plain(path)
    known = {_plain(one.path): one for one in fields()}
    parts = wanted.split(".")
    near = (one for name, one in known.items() if "<name>" in name and _fits(name.split("."), parts))
    free = (one for name, one in known.items() if wanted.startswith(f"{name}.") and _is_free(one.node))
    return known.get(wanted) or next(near, None) or next(free, None)


def _fits(names: list[str], parts: list[str]) -> bool:
    return len(names) == len(parts) and all(one in ("<name>", part) for one, part in zip(names, parts, strict=True))


def _is_free(node: schema.Node) -> bool:
    """Whether the keys are the user's, and what they hold has no fields of its own in the reference."""
    rest = node.get("additionalProperties")
    return isinstance(rest, dict) and "properties" not in schema.resolved(rest)


def _plain(path: str) -> str:
    return "".join(path.replace("[]", "").split()).strip(".")


def text(field: Field) -> str:
    """What `bpc explain` says of a field."""
    rows = [
        ("type", field.kind),
        ("default", field.default or ("none" if "x-cloudformation" in field.node else "")),
        ("constraints", field.constraints),
        ("example", field.example),
        ("becomes", str(field.node.get("x-cloudformation", ""))),
    ]
    lines = [field.path, "", f"  {field.node.get('description', '')}", ""]
    lines += [f"  {label + ':':<13}{value}" for label, value in rows if value]
    below = [one for one in fields(field.node, field.path) if one.path.count(".") == field.path.count(".") + 1]
    if below:
        width = max(len(_plain(one.path)) for one in below) + 2
        lines += ["", "  holds:"]
        lines += [f"    {_plain(one.path):<{width}}{one.node.get('description', '')}" for one in below]
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """The reference page."""
    parts = [
        "<!-- Generated by `bpc schema --format markdown`. Do not edit; change schemas/ or the add-on. -->",
        "# The blueprint language",
        "Every key that a blueprint may hold. `[]` is an item of a list and `<name>` a name of yours. What has no "
        "default may be left out, unless the page says *required*. `bpc explain PATH` shows the same on a terminal."
        " What any key `iam` holds stands at the end.",
        "A section that is written is on, if only as `bastion: {}`. Where it holds `enabled`, that is true unless you "
        "say false, for an environment that does not want what the root of the blueprint has; what has no `enabled`, "
        "an environment takes away by `null`. A number that is a time has its unit in its key, such as "
        "`retentionDays`; texts such as `30s` stand in settings of the kubelet alone, which are Kubernetes' own.",
    ]
    required = set(schema.bundle()["required"])
    for key, child in schema.bundle()["properties"].items():
        node = schema.resolved(child)
        must = " *(required)*" if key in required else ""
        parts.append(f"## {key}\n\n{node.get('description', '')}{must}")
        parts += _table(one for one in _told(list(fields(child, key))) if f".{ROLE}." not in one.path)
    shared = schema.bundle()["$defs"][ROLE]
    parts.append(f"## {ROLE}, wherever it is\n\n{shared['description']}")
    parts += _table(one for one in fields(shared, ROLE) if "x-cloudformation" in one.node)
    return "\n\n".join(parts) + "\n"


def _table(rows: Iterable[Field]) -> list[str]:
    head = "| field | what it is | type | default | becomes |\n|---|---|---|---|---|"
    written = [_row(one) for one in rows]
    return ["\n".join([head, *written])] if written else []


def _told(found: list[Field]) -> Iterator[Field]:
    """Those that have a row: not what lists of every add-on hold, which stands once, with add-ons of any name."""
    common = {one.path.replace("<name>", "", 1): one.node for one in found if one.path.startswith("addons.<name>.")}
    for one in found:
        section, _, below = one.path.partition(".")
        name, _, rest = below.partition(".")
        alike = name != "<name>" and "[]." in rest and common.get(f"{section}..{rest}") == one.node
        if "x-cloudformation" in one.node and not alike:
            yield one


def _row(field: Field) -> str:
    description = str(field.node.get("description", ""))
    if field.constraints:
        description += f" ({field.constraints})"
    cells = (f"`{field.path}`", description, field.kind, field.default, str(field.node["x-cloudformation"]))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
