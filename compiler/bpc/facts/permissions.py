"""What CloudFormation calls for a resource, by its type: the permissions of the handlers in the provider schemas."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache

from bpc.kit.record import Record


class Permissions(Record):
    """Actions by resource type; which of them take no resource; and which destroy what CloudFormation has tagged."""

    types: Mapping[str, str]
    anywhere: frozenset[str]
    guarded: frozenset[str]


@cache
def permissions() -> Permissions:
    """The table, read the first time that somebody asks for it."""
    with open(os.path.join(os.path.dirname(__file__), "permissions.json"), encoding="utf-8") as file:
        found = json.load(file)
    return Permissions(found["types"], frozenset(found["anywhere"].split()), frozenset(found["guarded"].split()))
