"""Labels and taints of nodes: written as Kubernetes and EKS take them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, NodeGroup, Taint

LONGEST = 63  # Amazon EKS API Reference, labelKey and labelValue: 1 to 63 characters, a key's prefix included
OWN_PREFIX = "eks.amazonaws.com"
DOMAINS = ("kubernetes.io", "k8s.io")
ALLOWED = ("node.kubernetes.io", "kubelet.kubernetes.io")
NAME = "[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?"
DOMAIN = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"

RESERVED_LABEL = rule(
    "BPC371",
    "reserved-label",
    why="A kubelet may not give itself labels of kubernetes.io and k8s.io, save under node.kubernetes.io "
    "and kubelet.kubernetes.io, and EKS keeps eks.amazonaws.com: the nodes would not join (Kubernetes "
    "documentation, Admission Controllers, NodeRestriction).",
    cure="Use a prefix of your own, such as example.com/role, or none.",
)
LABEL_LENGTH = rule(
    "BPC372",
    "label-length",
    why="EKS takes keys and values of 1 to 63 characters for the labels of a node group, a key's prefix "
    "included, and no empty value (Amazon EKS API Reference, CreateNodegroup).",
    cure='Use a shorter key, and a value such as "true".',
)
TAINT_SYNTAX = rule(
    "BPC373",
    "taint-syntax",
    why="A taint's key and value are written as those of a label, and EKS keeps the prefix eks.amazonaws.com "
    "(Kubernetes documentation, Labels and Selectors).",
    cure="Use letters, digits, '-', '_' and '.', with a letter or digit at both ends.",
)
TAINT_TWICE = rule(
    "BPC374",
    "taint-twice",
    why="A node has one taint with the same key and effect (Kubernetes documentation, Taints and Tolerations).",
    cure="Keep one of the two.",
)
ALL_TAINTED = rule(
    "BPC377",
    "every-group-tainted",
    why="CoreDNS and other add-ons that are not on every node do not tolerate these taints, and would wait for ever.",
    cure="Leave one node group without taints.",
    severity="warning",
)


def _labels(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        for key, value in group.labels.items():
            at = (*group.at, "labels", key)
            prefix = key.partition("/")[0] if "/" in key else ""
            if _reserved(prefix):
                yield RESERVED_LABEL.at(at, f"nodes may not have the label {key}", "use a prefix of your own", key=True)
            if len(key) > LONGEST:
                yield LABEL_LENGTH.at(at, f"the key has {len(key)} characters; {LONGEST} is the most", key=True)
            if not value:
                yield LABEL_LENGTH.at(at, f"EKS refuses the empty value of {key}", 'use a value such as "true"')


def _reserved(prefix: str) -> bool:
    if _within(prefix, ALLOWED):
        return False
    return prefix == OWN_PREFIX or _within(prefix, DOMAINS)


def _within(prefix: str, domains: tuple[str, ...]) -> bool:
    return any(prefix == one or prefix.endswith(f".{one}") for one in domains)


def _taints(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        seen: set[tuple[str, str]] = set()
        for taint in group.taints:
            if (taint.key, taint.effect) in seen:
                yield TAINT_TWICE.at(taint.at, f"{taint.key} is there twice with {taint.effect}", "keep one")
            seen.add((taint.key, taint.effect))
            yield from _syntax(taint)


def _syntax(taint: Taint) -> Iterator[Diagnostic]:
    prefix, slash, name = taint.key.rpartition("/")
    if (slash and not re.fullmatch(DOMAIN, prefix)) or not re.fullmatch(NAME, name):
        yield TAINT_SYNTAX.at(
            (*taint.at, "key"), f"{taint.key} is no key for a taint", "write name or example.com/name"
        )
    elif prefix == OWN_PREFIX:
        yield TAINT_SYNTAX.at((*taint.at, "key"), f"EKS keeps the prefix {OWN_PREFIX}", "use a prefix of your own")
    if taint.value and not re.fullmatch(NAME, taint.value):
        yield TAINT_SYNTAX.at((*taint.at, "value"), f"{taint.value!r} is no value for a taint")


def _everywhere(blueprint: Blueprint) -> Iterator[Diagnostic]:
    groups = blueprint.node_groups
    if groups and not blueprint.fargate_profiles and all(_keeps_away(group) for group in groups):
        yield ALL_TAINTED.at(
            (*groups[0].at, "taints"),
            "every node group has a taint that keeps CoreDNS away",
            "leave one without",
            key=True,
        )


def _keeps_away(group: NodeGroup) -> bool:
    """CoreDNS tolerates CriticalAddonsOnly and the control plane's NoSchedule."""
    return any(one.effect != "PreferNoSchedule" and one.key != "CriticalAddonsOnly" for one in group.taints)


CHECKS = (_labels, _taints, _everywhere)
