"""Does a blueprint make sense? Each module here is a topic with its rules, BPC3xx, and its checks.

A check takes one environment's blueprint and yields what is wrong with it; it reads nothing but `bpc.facts`.
Every complaint is found in one go, so a check does not rely on another having passed. `across` is the one
check that looks at several environments; it does so in passing, and the places it has seen are its memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpc.checks import access, bastion, cluster, fargate, instances, labels, metadata, network, nodes, zones
from bpc.checks.metadata import Place, across
from bpc.diagnostics import Diagnostic
from bpc.model import Blueprint

__all__ = ["CHECKS", "Place", "across", "run"]

Check = Callable[[Blueprint], Iterator[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    *metadata.CHECKS,
    *network.CHECKS,
    *zones.CHECKS,
    *bastion.CHECKS,
    *cluster.CHECKS,
    *access.CHECKS,
    *instances.CHECKS,
    *nodes.CHECKS,
    *labels.CHECKS,
    *fargate.CHECKS,
)


def run(blueprint: Blueprint) -> list[Diagnostic]:
    """Everything that is wrong with the blueprint of one environment."""
    return [complaint for check in CHECKS for complaint in check(blueprint)]
