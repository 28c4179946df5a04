"""The Plan: all that stacks and manifests are made from, with every decision taken."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.addon import AddOn, Context
from bpc.kit.naming import logical_id, stack_name
from bpc.kit.record import Record
from bpc.model import AddOnRequest, Blueprint, NodeGroup
from bpc.plan.subnets import Subnet


class PlannedGroup(Record):
    """A node group with what follows from its instance types.

    `image` is the id of an image or the name of an SSM parameter, and empty where EKS chooses by `ami_type`.
    """

    node_group: NodeGroup
    id: str
    version: str
    ami_type: str
    image: str
    tags: Mapping[str, str]


class PlannedAddOn(Record):
    """An add-on with its source decided."""

    entry: type[AddOn]
    request: AddOnRequest
    source: str
    context: Context

    @property
    def id(self) -> str:
        return logical_id(self.entry.name)


class Plan(Record):
    """All that stacks and manifests are made from."""

    blueprint: Blueprint
    partition: str
    subnets: tuple[Subnet, ...]
    node_groups: tuple[PlannedGroup, ...]
    addons: tuple[PlannedAddOn, ...]
    endpoints: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.blueprint.metadata.name

    @property
    def region(self) -> str:
        return self.blueprint.metadata.region

    def stack_name(self, stack: str) -> str:
        return stack_name(self.name, stack)

    def first_in_zones(self, kind: str) -> list[Subnet]:
        """One subnet of a kind in each zone, for what takes no more."""
        first = {one.place: one for one in reversed(self.subnets_of(kind))}
        return [one for one in self.subnets_of(kind) if first[one.place] is one]

    def subnets_of(self, kind: str) -> list[Subnet]:
        return [subnet for subnet in self.subnets if subnet.kind == kind]
