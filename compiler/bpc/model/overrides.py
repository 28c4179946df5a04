"""The way out, for what no field covers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.node import Node


class Override(Node):
    stack: str
    patch: tuple[Mapping[str, Any], ...]


class Overrides(Node):
    resources: Mapping[str, Mapping[str, Any]]
    cloudformation: tuple[Override, ...]
