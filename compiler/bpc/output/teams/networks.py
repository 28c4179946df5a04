"""Whom a team's pods may talk to: nobody but DNS, and then what is allowed.

Sources: Kubernetes documentation, Network Policies; Amazon EKS User Guide, EKS Auto Mode, whose nodes answer DNS
themselves, at the address of the cluster's DNS service and not from pods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpc.kit import k8s
from bpc.kit.k8s import Object
from bpc.model import AllowedPath, NetworkPolicy, Team
from bpc.plan.shapes import Plan

EVERYBODY: Object = {"podSelector": {}}
DNS = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}
# Where services have IPv6 addresses, EKS chooses them out of this range.
UNIQUE_LOCAL = "fc00::/7"


def resolvers(plan: Plan) -> list[Object]:
    """Who answers DNS."""
    if not plan.blueprint.cluster.auto_mode:
        return [DNS]
    if plan.blueprint.network.ip_family == "ipv6":
        return [DNS, {"ipBlock": {"cidr": UNIQUE_LOCAL}}]
    from ipaddress import ip_network

    # The tenth address of the services is the cluster's DNS.
    return [DNS, {"ipBlock": {"cidr": f"{ip_network(plan.blueprint.cluster.service_cidr)[10]}/32"}}]


def objects(team: Team, policy: NetworkPolicy, namespace: str, dns: list[Object]) -> Iterator[Object]:
    """The policies of a namespace; they add up, and none takes away what another allows."""
    closed = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    yield _policy("default-deny", team, namespace) | {"spec": closed}
    ports = [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
    asking = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": dns, "ports": ports}]}
    yield _policy("allow-dns", team, namespace) | {"spec": asking}
    for one in policy.allow:
        yield from _way(one, team, namespace)


def _way(one: AllowedPath, team: Team, namespace: str) -> Iterator[Object]:
    """Both ends of a way have to be open, as far as they are here."""
    sources = [_ordered(peer) for peer in one.from_ or (EVERYBODY,)]
    targets = [_ordered(peer) for peer in one.to or (EVERYBODY,)]
    ports = {"ports": [_ordered(port) for port in one.ports]} if one.ports else {}
    for place, peer in enumerate(_own(targets), 1):
        rule = {"from": sources, **ports}
        spec = {"podSelector": peer["podSelector"], "policyTypes": ["Ingress"], "ingress": [rule]}
        yield _policy(_name(one, "in", place), team, namespace) | {"spec": spec}
    for place, peer in enumerate(_own(sources), 1):
        rule = {"to": targets, **ports}
        spec = {"podSelector": peer["podSelector"], "policyTypes": ["Egress"], "egress": [rule]}
        yield _policy(_name(one, "out", place), team, namespace) | {"spec": spec}


def _ordered(value: Any) -> Any:
    """A value of the blueprint's own, with the keys of every mapping in one order: theirs says nothing."""
    if isinstance(value, Mapping):
        return {key: _ordered(one) for key, one in sorted(value.items())}
    return [_ordered(one) for one in value] if isinstance(value, list | tuple) else value


def _own(peers: Sequence[Object]) -> list[dict[str, Any]]:
    """The pods of the same namespace among them."""
    return [one for one in peers if set(one) == {"podSelector"}]


def _name(one: AllowedPath, end: str, place: int) -> str:
    return f"{one.name}-{end}-{place}" if place > 1 else f"{one.name}-{end}"


def _policy(name: str, team: Team, namespace: str) -> Object:
    return k8s.thing("networking.k8s.io/v1", "NetworkPolicy", name, team.name, namespace)
