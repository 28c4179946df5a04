"""What the compiler knows about AWS and Kubernetes: dated tables, each in a JSON file beside this one.

Every file says when it was true (`asOf`) and where it comes from (`source`). A file is read the first time
somebody asks for it. "Supported" always means supported on `asOf`, never today, so that the same blueprint
gives the same answer on every day.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

from bpc.kit.record import Record

Architecture = Literal["amd64", "arm64"]
Support = Literal["standard", "extended", "ended"]


class Version(Record):
    """A Kubernetes minor on EKS (Amazon EKS user guide, "Understand the Kubernetes version lifecycle").

    The day of `standard_until` or `extended_until` is the first day without that support. `kubectl` and
    `cluster_autoscaler` are empty for a version that has ended.
    """

    released: str
    standard_until: str
    extended_until: str
    kubectl: str
    cluster_autoscaler: str


class Region(Record):
    """A region with an EKS endpoint (AWS Regions and Availability Zones guide; EKS page network-reqs).

    `zones` are the AZ ids we know and `zone_count` how many of them a new account normally sees.
    `no_control_plane` are the AZ ids that EKS refuses for control plane subnets. `lacks` are the
    resource types that CloudFormation does not have there, of those that bpc knows.
    """

    partition: str
    zones: tuple[str, ...]
    zone_count: int
    no_control_plane: tuple[str, ...]
    lacks: tuple[str, ...]

    @property
    def fit(self) -> tuple[str, ...]:
        """The zones where a control plane can live, by id."""
        return tuple(zone for zone in self.zones if zone not in self.no_control_plane)


class Family(Record):
    """A family of EC2 instance types (Amazon EC2 instance types guide, naming conventions).

    `accelerator` is nvidia, neuron, other or empty; `os` is linux or mac.
    """

    architecture: Architecture
    sizes: tuple[str, ...]
    accelerator: str
    os: str


class Image(Record):
    """An image for nodes: its type as EKS names it, and the public SSM parameter that holds the newest one.

    `type` is CUSTOM for what is not EKS's own.
    """

    type: str
    parameter: str


def _read(name: str) -> Mapping[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        document: Mapping[str, Any] = json.load(file)
    return document


@cache
def _text(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()


def entry(name: str, key: str, level: int = 2) -> Any:
    """What a file says of one key, which stands on a line of its own; None where it says nothing.

    The tables are long and a blueprint asks for little of them, so the rest is not parsed.
    """
    text, opening = _text(name), f"\n{'  ' * level}{json.dumps(key)}: "
    begin = text.find(opening)
    if begin < 0:
        return None
    begin += len(opening)
    return json.loads(text[begin : text.index("\n", begin)].rstrip(","))


@cache
def _kubernetes() -> Mapping[str, Any]:
    return _read("kubernetes.json")


def as_of() -> str:
    """The day on which the table of Kubernetes versions was true, as YYYY-MM-DD."""
    return str(_kubernetes()["asOf"])


@cache
def eksctl() -> Mapping[str, Any]:
    """The fields of eksctl's ClusterConfig, and what becomes of each; `bpc.importing.eksctl.table` reads it."""
    return _read("eksctl.json")


@cache
def kubernetes() -> Mapping[str, Version]:
    """Every Kubernetes version we know on EKS, newest first, the ended ones included."""
    return {
        name: Version(
            one["released"],
            one["standardUntil"],
            one["extendedUntil"],
            one.get("kubectl", ""),
            one.get("clusterAutoscaler", ""),
        )
        for name, one in _kubernetes()["versions"].items()
    }


def support(version: str) -> Support | None:
    """How EKS supports a version on `as_of()`; None for a version we do not know."""
    known = kubernetes().get(version)
    if known is None:
        return None
    if as_of() < known.standard_until:
        return "standard"
    return "extended" if as_of() < known.extended_until else "ended"


def supported_versions() -> tuple[str, ...]:
    """The versions a cluster can be created with, newest first."""
    return tuple(name for name in kubernetes() if support(name) != "ended")


def default_version() -> str:
    """The newest version in standard support."""
    return next(name for name in kubernetes() if support(name) == "standard")


@cache
def regions() -> Mapping[str, Region]:
    """The regions with an EKS endpoint, by name."""
    return {name: _region(one) for name, one in _read("regions.json")["regions"].items()}


def _region(one: Mapping[str, Any]) -> Region:
    zones, no_control_plane, lacks = (tuple(one[key]) for key in ("zones", "noControlPlane", "lacks"))
    return Region(one["partition"], zones, one["zoneCount"], no_control_plane, lacks)


@cache
def region(name: str) -> Region | None:
    """One region, or None when EKS has no endpoint there as far as we know."""
    found = entry("regions.json", name)
    return _region(found) if found else None


def isolated(partition: str) -> bool:
    """Whether the partition is one of those without a way to the internet."""
    return partition.startswith("aws-iso")


@cache
def instance_types() -> Mapping[str, Family]:
    """The EC2 instance families, by name: what stands before the dot of an instance type."""
    return {name: _family(one) for name, one in _read("instance-types.json")["families"].items()}


def _family(one: Mapping[str, Any]) -> Family:
    return Family(one["arch"], tuple(one["sizes"]), one.get("accelerator", ""), one.get("os", "linux"))


@cache
def family(instance_type: str) -> Family | None:
    """The family of an instance type such as m7g.large, or None when there is no such type."""
    name, _, size = instance_type.partition(".")
    known = entry("instance-types.json", name)
    return _family(known) if known and size in known["sizes"] else None


def usable_zones(name: str) -> int:
    """In how many zones of a Region a normal account can have a control plane; 0 where we do not know."""
    found = region(name)
    if found is None or not found.zones:
        return 0
    return min(found.zone_count, len(found.fit))


def architecture(instance_type: str) -> Architecture | None:
    """What an instance type runs, as container images name it, or None when there is no such type."""
    known = family(instance_type)
    return known.architecture if known else None


@cache
def offered(region_name: str) -> Mapping[str, frozenset[str]]:
    """The instance families on the price list of a region, and their sizes that are not: a hint, for the list lags."""
    families = (one.partition(":") for one in (entry("instance-regions.json", region_name) or "").split())
    return {family: frozenset(without.split(",")) for family, _, without in families}


@cache
def addon_sources() -> Mapping[str, Sequence[str]]:
    """Who says which version of an EKS add-on goes with a Kubernetes version, and on which day."""
    found: Mapping[str, Sequence[str]] = _read("eks-addons.json")["sources"]
    return found


@cache
def tools() -> Mapping[str, Any]:
    """The command line tools of the bastion host, by name: where they come from and what their digest is."""
    found: Mapping[str, Any] = _read("tools.json")["tools"]
    return found


@cache
def _endpoints() -> Mapping[str, Any]:
    return _read("endpoints.json")


def endpoint_service(service: str, region_name: str, kind: str = "") -> str:
    """The name of an AWS service that a VPC endpoint of a region leads to, such as com.amazonaws.eu-west-1.sts.

    S3, which has endpoints of two kinds, has two names in China.
    """
    found, known = region(region_name), _endpoints()
    prefixed = service in known["withPrefix"] or (service == "s3" and kind == "Interface")
    prefix = known["prefix"].get(found.partition, "") if found and prefixed else ""
    own = known["regional"].get(region_name)
    if own and service in own["services"]:
        return f"{own['prefix']}.{region_name}.{service}"
    return f"{prefix}com.amazonaws.{region_name}.{service}"


def endpoints_called(action: str) -> tuple[str, ...] | None:
    """The endpoints that calls of an IAM action go to; None where there are several to choose from, or none known."""
    calls, service = _endpoints()["calls"], action.partition(":")[0].lower()
    begun = [one for one in calls if ":" in one and action.lower().startswith(one.lower())]
    found = calls.get(max(begun, key=len) if begun else service)
    return None if found is None else tuple(found.split())


def endpoints_of(well_known: str) -> tuple[str, ...]:
    """The endpoints that whoever has a policy of a well-known name calls."""
    return tuple(_endpoints()["wellKnown"].get(well_known, "").split())


def is_gateway_endpoint(service: str) -> bool:
    """Whether routes lead to the endpoint of a service, in place of network interfaces in subnets."""
    return service in _endpoints()["gateways"]


def has_endpoint(service: str, region_name: str) -> bool:
    """Whether a service can have a VPC endpoint in a region; True as well where nothing is known of it."""
    return {region_name, "every"}.isdisjoint(_endpoints()["lacks"].get(service, ()))


def known_endpoints() -> set[str]:
    """The services that the facts about VPC endpoints name; AWS has others."""
    return {*" ".join((it := _endpoints())["calls"].values()).split(), *it["withPrefix"], *it["lacks"], *it["policies"]}


def endpoint_policy_prefix(service: str) -> str:
    """What IAM calls a service whose endpoint can have a policy for the identities of an account; empty for others."""
    return str(_endpoints()["policies"].get(service, ""))


@cache
def _images() -> Mapping[str, Any]:
    return _read("node-images.json")


def node_images(ami: str) -> Mapping[str, Mapping[str, Image]]:
    """The images of an operating system by architecture and variant."""
    found = _images()["images"][ami]
    return {arch: {name: Image(*one) for name, one in variants.items()} for arch, variants in found.items()}


def node_image_versions(ami: str) -> tuple[str, str]:
    """The first and the last Kubernetes version with images of an operating system; empty where there is no bound."""
    return _images()["since"].get(ami, ""), _images()["until"].get(ami, "")
