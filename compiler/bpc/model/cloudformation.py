"""How the templates are laid out and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bpc.model.node import Node

if TYPE_CHECKING:
    from bpc.model.delivery import DeliveryPipeline
    from bpc.model.stack_sets import StackSets


class GitSync(Node):
    folder: str
    parameters: Mapping[str, str | int | bool]


class CloudFormation(Node):
    layout: str
    format: str
    iam_stack: bool
    git_sync: GitSync | None
    stack_sets: StackSets | None
    pipeline: DeliveryPipeline | None
    permissions_boundary: str | None
