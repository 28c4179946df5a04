"""User data of Bottlerocket: its settings as TOML (Bottlerocket documentation, Settings reference).

What is left out here, such as the address of the cluster's DNS, Bottlerocket asks EKS itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bpc.kit.user_data import AUTHORITY, ENDPOINT, Boot


def text(boot: Boot) -> str:
    settings = _merged(dict(boot.settings), _own(boot))
    return "\n".join(_table("settings", settings)).lstrip("\n") + "\n" if settings else ""


def _own(boot: Boot) -> dict[str, Any]:
    """What other fields of the blueprint say, in Bottlerocket's words."""
    kubernetes: dict[str, Any] = {}
    if boot.join:
        kubernetes |= {"cluster-name": boot.join.cluster, "api-server": ENDPOINT, "cluster-certificate": AUTHORITY}
        if boot.labels:
            kubernetes["node-labels"] = dict(sorted(boot.labels.items()))
        if boot.taints:
            kubernetes["node-taints"] = _taints(boot.taints)
    if boot.max_pods:
        kubernetes["max-pods"] = boot.max_pods
    if boot.cluster_dns:
        kubernetes["cluster-dns-ip"] = list(boot.cluster_dns)
    own: dict[str, Any] = {"kubernetes": kubernetes} if kubernetes else {}
    if boot.environment:
        without = boot.environment["NO_PROXY"].split(",")
        own["network"] = {"https-proxy": boot.environment["HTTPS_PROXY"], "no-proxy": without}
    if boot.admin_container is not None:
        own["host-containers"] = {"admin": {"enabled": boot.admin_container}}
    return own


def _taints(taints: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in taints:
        key, _, value = one.partition("=")
        found.setdefault(key, []).append(value)
    return found


def _merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in other.items():
        below = one.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        one[key] = _merged(dict(below), value) if both and isinstance(below, dict) else value
    return one


def _table(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    """A table's own lines, then those of the tables in it."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    if plain:
        yield f"\n[{name}]"
        for key, value in plain.items():
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _table(f"{name}.{_key(key)}", value)


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
