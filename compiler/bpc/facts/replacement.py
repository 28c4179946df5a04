"""What CloudFormation does to a resource when a property changes, for every type that AWS has.

CloudFormation user guide, "Update behaviors of stack resources"; the CloudFormation CLI user guide, "Resource type
definition schema", says what createOnlyProperties, conditionalCreateOnlyProperties and replacementStrategy mean.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

from bpc.kit.record import Record

Pointer = tuple[str, ...]


class Rules(Record):
    """A type's rules of update. `*` in a pointer stands for every item.

    A change at `always` makes the resource anew, one at `conditionally` may. `identity` is what no two resources
    can have alike at a time. `deletes_first` says that the old one goes before the new one comes.
    """

    always: tuple[Pointer, ...] = ()
    conditionally: tuple[Pointer, ...] = ()
    identity: tuple[str, ...] = ()
    deletes_first: bool = False


# Template Reference, AWS::EC2::Instance BlockDeviceMapping: whatever changes but DeleteOnTermination makes another
# instance. The provider schema says no more than that it may.
BY_HAND: dict[str, tuple[Pointer, ...]] = {
    "AWS::EC2::Instance": (("BlockDeviceMappings", "*", "Ebs", "VolumeSize"),),
}


@cache
def rules(resource_type: str) -> Rules | None:
    """The rules of a type; none for a type that the schemas did not have on their day."""
    row = _table()["types"].get(resource_type)
    if row is None:
        return None
    return Rules(
        (*_pointers(row.get("always", ())), *BY_HAND.get(resource_type, ())),
        _pointers(row.get("conditionally", ())),
        tuple(row.get("identity", ())),
        row.get("strategy") == "delete_then_create",
    )


def as_of() -> str:
    """The day of the schemas."""
    return str(_table()["asOf"])


@cache
def _table() -> dict[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "replacement.json"), encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def _pointers(paths: list[str]) -> tuple[Pointer, ...]:
    return tuple(tuple(one.split("/")) for one in paths)
