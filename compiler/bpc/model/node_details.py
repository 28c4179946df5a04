"""Parts of a node group that few node groups have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.node import Node, Reference


class Bottlerocket(Node):
    settings: Mapping[str, Any]
    admin_container: bool


class MetadataOptions(Node):
    http_tokens: str
    http_put_response_hop_limit: int


class CapacityReservation(Node):
    preference: str | None
    id: str | None
    resource_group_arn: str | None


class Ssh(Node):
    key_name: str
    source_security_group_ids: tuple[Reference, ...]


class Placement(Node):
    group_name: str | None
    strategy: str | None
    spread_level: str | None
    partition_count: int | None


class LaunchTemplate(Node):
    """One that is there already."""

    id: Reference
    version: str | None
    has_image: bool


class RepairOverride(Node):
    condition: str
    reason: str
    wait_minutes: int
    action: str
