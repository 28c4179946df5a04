"""A VPC that is there already: nothing is asked of it that only a new one could have."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.checks.network import ONE_ZONE, SUBNET_KIND
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, Network

NOT_OURS = rule(
    "BPC389",
    "existing-network-is-not-made",
    why="With `existing`, bpc makes no VPC, no subnets and no gateways, and changes none that are there.",
    cure="Take the setting away, or `existing`.",
)


def _made(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    for key, asked in _settings(network):
        if asked:
            said = f"{key} is for a network that bpc makes, and this one exists"
            yield NOT_OURS.at((*network.at, key), said, "take it away", key=True)


def _settings(network: Network) -> Iterator[tuple[str, object]]:
    yield "cidr", network.cidr
    yield "secondaryCidrs", network.secondary_cidrs
    existing = network.existing
    yield "availabilityZones", network.availability_zones and not (existing and existing.pod_subnet_ids)
    yield "localZones", network.local_zones
    yield "ipv6", network.ipv6.auto_allocate is not None or network.ipv6.cidr or network.ipv6.pool
    yield "hostnameType", network.hostname_type != "ip-name"
    yield "nat", network.nat != "none"
    yield "eipAllocationIds", network.eip_allocation_ids
    yield "subnetTags", network.subnet_tags.public or network.subnet_tags.private
    yield "karpenterDiscovery", network.karpenter_discovery
    yield "transitGateway", network.transit_gateway
    yield "vpnGateway", network.vpn_gateway
    subnets = network.subnets
    several = (
        subnets.per_zone.public + subnets.per_zone.private > 2
        or subnets.per_zone.control_plane
        or subnets.per_zone.pods
    )
    sizes = (subnets.prefix.public, subnets.prefix.private, subnets.prefix.control_plane, subnets.prefix.pods)
    yield "subnets", subnets.public or subnets.private or subnets.control_plane or subnets.pods or several or any(sizes)


def _subnets(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network, existing = blueprint.network, blueprint.network.existing
    if not existing:
        return
    given = {"public": existing.public_subnet_ids, "private": existing.private_subnet_ids}
    for kind, ids in given.items():
        if ids and kind not in network.kinds:
            said = f"the topology {network.topology} has no {kind} subnets"
            yield SUBNET_KIND.at((*existing.at, f"{kind}SubnetIds"), said, "take these away", key=True)
    key = "controlPlaneSubnetIds" if existing.control_plane_subnet_ids else f"{network.kinds[-1]}SubnetIds"
    ids = existing.control_plane_subnet_ids or given[network.kinds[-1]]
    # What is on an Outpost is in the one zone that the Outpost hangs on.
    if len(ids) == 1 and not blueprint.cluster.outpost:
        said = "the control plane needs subnets in two zones, and this is one"
        yield ONE_ZONE.at((*existing.at, key), said, "add one in another zone", key=True)


CHECKS = (_made, _subnets)
