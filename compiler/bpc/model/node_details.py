"""Parts of a node group that few node groups have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.node import Node


class Bottlerocket(Node):
    settings: Mapping[str, Any]
    admin_container: bool
