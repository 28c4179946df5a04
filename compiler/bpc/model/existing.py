"""A VPC that is there already."""

from __future__ import annotations

from bpc.model.node import Node, Reference


class Existing(Node):
    """What is not given is asked for when a stack that needs it is created."""

    vpc_id: Reference | None
    cidr: str | None
    public_subnet_ids: tuple[Reference, ...]
    private_subnet_ids: tuple[Reference, ...]
    control_plane_subnet_ids: tuple[Reference, ...]
    pod_subnet_ids: tuple[Reference, ...]
    private_route_table_ids: tuple[Reference, ...]
