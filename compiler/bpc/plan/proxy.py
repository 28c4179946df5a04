"""What machines are told of an HTTP proxy, and what they reach without it.

Without it: the machine itself, the metadata service, the VPC, services and names inside the cluster, the cluster's
private endpoint, and the AWS services that have VPC endpoints (AWS Knowledge Center, How do I set HTTP proxy for
Amazon EKS containerd nodes?). Whoever asks looks at the name, not at the address that it resolves to, so that the
endpoints' names are said one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bpc import facts
from bpc.facts import partitions
from bpc.model import Blueprint

ALWAYS = ("localhost", "127.0.0.1", "169.254.169.254", ".internal", ".svc", ".cluster.local")
# Services whose names in VPC endpoints are not those in the names of their hosts.
HOSTS = {"ecr.api": ("api.ecr",), "ecr.dkr": ("dkr.ecr",), "s3": ("s3", "s3.dualstack")}
DUAL_STACK = ("eks-auth",)  # has names of that kind alone


def environment(blueprint: Blueprint, endpoints: Iterable[str]) -> dict[str, str]:
    """The variables that programs look for; empty where there is no proxy."""
    proxy = blueprint.network.proxy
    if proxy is None:
        return {}
    without = ",".join(dict.fromkeys([*_without(blueprint, endpoints), *proxy.no_proxy]))
    return {"HTTP_PROXY": proxy.http_proxy or proxy.https_proxy, "HTTPS_PROXY": proxy.https_proxy, "NO_PROXY": without}


def _without(blueprint: Blueprint, endpoints: Iterable[str]) -> Iterator[str]:
    yield from ALWAYS
    yield from blueprint.network.ranges
    yield blueprint.cluster.service_cidr
    region = blueprint.metadata.region
    known = facts.region(region)
    suffixes = partitions.suffixes(known.partition if known else "aws")
    if blueprint.cluster.endpoint.is_private:
        yield f".eks.{suffixes.usual}"
    for service in endpoints:
        ending = suffixes.dual_stack if service in DUAL_STACK else suffixes.usual
        yield from (f"{host}.{region}.{ending}" for host in HOSTS.get(service, (service,)))
