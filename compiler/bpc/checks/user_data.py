"""What nodes are told at their first boot: settings that the image knows, in a place where they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import Blueprint, NodeGroup

WRONG_IMAGE = rule(
    "BPC800",
    "node-setting-wrong-ami",
    why="The nodes' operating system has no such setting: Bottlerocket runs no scripts and has settings of its own, "
    "and the kubelet of Windows takes no file (Amazon EKS User Guide, Customize managed nodes with launch templates).",
    cure="Take the setting away, or use another `ami`.",
)
NEEDS_OWN_IMAGE = rule(
    "BPC801",
    "node-setting-needs-own-image",
    why="With an image of EKS's, EKS itself writes how the node joins, and this cannot be changed from outside "
    "(Amazon EKS User Guide, Customize managed nodes with launch templates).",
    cure="Use AL2023 or Bottlerocket, which merge settings, or an image of your own.",
)
REPLACED = rule(
    "BPC802",
    "bootstrap-command-replaces",
    why="A bootstrapCommand takes the place of what would have passed the setting on.",
    cure="Keep one of the two: say the setting in the command, or leave the command out.",
)
TAKEN = rule(
    "BPC803",
    "bottlerocket-setting-taken",
    why="EKS or another field of the node group says this, and the two could differ.",
    cure="Use the field that the message names, or leave the setting to EKS.",
)

EMPTY = rule(
    "BPC828",
    "bottlerocket-setting-empty",
    why="Bottlerocket reads TOML, which has no word for nothing.",
    cure="Write a value, or leave the setting out.",
)

FIELDS = {
    "userData": ("al2023", "al2", "ubuntu", "windows"),
    "bootstrapCommand": ("al2023", "al2", "ubuntu", "windows"),
    "kubelet": ("al2023", "al2", "ubuntu"),
    "maxPods": ("al2023", "al2", "ubuntu", "windows", "bottlerocket"),
    "clusterDns": ("al2023", "al2", "ubuntu", "windows", "bottlerocket"),
    "bottlerocket": ("bottlerocket",),
}
# What Bottlerocket has in place of it (Bottlerocket documentation, Settings Reference).
INSTEAD = {
    "kubelet": "say it in bottlerocket.settings.kubernetes, such as eviction-hard",
    "userData": "say it in bottlerocket.settings, or in a bootstrap container there",
    "bootstrapCommand": "say it in bottlerocket.settings",
}
MERGED = ("al2023", "bottlerocket")  # what EKS adds to, setting by setting
KUBELET = ("kubelet", "maxPods", "clusterDns")
OWNED = {
    "cluster-name": "",
    "api-server": "",
    "cluster-certificate": "",
    "node-labels": "labels",
    "node-taints": "taints",
    "max-pods": "maxPods",
    "cluster-dns-ip": "clusterDns",
}


def _settings(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        for field in _given(group):
            at = (*group.at, field)
            if group.family not in FIELDS[field]:
                instead = INSTEAD.get(field, "") if group.family == "bottlerocket" else ""
                yield WRONG_IMAGE.at(at, f"{group.ami} has no {field}", instead, key=True)
            elif field == "bootstrapCommand":
                yield from _command(group, at)
            elif field in KUBELET and not group.joins_alone and group.family not in MERGED:
                yield NEEDS_OWN_IMAGE.at(at, f"EKS does not let the {group.ami} image take {field}", key=True)


def _given(group: NodeGroup) -> list[str]:
    values: dict[str, Any] = {
        "userData": group.user_data,
        "bootstrapCommand": group.bootstrap_command,
        "kubelet": group.kubelet,
        "maxPods": group.max_pods,
        "clusterDns": group.cluster_dns,
        "bottlerocket": group.bottlerocket,
    }
    return [field for field, value in values.items() if value]


def _command(group: NodeGroup, at: Path) -> Iterator[Diagnostic]:
    if group.family == "al2023" and group.adds_node_config:
        return
    if not group.joins_alone:
        yield NEEDS_OWN_IMAGE.at(at, "EKS joins the nodes of this group itself", "write a NodeConfig", key=True)
        return
    for field in _given(group):
        if field in KUBELET:
            yield REPLACED.at((*group.at, field), f"the bootstrapCommand takes the place of {field}", key=True)


def _bottlerocket(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        if group.bottlerocket is None:
            continue
        at, settings = (*group.bottlerocket.at, "settings"), group.bottlerocket.settings
        kubernetes = settings.get("kubernetes", {})
        for key in kubernetes if isinstance(kubernetes, Mapping) else ():
            if key in OWNED:
                instead = f"use {OWNED[key]}" if OWNED[key] else "leave it out"
                yield TAKEN.at((*at, "kubernetes", key), f"{key} is not said here", instead, key=True)
        for path in _empty(settings, at):
            yield EMPTY.at(path, "there is nothing here")
        admin = _below(settings, "host-containers", "admin")
        if isinstance(admin, Mapping) and "enabled" in admin:
            path = (*at, "host-containers", "admin", "enabled")
            yield TAKEN.at(path, "enabled is not said here", "use adminContainer", key=True)


def _empty(value: Any, at: Path) -> Iterator[Path]:
    if value is None:
        yield at
    below = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, one in below:
        yield from _empty(one, (*at, key))


def _below(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


CHECKS = (_settings, _bottlerocket)
