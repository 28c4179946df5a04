"""What `bpc diff` says of common edits, as somebody reads it who has to decide."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from bpc import pipeline
from bpc.difference import compare, text, words
from bpc.difference.shapes import NEVER, Change, Changes, Detail
from bpc.difference.sides import Side, side
from parts.memory import Memory

Edit = Callable[[dict[str, Any]], object]
SPEC: dict[str, Any] = {
    "apiVersion": "bpc/v1",
    "kind": "Blueprint",
    "metadata": {"name": "shop", "region": "eu-west-1"},
    "cloudformation": {"layout": "single"},
    "nodeGroups": [{"name": "workers", "instanceTypes": ["m7g.large"]}],
    "addons": {"aws-efs-csi-driver": {}},
    "storage": {"fileSystems": [{"name": "shared"}]},
}


def compiled(edit: Edit) -> Side:
    blueprint = copy.deepcopy(SPEC)
    edit(blueprint)
    files = Memory()
    result = pipeline.compile_blueprint(json.dumps(blueprint).encode(), "shop.yaml", lambda _: files)
    assert not result.failed, result.diagnostics
    return side("shop", result.about["environments"], files)


def changes(after: Edit, before: Edit = lambda _: None) -> Changes:
    return compare(compiled(before), compiled(after)).environments["default"]


def change(found: Changes, title: str) -> Change:
    return next(one for one in found.resources if one.title == title)


def codes(found: Change) -> list[str]:
    return [one.rule.code for one in found.findings]


def version(number: str) -> Edit:
    return lambda one: one.update(cluster={"version": number})


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("1.35", "1.36", []),
        ("1.36", "1.35", ["BPC935"]),
        ("1.36", "1.34", ["BPC517"]),
        ("1.34", "1.36", ["BPC517"]),
    ],
)
def test_versions_go_one_by_one(before: str, after: str, wanted: list[str]) -> None:
    found = change(changes(version(after), version(before)), "Cluster")
    assert codes(found) == wanted
    assert [one.rule.severity for one in found.findings] == [
        "warning" if code == "BPC935" else "error" for code in wanted
    ]


def test_a_cluster_stays_in_its_vpc() -> None:
    moved = changes(lambda one: one.update(network={"cidr": "10.9.0.0/16"}))
    assert codes(change(moved, "Cluster")) == ["BPC524"]
    zones = {"availabilityZones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"]}
    stays = changes(lambda one: one.update(network=zones))
    assert change(stays, "PrivateSubnet1").replacement == "True"
    assert codes(change(stays, "Cluster")) == []


def test_zones_have_words() -> None:
    found = changes(lambda one: one.update(network={"availabilityZones": ["eu-west-1b", "eu-west-1a"]}))
    assert words.details(change(found, "PublicSubnet1"))[0] == ("AvailabilityZone: zone 1 of the Region → eu-west-1b")


def test_what_is_named_otherwise_starts_empty() -> None:
    def edit(blueprint: dict[str, Any]) -> None:
        blueprint["storage"]["fileSystems"][0]["name"] = "other"
        blueprint["nodeGroups"][0]["name"] = "others"

    found = changes(edit)
    assert "it starts empty" in words.remarks(change(found, "OtherFileSystem"))
    assert "it starts empty" not in words.remarks(change(found, "OthersLaunchTemplate"))
    assert words.remarks(change(found, "WorkersNodeGroup")) == ["its nodes are drained and terminated"]
    assert words.remarks(change(found, "OthersNodeGroup")) == []


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (["a", "b"], ["a"], "without b"),
        (["a"], ["c", "a", {"Ref": "B"}], "with c, B"),
        (["a", "b"], ["a", "c", "d"], "without b, with c, d"),
        (["a", "b"], ["c"], '["a", "b"] → ["c"]'),
        ("a", ["a"], 'a → ["a"]'),
        (["a"], ["a", "x" * 99], f"with {'x' * 48}…"),
    ],
)
def test_lists(before: Any, after: Any, wanted: str) -> None:
    one = Change("s", "A", "T", "Modify", "False", details=(Detail(("Items",), NEVER, before=before, after=after),))
    assert words.details(one) == [f"Items: {wanted}"]


def test_lists_keep_secrets() -> None:
    hidden = Detail(("Passwords",), NEVER, before=["one", "two"], after=["one"])
    one = Change("s", "A", "T", "Modify", "False", details=(hidden,))
    assert words.details(one) == ["Passwords: **** → ****"]


def test_parameters_that_come_and_go() -> None:
    found = compare(compiled(lambda _: None), compiled(lambda one: one["nodeGroups"][0].update(name="others")))
    lines = [" ".join(line.split()) for _, line in text.lines(found)]
    [come] = [line for line in lines if line.startswith("added shop parameter OthersMaxSize:")]
    [gone] = [line for line in lines if line.startswith("removed shop parameter WorkersMaxSize:")]
    assert come.rpartition(" ")[2].isdigit() and gone.rpartition(": ")[2].isdigit()
