"""The host to work from."""

from __future__ import annotations

from bpc.model.node import Node


class Bastion(Node):
    instance_type: str
    instance_types: tuple[str, ...]
    access: str
    key_name: str | None
    allowed_cidrs: tuple[str, ...]
    os: str
    tools: tuple[str, ...]
    timezone: str
    private_ip: str | None
    user_data: str
