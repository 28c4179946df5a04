"""What all nodes of a blueprint have in common: a place, and values that follow from others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.diagnostics import Path
from bpc.kit.record import Record

Data = Mapping[str, Any]
# Something that is there already: its id, or {import: name} for what another stack exports (`kit.sheet.referred`).
Reference = str | Mapping[str, str]


class Node(Record):
    """A mapping of the document. Its fields are the mapping's keys: `key_name` is written keyName."""

    at: Path

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """The node's data with what the user has left to bpc; `whole` is the document that it is part of."""
        return data
