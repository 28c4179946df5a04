"""Domains of Amazon OpenSearch Service: their nodes by the hour, and the volumes of the data nodes.

Source: AWS CloudFormation, AWS::OpenSearchService::Domain ClusterConfig and EBSOptions. An instance of a domain has a
price of its own, which is not that of EC2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.costs.line import Line, steady
from bpc.facts.prices import instance, price

DOMAIN = "AWS::OpenSearchService::Domain"
# What nodes of each kind are called, their type, how many there are, and what says that there are any.
KINDS = (
    ("OpenSearch data nodes", "InstanceType", "InstanceCount", ""),
    ("OpenSearch dedicated masters", "DedicatedMasterType", "DedicatedMasterCount", "DedicatedMasterEnabled"),
    ("OpenSearch warm nodes", "WarmType", "WarmCount", "WarmEnabled"),
)


def lines(made: list[tuple[str, dict[str, Any]]], region: str) -> Iterator[Line]:
    """Of each domain."""
    for kind, one in made:
        if kind == DOMAIN:
            cluster = one.get("ClusterConfig", {})
            yield from _nodes(cluster, region)
            yield from _volumes(one.get("EBSOptions", {}), int(cluster.get("InstanceCount", 1)), region)


def _nodes(cluster: dict[str, Any], region: str) -> Iterator[Line]:
    for name, key, number, flag in KINDS:
        if flag and not cluster.get(flag):
            continue
        size = str(cluster.get(key, "its default"))
        found = instance(size, region)
        yield steady(f"{name}: {size}", found, int(cluster.get(number, 1)), "" if found else f"no price for {region}")


def _volumes(disk: dict[str, Any], count: int, region: str) -> Iterator[Line]:
    if disk.get("EBSEnabled") and "VolumeSize" in disk:
        size, kind = int(disk["VolumeSize"]), str(disk.get("VolumeType", "gp2"))
        found = price(f"opensearch volume {kind}", region)
        why = "" if found else f"no price for {region}"
        yield steady(f"OpenSearch volumes: {size} GiB of {kind}", found, size * count, why)
