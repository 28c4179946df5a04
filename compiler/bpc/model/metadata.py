"""What the platform is called and where it lives."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.node import Node


class Metadata(Node):
    name: str
    region: str
    tags: Mapping[str, str]
