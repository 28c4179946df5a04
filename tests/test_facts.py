"""One entry of a table, found by its line, is what the whole file says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cfnlint
import pytest

from bpc import facts
from bpc.facts import custom_resources, permissions

FOLDER = Path(facts.__file__).parent
TABLES = (
    ("eks-addons.json", "addons"),
    ("features.json", "lacks"),
    ("instance-regions.json", "regions"),
    ("instance-types.json", "families"),
    ("interfaces.json", "families"),
    ("partitions.json", "partitions"),
    ("permissions.json", "types"),
    ("regions.json", "regions"),
    ("registries.json", "registries"),
    ("removed-apis.json", "apis"),
)


@pytest.mark.parametrize(("name", "section"), TABLES)
def test_an_entry(name: str, section: str) -> None:
    whole = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assert {key: facts.entry(name, key) for key in whole[section]} == whole[section]
    others = [one for one in whole.values() if isinstance(one, dict) and one is not whole[section]]
    assert not any(key in other for other in others for key in whole[section])


@pytest.mark.parametrize("key", ["", "m7", "mg7", 'm7g": {"arch', "m7g\n", "asOf", "families"])
def test_what_is_no_entry(key: str) -> None:
    assert facts.entry("instance-types.json", key) is None


def test_one_entry_and_all() -> None:
    assert {name: facts.region(name) for name in facts.regions()} == facts.regions()
    families = facts.instance_types()
    assert {name: facts.family(f"{name}.{one.sizes[0]}") for name, one in families.items()} == families
    assert facts.region("eu-west-9") is None
    assert facts.family("m7g.tiny") is None


def test_the_sets_of_actions() -> None:
    whole = json.loads((FOLDER / "permissions.json").read_text(encoding="utf-8"))
    assert permissions.anywhere() == frozenset(whole["anywhere"].split())
    assert permissions.guarded() == frozenset(whole["guarded"].split())
    assert permissions.actions("AWS::EC2::VPC") == tuple(whole["types"]["AWS::EC2::VPC"].split())
    assert permissions.actions("AWS::EC2::Nothing") is None


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1", "us-gov-west-1", "eu-south-2", "us-east-1"])
def test_what_is_on_the_price_list_of_a_region(region: str) -> None:
    """By cfn-lint's copy of the list, whose E3628 would be the first to say so."""
    folder = Path(cfnlint.__file__).parent / "data/schemas/extensions/aws_ec2_instance"
    listed = set(json.loads((folder / "instancetype_enum.json").read_text(encoding="utf-8"))[region]["enum"])
    sold = facts.offered(region)
    ours = {
        f"{name}.{size}"
        for name, family in facts.instance_types().items()
        for size in family.sizes
        if name in sold and size not in sold[name]
    }
    known = {one for one in listed if facts.family(one)}
    assert ours == known


@pytest.mark.parametrize(
    ("kind", "spec", "said"),
    [
        ("cert-manager.io/v1 Issuer", {"acme": {"server": "https://a.example", "solvers": [{"dns01": {}}]}}, []),
        ("argoproj.io/v1alpha1 Application", {"ignoreDifferences": [{"kind": "Deployment"}]}, []),
        (
            "argoproj.io/v1alpha1 Application",
            {"source": {"repoURL": "https://a.example", "directry": {"recurse": True}}},
            ["spec.source.directry.recurse is unknown"],
        ),
        ("helm.toolkit.fluxcd.io/v2 HelmRelease", {"valuesFrom": [{"kind": "ConfigMap", "name": "a"}]}, []),
        ("keda.sh/v1alpha1 ScaledObject", {"advanced": {"restoreToOriginalReplicaCount": True}}, []),
    ],
)
def test_manifests_of_ones_own_may_have_what_bpc_does_not_write(
    kind: str, spec: dict[str, Any], said: list[str]
) -> None:
    version, name = kind.split()
    found = custom_resources.wrong({"apiVersion": version, "kind": name, "metadata": {}, "spec": spec})
    assert [one for one in found if one.endswith("unknown")] == said
