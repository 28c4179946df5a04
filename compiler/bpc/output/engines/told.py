"""What an engine is told of a release beside the release itself, and how its objects are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpc.kit.record import Record

if TYPE_CHECKING:
    from bpc.model import Gitops


class Told(Record):
    """`after` are the releases that have to be there first, `sources` the names of the repositories that several
    releases are from, and `patches` are the blueprint's."""

    gitops: Gitops
    platform: str
    sources: Mapping[str, str]
    after: tuple[str, ...] = ()
    patches: tuple[Mapping[str, Any], ...] = ()
