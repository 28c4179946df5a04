"""The blueprint, typed and frozen: what every later stage reads instead of raw data.

`build` cannot fail for data that `schema.accept` filled in. Every node that a check may point at knows its path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bpc import facts
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


Data = Mapping[str, Any]


def camel(name: str) -> str:
    """The key of a field: `key_name` is written keyName."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _node(kind: Any, at: Path, data: Data, **given: Any) -> Any:
    """A node whose fields are the data's keys, save those that are given ready-made."""
    values = (
        at if field == "at" else given[field] if field in given else _frozen(data.get(camel(field)))
        for field in kind._fields
    )
    return kind(*values)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def build(data: Data, written: Data, environment: str, account: str | None) -> Blueprint:
    """The blueprint of one environment, from filled data; `written` is the same before defaults came in."""
    network = _network(data["network"])
    return Blueprint(
        at=(),
        environment=environment,
        account=account,
        metadata=_node(Metadata, ("metadata",), data["metadata"]),
        cloudformation=_node(CloudFormation, ("cloudformation",), data["cloudformation"]),
        network=network,
        bastion=_bastion(data),
        cluster=_cluster(data["cluster"]),
        node_groups=tuple(
            _node_group(one, ("nodeGroups", index), network) for index, one in enumerate(data["nodeGroups"])
        ),
        fargate_profiles=tuple(
            _fargate_profile(one, ("fargateProfiles", index)) for index, one in enumerate(data["fargateProfiles"])
        ),
        addons=tuple(
            AddOnRequest(("addons", name), name, name in written.get("addons", {}), options)
            for name, options in sorted(data["addons"].items())
        ),
        overrides=tuple(
            _node(Override, ("overrides", "cloudformation", index), one)
            for index, one in enumerate(data["overrides"]["cloudformation"])
        ),
    )


def _network(data: Data) -> Network:
    at: Path = ("network",)
    subnets = _node(Subnets, (*at, "subnets"), data["subnets"])
    nat = data.get("nat") or ("single" if data["topology"] == "public-private" else "none")
    network: Network = _node(Network, at, data, subnets=subnets, nat=nat)
    return network


def _bastion(data: Data) -> Bastion | None:
    if not data.get("bastion", {}).get("enabled"):
        return None
    bastion: Bastion = _node(Bastion, ("bastion",), data["bastion"])
    return bastion


def _cluster(data: Data) -> Cluster:
    at: Path = ("cluster",)
    cluster: Cluster = _node(
        Cluster,
        at,
        data,
        version=data.get("version") or facts.default_version(),
        endpoint=_node(Endpoint, (*at, "endpoint"), data["endpoint"]),
        logging=_node(Logging, (*at, "logging"), data["logging"]),
        secrets_encryption=_node(SecretsEncryption, (*at, "secretsEncryption"), data["secretsEncryption"]),
        access=tuple(_access(one, (*at, "access", index)) for index, one in enumerate(data["access"])),
    )
    return cluster


def _access(data: Data, at: Path) -> Access:
    policies = []
    for index, one in enumerate(data["policies"]):
        place = (*at, "policies", index)
        policies.append(AccessPolicy(place, one["policy"], _node(Scope, (*place, "scope"), one["scope"])))
    access: Access = _node(Access, at, data, policies=tuple(policies))
    return access


def _node_group(data: Data, at: Path, network: Network) -> NodeGroup:
    scaling = data["scaling"]
    group: NodeGroup = _node(
        NodeGroup,
        at,
        data,
        scaling=_node(Scaling, (*at, "scaling"), scaling, desired=scaling.get("desired", scaling["min"])),
        disk=_node(Disk, (*at, "disk"), data["disk"]),
        taints=tuple(_node(Taint, (*at, "taints", index), one) for index, one in enumerate(data["taints"])),
        update=_node(Update, (*at, "update"), data["update"]),
        subnets=data.get("subnets") or network.kinds[-1],
    )
    return group


def _fargate_profile(data: Data, at: Path) -> FargateProfile:
    selectors = tuple(
        _node(Selector, (*at, "selectors", index), one) for index, one in enumerate(data["selectors"])
    )
    profile: FargateProfile = _node(FargateProfile, at, data, selectors=selectors)
    return profile
