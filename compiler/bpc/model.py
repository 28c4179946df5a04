"""The blueprint, typed and frozen: what every later stage reads instead of raw data.

Field for field what `schemas/` accepts, which a test holds it to. Every node knows its path in the document, so
that a check can point at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.diagnostics import Path
from bpc.kit.record import Record


class Metadata(Record):
    at: Path
    name: str
    region: str
    tags: Mapping[str, str]


class CloudFormation(Record):
    at: Path
    layout: str
    format: str
    permissions_boundary: str | None


class Subnets(Record):
    at: Path
    public: tuple[str, ...]
    private: tuple[str, ...]


class Network(Record):
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


class Bastion(Record):
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


class Endpoint(Record):
    at: Path
    access: str
    public_cidrs: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        return self.access != "private"

    @property
    def is_private(self) -> bool:
        return self.access != "public"


class Logging(Record):
    at: Path
    types: tuple[str, ...]
    retention_days: int


class SecretsEncryption(Record):
    at: Path
    enabled: bool
    key_arn: str | None


class Scope(Record):
    at: Path
    type: str
    namespaces: tuple[str, ...]


class AccessPolicy(Record):
    at: Path
    policy: str
    scope: Scope


class Access(Record):
    at: Path
    principal: str
    username: str | None
    groups: tuple[str, ...]
    policies: tuple[AccessPolicy, ...]


class Cluster(Record):
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


class Scaling(Record):
    at: Path
    min: int
    desired: int
    max: int


class Disk(Record):
    at: Path
    size: int
    type: str


class Taint(Record):
    at: Path
    key: str
    value: str
    effect: str


class Update(Record):
    at: Path
    max_unavailable: int | None
    max_unavailable_percentage: int | None
    strategy: str
    force: bool


class NodeGroup(Record):
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


class Selector(Record):
    at: Path
    namespace: str
    labels: Mapping[str, str]


class FargateProfile(Record):
    at: Path
    name: str
    selectors: tuple[Selector, ...]
    tags: Mapping[str, str]


class AddOnRequest(Record):
    """One key under `addons`. `explicit` is false for a core add-on that the blueprint does not mention."""

    at: Path
    name: str
    explicit: bool
    options: Mapping[str, Any]


class Override(Record):
    at: Path
    stack: str
    patch: tuple[Mapping[str, Any], ...]


class Blueprint(Record):
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
