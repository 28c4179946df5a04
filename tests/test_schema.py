"""The quick verdict on a document and jsonschema's always agree, and the quick one skips nothing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bpc import build, catalogue, language, model, reference, schema, shape, source
from bpc.source import Document
from strategies import SPECS, anything, mutated

ROOT = Path(__file__).resolve().parent.parent


# What a schema may say about a value. Anything else is a mistake in the schema, and a test refuses it.
ASSERTIONS = frozenset(
    """
    $ref type enum const pattern format minLength maxLength minimum maximum minItems maxItems uniqueItems items
    required properties additionalProperties propertyNames minProperties maxProperties
    """.split()
)
ANNOTATIONS = frozenset("$schema $id $defs title description default examples".split())


def nodes(node: Any, place: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in the bundle; what stands under properties and $defs is named by the user, not by JSON Schema."""
    yield place, node
    for key in ("properties", "$defs"):
        for name, child in node.get(key, {}).items():
            yield from nodes(child, f"{place}/{key}/{name}")
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(node.get(key), dict):
            yield from nodes(node[key], f"{place}/{key}")


def accepted(data: Any) -> bool:
    try:
        schema.accept(data)
    except schema.Doubt:
        return False
    return True


def test_the_bundle_is_fresh(update: bool) -> None:
    path = ROOT / "schemas" / "blueprint.schema.json"
    if update:
        path.write_text(language.bundle(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == language.bundle()


def test_the_reference_is_fresh(update: bool) -> None:
    path = ROOT / "docs" / "language.md"
    if update:
        path.write_text(reference.markdown(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == reference.markdown()


def test_the_schema_is_valid() -> None:
    validator = shape.validator()
    validator.check_schema(schema.bundle())


def test_the_schema_says_only_what_is_checked() -> None:
    for place, node in nodes(schema.bundle()):
        unknown = {key for key in node if not key.startswith("x-")} - ASSERTIONS - ANNOTATIONS
        assert not unknown, f"{place}: {unknown}"


def test_every_default_fits_its_own_field() -> None:
    for place, node in nodes(schema.bundle()):
        if "default" in node:
            schema.accept(copy.deepcopy(node["default"]), node), place


def test_every_field_is_explained() -> None:
    for one in reference.fields():
        assert one.node.get("description"), one.path
        rest = one.node.get("additionalProperties")
        below = [one.node, one.node.get("items", {}), rest if isinstance(rest, dict) else {}]
        has_fields = any("properties" in schema.resolved(node) for node in below)
        assert has_fields or "const" in one.node or "x-cloudformation" in one.node, (
            f"{one.path} does not say what it becomes"
        )


def pairs(kind: type[model.Node], node: Any, path: str = "") -> Iterator[tuple[str, set[str], set[str]]]:
    """Each node of the model and what the schema has in its place: the path and the keys of both."""
    node = schema.resolved(node)
    while "properties" not in node:
        node = schema.resolved(node["items"] if "items" in node else node["additionalProperties"])
    yield path, {key for key, _, _ in build.fields(kind)}, set(node["properties"])
    for key, make, below in build.fields(kind):
        if make and (path, key) != ("", "addons"):
            yield from pairs(below(), node["properties"][key], f"{path}.{key}".lstrip("."))


def test_every_field_is_in_the_model() -> None:
    """What the schema accepts, the model holds: nothing is read and dropped."""
    read_before = {"": {"apiVersion", "kind", "environments"}, "bastion": {"enabled"}, "cluster.autoMode": {"enabled"}}
    added = {"": {"environment", "account"}}
    for path, in_model, in_schema in pairs(model.Blueprint, schema.bundle()):
        assert in_model - added.get(path, set()) == in_schema - read_before.get(path, set()), path


def test_the_catalogue_is_the_addons_section() -> None:
    assert list(schema.bundle()["$defs"]["addons"]["properties"]) == [entry.name for entry in catalogue.addons()]


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_the_examples_fit(spec: Path) -> None:
    document, found = source.parse(spec.read_bytes())
    assert document and not found
    assert shape.fit(document)[1] == []
    assert list(shape.complaints(document)) == []


@given(mutated())
@settings(max_examples=400, deadline=None)
def test_both_verdicts_agree(data: Any) -> None:
    document = Document(data, {}, {}, {}, [])
    assert accepted(data) == (not list(shape.complaints(document)))


@given(anything)
@settings(deadline=None)
def test_both_verdicts_agree_on_anything(data: Any) -> None:
    assert accepted(data) == (not list(shape.complaints(Document(data, {}, {}, {}, []))))
