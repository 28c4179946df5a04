"""The ways that a team's network policy opens, as NetworkPolicies can say them.

Source: Kubernetes documentation, Network Policies, and the API reference of NetworkPolicy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import AllowedPath, Blueprint

NOT_OURS = rule(
    "BPC653",
    "way-past-the-team",
    why="A NetworkPolicy says what the pods of its own namespace may do. One end of a way is there: a podSelector "
    "alone, or nothing for all pods.",
    cure="Give one end a podSelector without a namespaceSelector, or leave it out.",
)
WAY = rule(
    "BPC654",
    "way-refused",
    why="The API server refuses such a NetworkPolicy, or it would mean something else.",
    cure="Do what the message says.",
)
Peers = Sequence[Mapping[str, Any]]


def _ways(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for team in blueprint.teams:
        names: set[str] = set()
        for one in team.network_policy.allow if team.network_policy else ():
            if one.name in names:
                yield WAY.at((*one.at, "name"), f"there is a way {one.name} already", "rename one of the two")
            names.add(one.name)
            yield from _way(one)


def _way(one: AllowedPath) -> Iterator[Diagnostic]:
    yield from _elsewhere(one, "from", one.from_, one.to) or _elsewhere(one, "to", one.to, one.from_)
    for key, peers in (("from", one.from_), ("to", one.to)):
        for place, peer in enumerate(peers or ()):
            yield from _peer((*one.at, key, place), peer)
    for place, port in enumerate(one.ports or ()):
        yield from _port((*one.at, "ports", place), port)


def _elsewhere(one: AllowedPath, key: str, peers: Peers | None, other: Peers | None) -> list[Diagnostic]:
    """What is not the team's at one end, where nothing at the other end is either."""
    if other is None or any(is_own(peer) for peer in other):
        return []
    said = "neither end of this way is in the team's own namespace"
    far = [place for place, peer in enumerate(peers or ()) if not is_own(peer)]
    return [NOT_OURS.at((*one.at, key, place), said, "leave one end out") for place in far]


def is_own(peer: Mapping[str, Any]) -> bool:
    """Whether the pods are of the same namespace."""
    return set(peer) == {"podSelector"}


def _peer(at: Path, peer: Mapping[str, Any]) -> Iterator[Diagnostic]:
    if "ipBlock" in peer:
        if len(peer) > 1:
            yield WAY.at((*at, "ipBlock"), "an ipBlock is no place of pods", "make two of it", key=True)
        yield from _block((*at, "ipBlock"), peer["ipBlock"])
    for key in ("podSelector", "namespaceSelector"):
        for place, one in enumerate(peer.get(key, {}).get("matchExpressions", ())):
            path = (*at, key, "matchExpressions", place)
            listed = one["operator"] in ("In", "NotIn")
            if listed != ("values" in one):
                said = f"{one['operator']} takes {'values' if listed else 'no values'}"
                yield WAY.at((*path, "operator"), said)


def _block(at: Path, block: Mapping[str, Any]) -> Iterator[Diagnostic]:
    from ipaddress import ip_network

    whole = ip_network(block["cidr"])
    for place, text in enumerate(block.get("except", ())):
        inner = ip_network(text)
        inside = inner.version == whole.version and whole.supernet_of(inner)  # type: ignore[arg-type]
        if not inside or inner == whole:
            said = f"{text} is not inside of {block['cidr']}" if not inside else f"nothing is left of {text}"
            yield WAY.at((*at, "except", place), said)


def _port(at: Path, port: Mapping[str, Any]) -> Iterator[Diagnostic]:
    number = port.get("port")
    if isinstance(number, str) and number.isdigit():
        yield WAY.at((*at, "port"), f"{number} is the name of a port here", f"take the quotes away: {number}")
    if "endPort" in port:
        if not isinstance(number, int):
            yield WAY.at((*at, "endPort"), "a range begins with the number of a port", key=True)
        elif port["endPort"] < number:
            yield WAY.at((*at, "endPort"), f"the range would end before {number}, where it begins")


CHECKS = (_ways,)
