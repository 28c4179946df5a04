"""A local cluster on an Outpost."""

from __future__ import annotations

from bpc.model.node import Node


class ControlPlanePlacement(Node):
    group_name: str | None
    spread_level: str | None


class EtcdPlacement(Node):
    spread_level: str


class Outpost(Node):
    arn: str
    control_plane_instance_type: str
    etcd_instance_type: str | None
    placement: ControlPlanePlacement | None
    etcd_placement: EtcdPlacement | None
