"""A search domain that is not there, or that has no place."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

NO_DOMAIN = rule(
    "BPC677",
    "search-domain-missing",
    why="An add-on of the catalogue writes to the platform's own domain of Amazon OpenSearch Service: its role may "
    "write there and nowhere else.",
    cure="Add `openSearch` to observability, or take opensearch out of the add-on's outputs.",
)
SUBNETS = rule(
    "BPC678",
    "search-domain-subnets",
    why="A domain in a VPC has one subnet in each of its zones, so there must be as many (Amazon OpenSearch Service "
    "API Reference, ZoneAwarenessConfig); of the subnets of a VPC that is there already, bpc does not know the zones.",
    cure="Name as many subnets in openSearch.subnets as availabilityZoneCount says, each in another zone.",
)
NOTHING = rule(
    "BPC679",
    "search-readers-of-nothing",
    why="Readers may read the indices that add-ons of the catalogue write; nobody here writes any.",
    cure="Have `fluent-bit` write to the domain, by `outputs: [opensearch]`, or take readerArns away.",
)


def _missing(plan: Plan) -> Iterator[Diagnostic]:
    for addon in plan.addons:
        if addon.entry.indices(addon.request.options) and not addon.context.search_domain:
            at = (*addon.request.at, "outputs")
            yield NO_DOMAIN.at(at, f"there is no search domain for {addon.entry.name} to write to")


def _subnets(plan: Plan) -> Iterator[Diagnostic]:
    watched = plan.blueprint.observability
    wanted = watched.open_search if watched else None
    if wanted is None:
        return
    zones, network = wanted.availability_zone_count, plan.blueprint.network
    there = len(wanted.subnets) if wanted.subnets else len(plan.first_in_zones(network.kinds[-1]))
    if network.existing and not wanted.subnets:
        yield SUBNETS.at(wanted.at, "nobody says which subnets the domain is in", "add subnets", key=True)
    elif wanted.subnets and there != zones:
        yield SUBNETS.at((*wanted.at, "subnets"), f"{_said(there, 'subnet')} for {_said(zones, 'zone')}")
    elif there < zones:
        message = f"the network has {_said(there, 'zone')}, and the domain wants {zones}"
        yield SUBNETS.at((*wanted.at, "availabilityZoneCount"), message, "use fewer zones")


def _readers(plan: Plan) -> Iterator[Diagnostic]:
    watched = plan.blueprint.observability
    wanted = watched.open_search if watched else None
    if wanted and wanted.reader_arns and not any(one.context.search_domain for one in plan.addons):
        yield NOTHING.at((*wanted.at, "readerArns"), "there is nothing for them to read", key=True)


def _said(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


OBSTACLES = (_missing, _subnets, _readers)
