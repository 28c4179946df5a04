"""The network of a blueprint: what is there already, and what is made."""

from __future__ import annotations

import pytest

from bpc import schema
from bpc.kit.sheet import referred


def test_a_reference_is_an_id_or_an_export() -> None:
    assert referred("vpc-0123456789abcdef0") == "vpc-0123456789abcdef0"
    made = referred({"import": "shared-VpcId"})
    assert not isinstance(made, str)
    assert made.to_dict() == {"Fn::ImportValue": "shared-VpcId"}


@pytest.mark.parametrize("wrong", ["", "igw-1", {}, {"import": "two words"}, {"export": "a"}, 7, ["vpc-1"]])
def test_a_reference_is_nothing_else(wrong: object) -> None:
    form = {"$ref": "#/$defs/reference", "pattern": "^vpc-"}
    assert schema.accept({"import": "a"}, form) == {"import": "a"}
    with pytest.raises(schema.Doubt):
        schema.accept(wrong, form)
