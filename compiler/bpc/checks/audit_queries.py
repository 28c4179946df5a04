"""Queries on the audit log: there is one, and each of them is asked for once."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.kit import audit_queries
from bpc.model import Blueprint

NO_AUDIT = rule(
    "BPC687",
    "audit-log-off",
    why="The queries read the audit log of the Kubernetes API, which EKS writes only where it is switched on "
    "(Amazon EKS User Guide, Send control plane logs to CloudWatch Logs).",
    cure="Add `audit` to `cluster.logging.types`, or take `observability.auditQueries` away.",
)
ALL_THERE = rule(
    "BPC688",
    "audit-query-there-already",
    why="`all` stands for every query, so nothing that stands beside it does anything.",
    cure="Keep `all`, or the names that you want.",
)


def _asked(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = blueprint.observability
    assert wanted, "the topic is for those who ask for queries"
    at = (*wanted.at, "auditQueries")
    if "audit" not in blueprint.cluster.logging.types:
        yield NO_AUDIT.at(at, "nobody writes the audit log", "add audit to cluster.logging.types", key=True)
    if audit_queries.ALL in wanted.audit_queries:
        for number, name in enumerate(wanted.audit_queries):
            if name != audit_queries.ALL:
                yield ALL_THERE.at((*at, number), f"{name} is among them all")


CHECKS = (_asked,)
