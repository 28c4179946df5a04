"""Saved queries of CloudWatch Logs Insights, in a folder with the platform's name."""

from __future__ import annotations

from troposphere import logs

from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
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
