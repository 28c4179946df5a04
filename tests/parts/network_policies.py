"""Whether a connection comes about, by the NetworkPolicies of both ends. Source: Kubernetes documentation, Network
Policies: a pod that no policy selects is open; one that some select lets in, or out, what any of them allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

Object = dict[str, Any]


class Pod(NamedTuple):
    """A pod by what policies look at; `ports` are the names that its containers have for ports."""

    namespace: str
    labels: Mapping[str, str] = {}
    ports: Mapping[str, int] = {}


class Cluster:
    """The NetworkPolicies and the namespaces of a cluster."""

    def __init__(self, objects: Iterable[Object]) -> None:
        some = list(objects)
        self.policies = [one for one in some if one["kind"] == "NetworkPolicy"]
        self.namespaces = {one["metadata"]["name"]: one for one in some if one["kind"] == "Namespace"}

    def connects(self, source: Pod | str, target: Pod | str, port: int, protocol: str = "TCP") -> bool:
        """From a pod or an address to a pod or an address."""
        named = {number: name for name, number in target.ports.items()} if isinstance(target, Pod) else {}
        asked = ({port, named.get(port, port)}, protocol)
        out = not isinstance(source, Pod) or self._open(source, "Egress", target, asked)
        return out and (not isinstance(target, Pod) or self._open(target, "Ingress", source, asked))

    def _open(self, pod: Pod, way: str, other: Pod | str, asked: tuple[set[int | str], str]) -> bool:
        mine = [
            one["spec"]
            for one in self.policies
            if one["metadata"]["namespace"] == pod.namespace
            and way in one["spec"]["policyTypes"]
            and _selects(one["spec"]["podSelector"], pod.labels)
        ]
        rules = [rule for spec in mine for rule in spec.get(way.lower(), ())]
        key = "to" if way == "Egress" else "from"
        return not mine or any(
            (not rule.get(key) or any(self._is(peer, other, pod.namespace) for peer in rule[key]))
            and _port(rule, asked)
            for rule in rules
        )

    def _is(self, peer: Object, other: Pod | str, own: str) -> bool:
        if "ipBlock" in peer:
            block = peer["ipBlock"]
            return (
                isinstance(other, str)
                and _inside(other, block["cidr"])
                and not any(_inside(other, one) for one in block.get("except", ()))
            )
        if not isinstance(other, Pod):
            return False
        if "namespaceSelector" in peer:
            labels = self.namespaces.get(other.namespace, {"metadata": {}})["metadata"].get("labels") or {}
            if not _selects(peer["namespaceSelector"], labels | {"kubernetes.io/metadata.name": other.namespace}):
                return False
        elif other.namespace != own:
            return False
        return _selects(peer.get("podSelector", {}), other.labels)


def _inside(address: str, block: str) -> bool:
    return ip_address(address) in ip_network(block)


def _port(rule: Object, asked: tuple[set[int | str], str]) -> bool:
    ports, protocol = asked
    (number,) = [one for one in ports if isinstance(one, int)]
    return not rule.get("ports") or any(
        one.get("protocol", "TCP") == protocol
        and (
            "port" not in one or one["port"] in ports or ("endPort" in one and one["port"] <= number <= one["endPort"])
        )
        for one in rule["ports"]
    )


def _selects(selector: Object, labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels", {})
    holds = {
        "In": lambda key, values: labels.get(key) in values,
        "NotIn": lambda key, values: labels.get(key) not in values,
        "Exists": lambda key, _: key in labels,
        "DoesNotExist": lambda key, _: key not in labels,
    }
    said = selector.get("matchExpressions", ())
    return wanted.items() <= dict(labels).items() and all(
        holds[one["operator"]](one["key"], one.get("values", ())) for one in said
    )
