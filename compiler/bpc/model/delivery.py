"""The pipeline that deploys the environments from the repository with the blueprint's output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bpc.model.node import Node

if TYPE_CHECKING:
    from bpc.model.pipeline import Source

ONCE, CHANGE_SETS = "once", "change-sets"


class DeliveryPipeline(Node):
    source: Source
    path: str
    output: str
    install: tuple[str, ...]
    account: str | None
    region: str
    waves: tuple[Sequence[str], ...]
    approval: str
    approval_topic_arn: str | None
    retention_days: int
    parameters: Mapping[str, str | int | bool]
