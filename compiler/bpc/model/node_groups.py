"""Node groups: machines, how many of them, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.node import Data, Node


class Scaling(Node):
    min: int
    desired: int
    max: int

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"desired": data["min"], **data}


class Disk(Node):
    size: int
    type: str


class Taint(Node):
    key: str
    value: str
    effect: str


class Update(Node):
    max_unavailable: int | None
    max_unavailable_percentage: int | None
    strategy: str
    force: bool


class NodeGroup(Node):
    name: str
    type: str
    ami: str
    instance_types: tuple[str, ...]
    capacity: str
    scaling: Scaling
    disk: Disk
    subnets: str
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    update: Update
    repair: bool
    ssm: bool
    tags: Mapping[str, str]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """Nodes live in the private subnets, and where there are none in the public ones."""
        return {**data, "subnets": data.get("subnets") or whole["network"]["topology"].split("-")[-1]}
