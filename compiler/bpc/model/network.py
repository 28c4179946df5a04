"""The VPC, its zones and its subnets."""

from __future__ import annotations

from bpc import facts
from bpc.model.node import Data, Node

ZONES = 3  # how many, where the blueprint does not say


class Subnets(Node):
    public: tuple[str, ...]
    private: tuple[str, ...]


class Network(Node):
    topology: str
    cidr: str
    availability_zones: int | tuple[str, ...]
    subnets: Subnets
    nat: str

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        nat = data.get("nat") or ("single" if data["topology"] == "public-private" else "none")
        zones = data.get("availabilityZones") or min(ZONES, facts.usable_zones(whole["metadata"]["region"]) or ZONES)
        return {**data, "nat": nat, "availabilityZones": zones}

    @property
    def zone_count(self) -> int:
        zones = self.availability_zones
        return zones if isinstance(zones, int) else len(zones)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of subnets that the topology has, public ones first."""
        return tuple(self.topology.split("-"))
