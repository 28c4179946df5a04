"""How large node groups are, who decides it afterwards, and which nodes stand by."""

from __future__ import annotations

import re
from typing import Any

import pytest

from parts import intrinsics
from parts.compiling import compiled


def nodes(group: dict[str, Any]) -> dict[str, Any]:
    """The template of the nodes of a blueprint with one group."""
    made = compiled(nodeGroups=[{"name": "workers", **group}])
    assert made.errors == []
    return made.template("nodes")


def properties(template: dict[str, Any], title: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][title]["Properties"]
    return found


def played(template: dict[str, Any], desired: str) -> Any:
    """The sizes as CloudFormation works them out, with a value for the parameter of the size."""
    values = {name: one["Default"] for name, one in template["Parameters"].items()} | {"WorkersDesiredSize": desired}
    scope = intrinsics.Scope(
        values=values,
        mappings={},
        conditions=template.get("Conditions", {}),
        resources=template["Resources"],
        exports={},
        imported=set(),
        zones=lambda _: [],
        ssm=lambda _: "",
    )
    return intrinsics.resolve(properties(template, "WorkersNodeGroup")["ScalingConfig"], scope)


def test_a_size_of_the_blueprint_is_always_in_the_template() -> None:
    template = nodes({"scaling": {"min": 1, "desired": 3, "max": 9}})
    assert played(template, "3") == {"MinSize": 1, "DesiredSize": "3", "MaxSize": 9}
    assert template["Parameters"]["WorkersDesiredSize"]["Type"] == "Number"
    assert "Conditions" not in template


def test_a_size_that_is_left_out_begins_with_min_and_can_leave_the_template() -> None:
    template = nodes({"scaling": {"min": 1, "max": 9}})
    assert template["Parameters"]["WorkersDesiredSize"]["Default"] == "1"
    assert played(template, "1") == {"MinSize": 1, "DesiredSize": "1", "MaxSize": 9}
    assert played(template, "") == {"MinSize": 1, "MaxSize": 9}


@pytest.mark.parametrize(("size", "fits"), [("", True), ("0", True), ("1000", True), ("1001", False), ("two", False)])
def test_the_size_is_a_number_or_nothing(size: str, fits: bool) -> None:
    pattern = nodes({})["Parameters"]["WorkersDesiredSize"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, size)) == fits


def test_the_readme_says_how_to_hand_the_size_over() -> None:
    left, stated = (compiled(nodeGroups=[{"name": "workers", "scaling": one}]) for one in ({}, {"desired": 2}))
    assert b"--parameter-overrides WorkersDesiredSize=`" in left.files["README.md"]
    assert b"DesiredSize" not in stated.files["README.md"]
