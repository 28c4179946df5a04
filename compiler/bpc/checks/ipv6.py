"""IPv6: a range from one place, and a cluster whose nodes and pods can have its addresses."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.checks.cluster import DEFAULT_SERVICE_CIDR
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint

# What EC2 still has without the Nitro System (Amazon EC2 User Guide, Instances built on the AWS Nitro System).
WITHOUT_NITRO = "c1 c3 c4 d2 f1 g3 g3s h1 i2 i3 m1 m2 m3 m4 p2 p3 r3 r4 t1 t2 x1 x1e".split()

RANGE = rule(
    "BPC395",
    "ipv6-range",
    why="The VPC's IPv6 range is Amazon's, or one of yours from a pool that AWS has brought in (Amazon VPC User Guide, "
    "IPv6 VPC CIDR blocks).",
    cure="Use `autoAllocate: true` alone, or `cidr` and `pool` together.",
)
PODS = rule(
    "BPC396",
    "ipv6-and-pod-subnets",
    why="Custom networking is for IPv4; with IPv6 pods have addresses enough (Amazon EKS User Guide, Learn about IPv6 "
    "addresses to clusters, Pods, and services).",
    cure="Take the subnets for pods away, or use `ipFamily: ipv4`.",
)
MACHINES = rule(
    "BPC397",
    "ipv6-needs-nitro",
    why="In an IPv6 cluster nodes are Linux machines on the Nitro System (Amazon EKS User Guide, Learn about IPv6 "
    "addresses to clusters, Pods, and services).",
    cure="Use other instance types, and Linux.",
)
SERVICES = rule(
    "BPC398",
    "ipv6-service-cidr",
    why="EKS chooses the range of services of an IPv6 cluster from the unique local addresses.",
    cure="Take serviceCidr away.",
)


def _range(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network, wanted = blueprint.network, blueprint.network.ipv6
    if wanted.cidr and not wanted.pool:
        yield RANGE.at((*wanted.at, "cidr"), "which pool is this range from?", "add pool", key=True)
    if wanted.pool and not wanted.cidr:
        yield RANGE.at((*wanted.at, "pool"), "which range of this pool?", "add cidr", key=True)
    at: Path = (*wanted.at, "autoAllocate")
    if wanted.cidr and wanted.auto_allocate:
        yield RANGE.at(at, "there are two ranges: Amazon's, and the one in cidr", "keep one", key=True)
    if wanted.auto_allocate is False and not wanted.cidr and network.ip_family == "ipv6":
        yield RANGE.at(at, "a cluster of the family ipv6 needs a range", "take this away, or give cidr and pool")


def _cluster(blueprint: Blueprint) -> Iterator[Diagnostic]:
    network, cluster = blueprint.network, blueprint.cluster
    if network.ip_family == "ipv4":
        return
    if network.has_pod_subnets:
        at: Path = (*network.at, "ipFamily")
        yield PODS.at(at, "subnets for pods alone are for the family ipv4", "take them away")
    if cluster.service_cidr != DEFAULT_SERVICE_CIDR:
        said = "this is a range of IPv4, and services have addresses of IPv6"
        yield SERVICES.at((*cluster.at, "serviceCidr"), said, "take it away", key=True)
    for group in blueprint.node_groups:
        if group.family == "windows":
            yield MACHINES.at((*group.at, "ami"), f"{group.ami} knows no IPv6 pods", "use AL2023 or Bottlerocket")
        for index, one in enumerate(group.instance_types):
            if one.partition(".")[0] in WITHOUT_NITRO and not one.endswith(".metal"):
                said = f"{one} is not built on the Nitro System"
                yield MACHINES.at((*group.at, "instanceTypes", index), said, "use a newer family")


CHECKS = (_range, _cluster)
