"""What runs in the cluster beside the workloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.node import Node


class AddOnRequest(Node):
    """One key under `addons`. `explicit` is false for a core add-on that the blueprint does not mention."""

    name: str
    explicit: bool
    options: Mapping[str, Any]
