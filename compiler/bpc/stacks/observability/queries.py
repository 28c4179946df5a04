"""Saved queries of CloudWatch Logs Insights, in a folder with the platform's name."""

from __future__ import annotations

from troposphere import logs

from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model import Observability
from bpc.plan import watched
from bpc.plan.shapes import Plan


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.observability
    assert wanted
    groups = watched.logs(plan)
    for one in wanted.queries:
        saved = logs.QueryDefinition(
            logical_id(one.name, "Query"),
            Name=f"{plan.name}/{one.name}",
            LogGroupNames=[sheet.imported(groups[log].stack, groups[log].title) for log in sorted(one.logs)],
            QueryString=one.query,
        )
        sheet.add(saved, one.at)
    if wanted.audit_queries:
        _audit(wanted, plan, sheet)


def _audit(wanted: Observability, plan: Plan, sheet: Sheet) -> None:
    """bpc's own questions to the audit log, which is in the control plane's log group."""
    from bpc.kit import audit_queries

    group = watched.logs(plan)[watched.CONTROL_PLANE]
    for name in wanted.asked_of_audit:
        saved = logs.QueryDefinition(
            logical_id("audit", name, "Query"),
            Name=f"{plan.name}/audit/{name}",
            LogGroupNames=[sheet.imported(group.stack, group.title)],
            QueryString=audit_queries.query(name),
        )
        sheet.add(saved, (*wanted.at, "auditQueries"))
