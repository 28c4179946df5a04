"""How many pods a node has addresses for: what the table says, and when it matters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bpc import facts, pipeline
from parts.memory import Memory

TABLE = json.loads((Path(facts.__file__).parent / "interfaces.json").read_text(encoding="utf-8"))["families"]
PODS = {
    "cidr": "10.40.0.0/20",
    "secondaryCidrs": ["100.64.0.0/16"],
    "subnets": {"perZone": {"pods": 1}, "prefix": {"public": 26, "private": 24, "pods": 18}},
}
PREFIXES = {"vpc-cni": {"values": {"env": {"ENABLE_PREFIX_DELEGATION": "true"}}}}


def complaints(group: dict[str, Any], **sections: Any) -> list[str]:
    """The codes of all that is said, warnings too."""
    head = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "one", "region": "eu-west-1"}}
    whole = head | sections | {"nodeGroups": [{"name": "a", "instanceTypes": ["m6i.large"], **group}]}
    result = pipeline.compile_blueprint(json.dumps(whole).encode(), "one.yaml", lambda _: Memory())
    assert not result.failed, result.diagnostics
    return [one.rule.code for one in result.diagnostics]


def test_the_table_is_of_types_that_there_are() -> None:
    known = {f"{name}.{size}" for name, one in facts.instance_types().items() for size in one.sizes}
    assert {f"{family}.{size}" for family, sizes in TABLE.items() for size in sizes} <= known
    # Amazon EKS User Guide and the sums that everybody knows: 29 pods on an m5.large, 58 on an m5.xlarge.
    assert [TABLE["m5"][size] for size in ("large", "xlarge", "4xlarge")] == [[3, 10], [4, 15], [8, 30]]


@pytest.mark.parametrize(
    ("sections", "group", "warned"),
    [
        ({}, {"maxPods": 30}, True),
        ({}, {"maxPods": 29}, False),
        ({}, {}, False),
        ({}, {"instanceTypes": ["m6i.4xlarge", "m6i.large"], "maxPods": 110}, True),
        ({}, {"instanceTypes": ["m6i.4xlarge"], "maxPods": 110}, False),
        ({}, {"instanceTypes": ["r9g.large"], "maxPods": 110}, False),  # nobody knows it yet
        ({"addons": PREFIXES}, {"maxPods": 110}, False),
        ({"network": {"ipFamily": "ipv6"}}, {"maxPods": 110}, False),
        ({"addons": {"vpc-cni": {"enabled": False}}}, {"maxPods": 110}, False),
    ],
)
def test_when_it_is_warned_of(sections: dict[str, Any], group: dict[str, Any], warned: bool) -> None:
    assert ("BPC898" in complaints(group, **sections)) == warned


def test_with_subnets_for_pods_an_interface_is_missing() -> None:
    assert "BPC898" in complaints({"maxPods": 21}, network=PODS)
    assert "BPC898" not in complaints({"maxPods": 20}, network=PODS)
