"""An HTTP proxy: that machines can be told of it, and of all that they reach without it."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import AddOnRequest, Blueprint, NodeGroup

NO_WAY = rule(
    "BPC475",
    "proxy-cannot-be-told",
    why="Only nodeadm of Amazon Linux 2023 and the settings of Bottlerocket take a proxy to the kubelet and to "
    "containerd before they start (nodeadm, NodeConfig API reference, EnvironmentOptions; Bottlerocket documentation, "
    "settings.network).",
    cure="Use AL2023 or Bottlerocket, and leave their own settings for proxies out.",
)
NOT_TOLD = rule(
    "BPC476",
    "proxy-not-told",
    why="bpc writes no user data for these machines, or their user data is yours, so that network.proxy does not "
    "reach them.",
    cure="Tell them of the proxy where they are configured, or see that they need none.",
    severity="warning",
)
RANGES = rule(
    "BPC477",
    "proxy-ranges-unknown",
    why="Nodes, pods and VPC endpoints are reached without the proxy, so that machines have to know the VPC's ranges.",
    cure="Say network.existing.cidr; with `ipFamily: ipv6`, whose ranges AWS chooses, use no proxy.",
)

TAKES = ("al2023", "bottlerocket")
OWN = ("https-proxy", "no-proxy")  # of Bottlerocket's settings.network


def _ranges(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    at: Path = (*network.at, "proxy")
    if network.ip_family == "ipv6":
        yield RANGES.at(at, "AWS chooses the ranges of an IPv6 cluster, and they are not known before", key=True)
    elif not network.ranges:
        yield RANGES.at(at, "which ranges has the VPC?", "add network.existing.cidr", key=True)


def _groups(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        if group.launch_template:
            said = f"the launch template of {group.name} is yours"
            yield NOT_TOLD.at((*group.at, "launchTemplate"), said, key=True)
        elif group.family not in TAKES:
            yield NO_WAY.at((*group.at, "ami"), f"{group.ami} does not take network.proxy")
        else:
            yield from _own(group)


def _own(group: NodeGroup) -> Iterator[Diagnostic]:
    if group.family == "al2023" and group.bootstrap_command and not group.adds_node_config:
        said = "this takes the place of what would have told nodeadm of the proxy"
        yield NO_WAY.at((*group.at, "bootstrapCommand"), said, "write a NodeConfig", key=True)
    network = group.bottlerocket.settings.get("network") if group.bottlerocket else None
    for key in OWN if group.bottlerocket and isinstance(network, dict) else ():
        if network and key in network:
            assert group.bottlerocket
            at = (*group.bottlerocket.at, "settings", "network", key)
            yield NO_WAY.at(at, f"network.proxy says {key} already", "take one of the two away", key=True)


def _others(blueprint: Blueprint) -> Iterator[Diagnostic]:
    cluster = blueprint.cluster
    if cluster.auto_mode and cluster.auto_mode.node_pools:
        said = "the nodes of EKS's own node pools are not told: only those of nodeClasses are"
        yield NOT_TOLD.at(cluster.auto_mode.at, said, key=True)
    if cluster.remote_network:
        yield NOT_TOLD.at(cluster.remote_network.at, "hybrid nodes are configured where they are", key=True)
    if blueprint.fargate_profiles:
        yield NOT_TOLD.at(("fargateProfiles",), "Fargate pulls images itself, without your proxy", key=True)
    for addon in blueprint.addons:
        if addon.name == "karpenter":
            yield from _classes(addon)


def _classes(addon: AddOnRequest) -> Iterator[Diagnostic]:
    """Karpenter's nodes are told by the EC2NodeClass, unless that has user data of its own."""
    from bpc.kit import karpenter_objects as objects

    for index, one in enumerate(addon.options["nodeClasses"]):
        images = one.get("amiSelectorTerms", [{"alias": "al2023@latest"}])
        if "userData" in one or objects.family(one, images) not in objects.FAMILIES:
            said = f"the user data of {one['name']} is yours"
            yield NOT_TOLD.at((*addon.at, "nodeClasses", index), said, "tell its nodes of the proxy there")


CHECKS = (_ranges, _groups, _others)
