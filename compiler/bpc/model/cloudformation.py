"""How the templates are laid out and written."""

from __future__ import annotations

from bpc.model.node import Node


class CloudFormation(Node):
    layout: str
    format: str
    permissions_boundary: str | None
