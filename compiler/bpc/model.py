"""The blueprint, typed and frozen: what every later stage reads instead of raw data.

Field for field what `schemas/` accepts, which a test holds it to. Every node knows its path in the document, so
that a check can point at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bpc.diagnostics import Path


class Metadata(NamedTuple):
    at: Path
    name: str
    region: str
    tags: Mapping[str, str]


class CloudFormation(NamedTuple):
    at: Path
    layout: str
    format: str
    permissions_boundary: str | None


class Subnets(NamedTuple):
    at: Path
    public: tuple[str, ...]
    private: tuple[str, ...]


class Network(NamedTuple):
    at: Path
    topology: str
    cidr: str
    availability_zones: int | tuple[str, ...]
    subnets: Subnets
    nat: str

    @property
    def zone_count(self) -> int:
        zones = self.availability_zones
        return zones if isinstance(zones, int) else len(zones)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of subnets that the topology has, public ones first."""
        return tuple(self.topology.split("-")) if "-" in self.topology else (self.topology,)


class Bastion(NamedTuple):
    at: Path
    enabled: bool
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


class Endpoint(NamedTuple):
    at: Path
    access: str
    public_cidrs: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        return self.access != "private"

    @property
    def is_private(self) -> bool:
        return self.access != "public"


class Logging(NamedTuple):
    at: Path
    types: tuple[str, ...]
    retention_days: int


class SecretsEncryption(NamedTuple):
    at: Path
    enabled: bool
    key_arn: str | None


class Scope(NamedTuple):
    at: Path
    type: str
    namespaces: tuple[str, ...]


class AccessPolicy(NamedTuple):
    at: Path
    policy: str
    scope: Scope


class Access(NamedTuple):
    at: Path
    principal: str
    username: str | None
    groups: tuple[str, ...]
    policies: tuple[AccessPolicy, ...]


class Cluster(NamedTuple):
    at: Path
    version: str
    endpoint: Endpoint
    logging: Logging
    secrets_encryption: SecretsEncryption
    upgrade_policy: str
    deletion_protection: bool
    service_cidr: str
    authentication: str
    bootstrap_cluster_creator_admin_permissions: bool
    access: tuple[Access, ...]


class Scaling(NamedTuple):
    at: Path
    min: int
    desired: int
    max: int


class Disk(NamedTuple):
    at: Path
    size: int
    type: str


class Taint(NamedTuple):
    at: Path
    key: str
    value: str
    effect: str


class Update(NamedTuple):
    at: Path
    max_unavailable: int | None
    max_unavailable_percentage: int | None
    strategy: str
    force: bool


class NodeGroup(NamedTuple):
    at: Path
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


class Selector(NamedTuple):
    at: Path
    namespace: str
    labels: Mapping[str, str]


class FargateProfile(NamedTuple):
    at: Path
    name: str
    selectors: tuple[Selector, ...]
    tags: Mapping[str, str]


class AddOnRequest(NamedTuple):
    """One key under `addons`. `explicit` is false for a core add-on that the blueprint does not mention."""

    at: Path
    name: str
    explicit: bool
    options: Mapping[str, Any]


class Override(NamedTuple):
    at: Path
    stack: str
    patch: tuple[Mapping[str, Any], ...]


class Blueprint(NamedTuple):
    """One platform in one place: the blueprint with an environment's `with:` merged over it."""

    at: Path
    environment: str
    account: str | None
    metadata: Metadata
    cloudformation: CloudFormation
    network: Network
    bastion: Bastion | None
    cluster: Cluster
    node_groups: tuple[NodeGroup, ...]
    fargate_profiles: tuple[FargateProfile, ...]
    addons: tuple[AddOnRequest, ...]
    overrides: tuple[Override, ...]
