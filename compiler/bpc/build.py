"""Filled data becomes a Blueprint. This cannot fail for what `schema.accept` let through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc import facts
from bpc.diagnostics import Path
from bpc.model import (
    Access,
    AccessPolicy,
    AddOnRequest,
    Bastion,
    Blueprint,
    CloudFormation,
    Cluster,
    Disk,
    Endpoint,
    FargateProfile,
    Logging,
    Metadata,
    Network,
    NodeGroup,
    Override,
    Scaling,
    Scope,
    SecretsEncryption,
    Selector,
    Subnets,
    Taint,
    Update,
)

Data = Mapping[str, Any]

ZONES = 3  # how many, where the blueprint does not say


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


def blueprint(data: Data, written: Data, environment: str, account: str | None) -> Blueprint:
    """The blueprint of one environment, from filled data; `written` is the same before defaults came in."""
    network = _network(data["network"], data["metadata"]["region"])
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


def _network(data: Data, region: str) -> Network:
    at: Path = ("network",)
    subnets = _node(Subnets, (*at, "subnets"), data["subnets"])
    nat = data.get("nat") or ("single" if data["topology"] == "public-private" else "none")
    zones = _frozen(data.get("availabilityZones")) or min(ZONES, facts.usable_zones(region) or ZONES)
    network: Network = _node(Network, at, data, subnets=subnets, nat=nat, availability_zones=zones)
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
    selectors = tuple(_node(Selector, (*at, "selectors", index), one) for index, one in enumerate(data["selectors"]))
    profile: FargateProfile = _node(FargateProfile, at, data, selectors=selectors)
    return profile
