"""Local clusters on Outposts: what EKS does not do there, and what belongs together.

Amazon EKS User Guide, Local clusters for Amazon EKS on AWS Outposts; Amazon EKS API Reference, OutpostConfigRequest.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint, Cluster, Outpost

NOT_THERE = rule(
    "BPC767",
    "not-on-outpost",
    why="A local cluster runs on the Outpost alone, without much of what EKS has in a Region (Amazon EKS User Guide, "
    "Local clusters for Amazon EKS on AWS Outposts).",
    cure="Take it away, or make a cluster in the Region whose nodeGroups[].subnets are on the Outpost.",
)
NEEDS_SUBNETS = rule(
    "BPC768",
    "outpost-needs-subnets",
    why="The subnets of an Outpost hang on its local gateway, which is set up with it; bpc makes none there.",
    cure="Name the VPC and its subnets on the Outpost in network.existing.",
)
AUTHENTICATION = rule(
    "BPC769",
    "outpost-authentication",
    why="With etcd on machines of its own a local cluster has access entries; without, it has the aws-auth ConfigMap "
    "alone, which bpc does not write. Elsewhere access entries are always there.",
    cure="Use what the message names.",
)
TOGETHER = rule(
    "BPC770",
    "outpost-placement",
    why="Machines of etcd's own are spread by a level, those of both together by a placement group.",
    cure="Add etcdInstanceType, or take the other away.",
)


def _absent(blueprint: Blueprint) -> Iterator[Diagnostic]:
    if blueprint.cluster.outpost:
        for at, what in _found(blueprint):
            yield NOT_THERE.at(at, f"a local cluster has no {what}", key=True)


def _found(blueprint: Blueprint) -> Iterator[tuple[Path, str]]:
    """What the blueprint wants, or does not say no to, and a local cluster does not have."""
    yield from _of_cluster(blueprint.cluster)
    if blueprint.network.ip_family == "ipv6":
        yield (*blueprint.network.at, "ipFamily"), "IPv6"
    if blueprint.fargate_profiles:
        yield ("fargateProfiles",), "Fargate"
    for group in blueprint.node_groups:
        if group.type == "managed":
            yield (*group.at, "type"), "managed node groups: use `type: self-managed`"
        for disk in (group.disk, *group.volumes):
            if disk.type != "gp2":
                yield (*disk.at, "type"), "volumes but gp2"


def _of_cluster(cluster: Cluster) -> Iterator[tuple[Path, str]]:
    at = cluster.at
    if cluster.secrets_encryption.enabled:
        yield cluster.secrets_encryption.at, "envelope encryption: say `secretsEncryption: {enabled: false}`"
    if cluster.endpoint.is_public:
        yield (*cluster.endpoint.at, "access"), "public endpoint"
    absent = {
        "vpcResourceController": (cluster.vpc_resource_controller, "security groups for pods"),
        "autoMode": (cluster.auto_mode, "EKS Auto Mode"),
        "capabilities": (cluster.capabilities, "EKS capabilities"),
        "oidcIdentityProvider": (cluster.oidc_identity_provider, "identity provider of yours"),
        "remoteNetwork": (cluster.remote_network, "hybrid nodes"),
        "controlPlaneTier": (
            cluster.control_plane_tier != "standard",
            "tier: its machines are those of controlPlaneInstanceType",
        ),
        "bootstrapClusterCreatorAdminPermissions": (
            not cluster.bootstrap_cluster_creator_admin_permissions,
            "other first administrator than its creator",
        ),
    }
    yield from (((*at, key), what) for key, (wanted, what) in absent.items() if wanted)


def _network(blueprint: Blueprint) -> Iterator[Diagnostic]:
    if blueprint.cluster.outpost and not blueprint.network.existing:
        yield NEEDS_SUBNETS.at(("cluster", "outpost"), "there is no network.existing", "add it", key=True)


def _authentication(blueprint: Blueprint) -> Iterator[Diagnostic]:
    cluster = blueprint.cluster
    at: Path = (*cluster.at, "authentication")
    old = cluster.authentication == "config-map"
    if cluster.outpost is None or cluster.outpost.etcd_instance_type:
        if old:
            yield AUTHENTICATION.at(at, "here are access entries", "use api, or api-and-config-map")
        return
    if not old:
        yield AUTHENTICATION.at(at, "without etcdInstanceType there are no access entries", "use config-map")
    elif cluster.access:
        yield AUTHENTICATION.at(
            (*cluster.at, "access"), "there are no access entries", "add etcdInstanceType", key=True
        )
    elif blueprint.principals:
        yield AUTHENTICATION.at(blueprint.principals[0][0], "there are no access entries", "add etcdInstanceType")
    if blueprint.node_groups:
        yield AUTHENTICATION.at(
            ("nodeGroups",), "nodes join by an access entry, and there are none", "add etcdInstanceType", key=True
        )


def _placement(blueprint: Blueprint) -> Iterator[Diagnostic]:
    outpost: Outpost | None = blueprint.cluster.outpost
    if outpost is None:
        return
    etcd = outpost.etcd_instance_type
    if outpost.etcd_placement and not etcd:
        yield TOGETHER.at(outpost.etcd_placement.at, "etcd has no machines of its own", key=True)
    if outpost.placement and outpost.placement.spread_level and not etcd:
        yield TOGETHER.at((*outpost.placement.at, "spreadLevel"), "this goes with etcdInstanceType", key=True)
    if outpost.placement and outpost.placement.group_name and etcd:
        yield TOGETHER.at((*outpost.placement.at, "groupName"), "this does not go with etcdInstanceType", key=True)


CHECKS = (_absent, _network, _authentication, _placement)
