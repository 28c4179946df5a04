"""The VPC, its zones and its subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpc import facts
from bpc.model.node import Data, Node, Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpc.model.existing import Existing
    from bpc.model.network_details import FlowLogs, Proxy, TransitGateway, VpnGateway

PRIVATE_CLUSTER = "private-cluster"  # the endpoints that the rest of the blueprint needs
EVERYWHERE = "0.0.0.0/0"
ZONES = 3  # how many, where the blueprint does not say
CIDR = "192.168.0.0/16"
LISTS = ("public", "private", "controlPlane", "pods")


class SubnetRange(Node):
    """A subnet as the blueprint gives it: a range, and what else it says of it."""

    cidr: str
    availability_zone: str | None
    tags: Mapping[str, str]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"tags": {}, **data}


class Ipv6(Node):
    auto_allocate: bool | None
    cidr: str | None
    pool: str | None


class PerZone(Node):
    public: int
    private: int
    control_plane: int
    pods: int


class Prefix(Node):
    public: int | None
    private: int | None
    control_plane: int | None
    pods: int | None


class Subnets(Node):
    public: tuple[SubnetRange, ...]
    private: tuple[SubnetRange, ...]
    control_plane: tuple[SubnetRange, ...]
    pods: tuple[SubnetRange, ...]
    per_zone: PerZone
    prefix: Prefix

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """A range alone is short for a mapping that has nothing else."""
        long = {key: [{"cidr": one} if isinstance(one, str) else one for one in data[key]] for key in LISTS}
        return {**data, **long}


class SubnetTags(Node):
    public: Mapping[str, str]
    private: Mapping[str, str]


class Network(Node):
    """`cidr` is empty, and there are no zones, where the VPC is there already and nothing was said of them."""

    topology: str
    cidr: str
    secondary_cidrs: tuple[str, ...]
    availability_zones: int | tuple[str, ...]
    local_zones: tuple[str, ...]
    subnets: Subnets
    hostname_type: str
    ip_family: str
    ipv6: Ipv6
    existing: Existing | None
    endpoints: tuple[str, ...]
    endpoint_policy: str
    flow_logs: FlowLogs | None
    proxy: Proxy | None
    eip_allocation_ids: tuple[Reference, ...]
    subnet_tags: SubnetTags
    karpenter_discovery: bool | str
    transit_gateway: TransitGateway | None
    vpn_gateway: VpnGateway | None
    nat: str

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        data = {**data, "endpoints": _endpoints(data)}
        if data.get("existing") is not None:
            return {"cidr": "", "nat": "none", "availabilityZones": (), **data}
        nat = "single" if data["topology"] == "public-private" else "none"
        region = whole["metadata"]["region"]
        zones: Any = _zones(data) or min(ZONES, facts.usable_zones(region) or ZONES)
        return {"cidr": CIDR, "nat": nat, "availabilityZones": zones, **data}

    @property
    def zone_count(self) -> int:
        zones = self.availability_zones
        return zones if isinstance(zones, int) else len(zones)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of subnets that the topology has, public ones first."""
        return tuple(self.topology.split("-"))

    @property
    def ranges(self) -> tuple[str, ...]:
        """The ranges of the VPC, as far as they are known."""
        if self.existing:
            return (self.existing.cidr,) if self.existing.cidr else ()
        return (self.cidr, *self.secondary_cidrs)

    @property
    def has_ipv6(self) -> bool:
        """Whether the VPC that is made has an IPv6 range."""
        return self.ip_family == "ipv6" or bool(self.ipv6.auto_allocate or self.ipv6.cidr)

    @property
    def has_pod_subnets(self) -> bool:
        """Whether pods have subnets of their own."""
        existing = self.existing.pod_subnet_ids if self.existing else ()
        return bool(self.subnets.pods or self.subnets.per_zone.pods or existing)

    @property
    def private_reaches_aws(self) -> bool:
        """Whether private subnets have a way to AWS: NAT, VPC endpoints, or what a VPC of yours has.

        Whoever takes the endpoints out of a network without internet has them elsewhere.
        """
        return bool(
            self.existing or self.nat != "none" or self.endpoints or self.topology == "private" or self.is_attached
        )

    @property
    def is_attached(self) -> bool:
        """Whether there are ways to other networks."""
        return bool(self.transit_gateway or self.vpn_gateway)

    @property
    def has_extras(self) -> bool:
        """Whether addresses or tags are given for what is made."""
        return bool(self.eip_allocation_ids or self.subnet_tags.public or self.subnet_tags.private)

    @property
    def has_internet(self) -> bool:
        """Whether anything in the network has a way to the internet."""
        gateway = self.transit_gateway
        return self.topology != "private" or (gateway is not None and EVERYWHERE in gateway.routes)


def _endpoints(data: Data) -> tuple[str, ...]:
    """A word alone is short for a list of it; without internet, the nodes' AWS services are there anyway."""
    usual = data["topology"] == "private" and data.get("existing") is None
    given = data.get("endpoints", [PRIVATE_CLUSTER] if usual else [])
    return (given,) if isinstance(given, str) else tuple(given)


def _zones(data: Data) -> tuple[str, ...]:
    """The zones that the subnets name, where they do."""
    given: list[Any] = [one for key in LISTS for one in data["subnets"][key] if isinstance(one, dict)]
    named = [one["availabilityZone"] for one in given if "availabilityZone" in one]
    return tuple(dict.fromkeys(zone for zone in named if zone not in data["localZones"]))
