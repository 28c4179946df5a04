"""How an environment's `with:` is merged over the blueprint, and where complaints about it point."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bpc import environments, pipeline, source
from parts.memory import Memory


def merged(root: str, over: str) -> dict[str, Any]:
    text = f"{root}environments: {{prod: {{with: {over}}}}}\n"
    document, found = source.parse(text.encode())
    assert document
    assert not found
    [place] = environments.places(document)
    return {key: value for key, value in place.document.data.items() if key != "metadata"}


@pytest.mark.parametrize(
    ("root", "over", "expected"),
    [
        ("a: {b: 1, c: 2}\n", "{a: {b: 3}}", {"a": {"b": 3, "c": 2}}),
        ("a: {b: 1, c: 2}\n", "{a: {b: null}}", {"a": {"c": 2}}),
        ("a: {b: 1}\n", "{a: null}", {}),
        ("", "{a: {b: null, c: 1}}", {"a": {"c": 1}}),
        ("a: [1, 2]\n", "{a: [3]}", {"a": [3]}),
        (
            "a: [{name: x, n: 1}, {name: y}]\n",
            "{a: [{name: y, m: 2}]}",
            {"a": [{"name": "x", "n": 1}, {"name": "y", "m": 2}]},
        ),
        ("a: [{name: x}]\n", "{a: [{name: z}]}", {"a": [{"name": "x"}, {"name": "z"}]}),
        ("a: [{name: x}]\n", "{a: [{key: z}]}", {"a": [{"key": "z"}]}),
        ("a: [{name: x}]\n", "{a: []}", {"a": []}),
        ("a: 1\n", "{a: {b: 2}}", {"a": {"b": 2}}),
    ],
)
def test_merging(root: str, over: str, expected: dict[str, Any]) -> None:
    assert merged(root, over) == expected


def test_the_root_is_not_changed() -> None:
    text = b"a: {b: [{name: x, n: 1}]}\nenvironments:\n  p: {with: {a: {b: [{name: x, n: 2}]}}}\n  q: {}\n"
    document, _ = source.parse(text)
    assert document
    first, second = environments.places(document)
    assert first.document.data["a"]["b"][0]["n"] == 2
    assert second.document.data["a"]["b"][0]["n"] == 1


def test_what_was_merged_is_found_where_it_was_written() -> None:
    text = b"a: {b: 1}\nenvironments:\n  p:\n    region: eu-west-1\n    with:\n      a: {b: 22}\n      c: {d: 3}\n"
    document, _ = source.parse(text)
    assert document
    [place] = environments.places(document)
    assert place.document.locate(("a", "b")).line == 6
    assert place.document.locate(("c", "d")).line == 7
    assert place.document.locate(("c", "missing")).line == 7
    assert place.document.locate(("metadata", "region")).line == 4


def test_each_environment_may_say_the_region_alone() -> None:
    root = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "demo"}}
    places = {"dev": {"region": "eu-west-1"}, "prod": {"with": {"metadata": {"region": "us-west-2"}}}}
    output = Memory()
    result = pipeline.compile_blueprint(
        json.dumps(root | {"environments": places}).encode(), "demo.yaml", lambda _: output
    )
    assert [one.rule.code for one in result.diagnostics if one.rule.severity == "error"] == []
    assert {name: one["region"] for name, one in result.about["environments"].items()} == {
        "dev": "eu-west-1",
        "prod": "us-west-2",
    }
