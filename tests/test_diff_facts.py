"""The table of what an update replaces is what the bundled provider schemas say, for every type of every Region."""

from __future__ import annotations

from pathlib import Path

from bpc.facts import replacement as facts
from parts import replacement

TABLE = Path(facts.__file__).parent / "replacement.json"


def test_the_table_is_that_of_the_schemas(update: bool) -> None:
    text = replacement.text()
    if update:
        TABLE.write_text(text, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == text


def test_a_type_has_its_rules() -> None:
    rules = facts.rules("AWS::EKS::Nodegroup")
    assert rules is not None
    assert ("CapacityType",) in rules.always and ("ScalingConfig",) not in rules.always
    assert rules.identity == ("ClusterName", "NodegroupName")
    assert not rules.deletes_first


def test_what_goes_first_is_known() -> None:
    attachment = facts.rules("AWS::EC2::VPCGatewayAttachment")
    assert attachment is not None and attachment.deletes_first
    entry = facts.rules("AWS::EKS::AccessEntry")
    assert entry is not None and not entry.deletes_first


def test_a_type_without_rules_is_not_an_unknown_one() -> None:
    assert facts.rules("AWS::KMS::Key") == facts.Rules(identity=())
    assert facts.rules("AWS::Nothing::LikeIt") is None
    assert len(facts.as_of()) == len("2026-10-20")
