"""A search domain: what Amazon OpenSearch Service would refuse an hour into the stack, said before.

Amazon OpenSearch Service Developer Guide: Configuring a multi-AZ domain, Supported instance types, Quotas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.facts import search_instances
from bpc.model import Blueprint
from bpc.model.opensearch import OpenSearch

ZONES = rule(
    "BPC670",
    "search-nodes-and-zones",
    why="The service spreads data nodes over the zones of a domain: it takes an even number of them for two zones, and "
    "three or more for three (Amazon OpenSearch Service Developer Guide, Configuring a multi-AZ domain).",
    cure="Change instanceCount or availabilityZoneCount.",
)
NO_TYPE = rule(
    "BPC671",
    "search-instance-type-unknown",
    why="Amazon OpenSearch Service has instance types of its own, which end in .search (Amazon OpenSearch Service "
    "Developer Guide, Supported instance types).",
    cure="Use one of them.",
)
NOT_SOLD = rule(
    "BPC672",
    "search-instance-type-not-in-region",
    why="Not every Region has every instance type. The price list that bpc knows it from may lag behind.",
    cure="Use another instance type, or ask the service: `aws opensearch list-instance-type-details`.",
    severity="warning",
)
NO_VOLUME = rule(
    "BPC673",
    "search-volume-unused",
    why="Instance types with disks of their own take no EBS volume.",
    cure="Take volumeSize away, or use another instance type.",
)
BURSTABLE = rule(
    "BPC674",
    "search-burstable-nodes",
    why="A domain with T3 nodes has ten of them at most (Amazon OpenSearch Service Developer Guide, Supported instance "
    "types).",
    cure="Use fewer nodes, or another instance type.",
)
NAME = rule(
    "BPC675",
    "search-domain-name",
    why="The domain has the platform's name where it has none of its own; names of domains are 3 to 28 lower-case "
    "letters, digits and hyphens, beginning with a letter (AWS CloudFormation Template Reference, "
    "AWS::OpenSearchService::Domain, DomainName).",
    cure="Give the domain a name of its own, in domainName.",
)
IDLE_KEY = rule(
    "BPC676",
    "search-log-key-unused",
    why="The key encrypts the log groups that the domain publishes to, and there are none.",
    cure="Take the key away, or name `types`.",
)
MOST_BURSTABLE = 10


def _zones(blueprint: Blueprint) -> Iterator[Diagnostic]:
    one = _wanted(blueprint)
    at, zones, nodes = (*one.at, "instanceCount"), one.availability_zone_count, one.instance_count
    if zones == 2 and nodes % 2:
        yield ZONES.at(at, f"{nodes} data nodes cannot be spread over two zones", "use an even number")
    if zones == 3 and nodes < zones:
        yield ZONES.at(at, f"{nodes} data nodes are too few for three zones", "use three or more")


def _types(blueprint: Blueprint) -> Iterator[Diagnostic]:
    one = _wanted(blueprint)
    found: list[tuple[Path, str]] = [((*one.at, "instanceType"), one.instance_type)]
    if master := one.dedicated_master:
        found.append(((*master.at, "instanceType"), master.instance_type))
    known, region = search_instances.types(), blueprint.metadata.region
    for at, name in found:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, 1)
            yield NO_TYPE.at(at, f"bpc knows no instance type {name}", f"did you mean {near[0]}?" if near else "")
        elif search_instances.offered(name, region) is False:
            yield NOT_SOLD.at(at, f"{name} is not on the price list of {region}", "say another instanceType")


def _nodes(blueprint: Blueprint) -> Iterator[Diagnostic]:
    one = _wanted(blueprint)
    family = search_instances.family(one.instance_type)
    if family in search_instances.LOCAL_DISKS and one.volume_size:
        yield NO_VOLUME.at((*one.at, "volumeSize"), f"{one.instance_type} has disks of its own", key=True)
    if family in search_instances.BURSTABLE and one.instance_count > MOST_BURSTABLE:
        message = f"{one.instance_count} nodes of {one.instance_type}"
        yield BURSTABLE.at((*one.at, "instanceCount"), message, f"{MOST_BURSTABLE} at most")


def _name(blueprint: Blueprint) -> Iterator[Diagnostic]:
    one = _wanted(blueprint)
    if not re.fullmatch("[a-z][a-z0-9-]{2,27}", one.domain_name):
        yield NAME.at(one.at, f"{one.domain_name} is no name for a domain", "add domainName", key=True)


def _key(blueprint: Blueprint) -> Iterator[Diagnostic]:
    logging = _wanted(blueprint).logging
    if logging.key_arn and not logging.types:
        yield IDLE_KEY.at((*logging.at, "keyArn"), "there are no log groups for the key to encrypt", key=True)


def _wanted(blueprint: Blueprint) -> OpenSearch:
    watched = blueprint.observability
    assert watched and watched.open_search, "the topic is for those who say openSearch"
    return watched.open_search


CHECKS = (_zones, _types, _nodes, _name, _key)
