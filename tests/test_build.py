"""A node is built from what its class says of it, and a section that nobody uses is never imported."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bpc import build, environments, model, shape, source
from bpc.model import Data, Node
from strategies import SPECS

SMALL = "apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: small, region: eu-west-1}\nnodeGroups: [{name: one}]\n"


class Leaf(Node):
    """What the classes below are made of."""

    size: int


class Named(Node):
    name: str


class Tree(Named):
    leaf: Leaf
    no_leaf: Leaf | None
    many: tuple[Leaf, ...]
    by_key: tuple[Leaf, ...]
    some_leaves: Mapping[str, Leaf]
    words: tuple[str, ...]
    text_or_list: str | tuple[str, ...]
    free: Mapping[str, Any]
    twice: int

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {**data, "twice": 2 * data["leaf"]["size"] + whole["more"]}


def every(kind: type[Node]) -> Iterator[type[Node]]:
    """A class of nodes and all below it."""
    yield kind
    for _, make, below in build.fields(kind):
        if make:
            yield from every(below())


def built(node: Node) -> Iterator[Node]:
    yield node
    for value in vars(node).values():
        found = value if isinstance(value, tuple) else value.values() if isinstance(value, Mapping) else (value,)
        for one in found:
            if isinstance(one, Node):
                yield from built(one)


def written(kind: type[Node]) -> dict[str, str]:
    """The annotation of each field but `at`, as it is written."""
    owners = [owner for owner in reversed(kind.__mro__) if issubclass(owner, Node) and owner is not Node]
    return {name: text for owner in owners for name, text in owner.__annotations__.items()}


def test_each_form_of_annotation() -> None:
    leaf = {"size": 1}
    data = {
        "name": "oak",
        "leaf": leaf,
        "many": [leaf, leaf],
        "byKey": {"b": leaf, "a": leaf},
        "someLeaves": {"b": leaf},
        "words": ["x"],
        "textOrList": ["y"],
        "free": {"any": [1]},
    }
    at = ("trees", 0)
    assert build.node(Tree, at, data, {"more": 1}) == Tree(
        at,
        name="oak",
        leaf=Leaf((*at, "leaf"), 1),
        no_leaf=None,
        many=(Leaf((*at, "many", 0), 1), Leaf((*at, "many", 1), 1)),
        by_key=(Leaf((*at, "byKey", "a"), 1), Leaf((*at, "byKey", "b"), 1)),
        some_leaves={"b": Leaf((*at, "someLeaves", "b"), 1)},
        words=("x",),
        text_or_list=("y",),
        free={"any": [1]},
        twice=3,
    )


def test_each_annotation_of_the_model_is_understood() -> None:
    """A node in a form that the builder does not know would stay raw data."""
    names = {name for name in model.__all__ if name != "Data"}
    for kind in every(model.Blueprint):
        made = {key: make for key, make, _ in build.fields(kind)}
        for field, text in written(kind).items():
            mentioned = names & set(re.findall(r"\w+", text))
            assert bool(mentioned) == bool(made[build.camel(field)]), f"{kind.__name__}.{field}: {text}"


def test_every_class_of_the_model_is_reached() -> None:
    reached = {
        base.__name__ for kind in every(model.Blueprint) for base in kind.__mro__ if issubclass(base, model.Node)
    }
    assert reached - {"Node"} == set(model.__all__) - {"Data", "Node"}


def test_every_field_is_read_by_somebody() -> None:
    package = Path(build.__file__).parent
    sources = [path.read_text("utf-8") for path in package.rglob("*.py") if path.parent.name != "model"]
    read = {one.attr for text in sources for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Attribute)}
    fields = [(kind, field) for kind in every(model.Blueprint) for field in written(kind)]
    assert [f"{kind.__name__}.{field}" for kind, field in fields if field not in read] == []


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_nothing_is_missing_that_is_promised(spec: Path) -> None:
    document, _ = source.parse(spec.read_bytes())
    assert document
    for place in environments.places(document):
        filled, _ = shape.fit(place.document)
        assert filled
        for node in built(build.blueprint(filled, place.document.data, place.name, place.account)):
            for field, text in written(type(node)).items():
                assert getattr(node, field) is not None or "None" in text, f"{node.at} {field}"


def test_a_section_that_nobody_uses_is_not_imported() -> None:
    script = f"from bpc import pipeline; pipeline.compile_blueprint({SMALL.encode()!r}, 'x', None)"
    script += "; import sys; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert "bpc.model.network" in loaded and "bpc.checks.nodes" in loaded
    rare = {
        "bpc.checks.bastion",
        "bpc.checks.auto_scaling",
        "bpc.checks.user_data",
        "bpc.checks.fargate",
        "bpc.checks.labels",
        *model.LAZY.values(),
    }
    assert not rare & set(loaded)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match=r"bpc\.model has no Nonsense"):
        _ = model.Nonsense  # type: ignore[attr-defined]
