"""What is watched: the topic, the alarms and the filters that feed them, saved queries, the dashboard."""

from __future__ import annotations

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack


class Observability(Stack):
    """alarms, saved queries and a dashboard"""

    name = "observability"
    number = 70

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return bool(plan.blueprint.observability)

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        from bpc.stacks.observability import alarms, dashboard, events, queries, topic

        wanted = plan.blueprint.observability
        assert wanted
        told = topic.fill(plan, sheet)
        made = alarms.fill(plan, sheet, told)
        events.fill(plan, sheet, told)
        if wanted.guard_duty:
            from bpc.stacks.observability import guard_duty

            guard_duty.fill(wanted.guard_duty, plan, sheet, told)
        if wanted.image_scanning:
            from bpc.stacks.observability import image_scanning

            image_scanning.fill(wanted.image_scanning, sheet, told)
        if wanted.prometheus:
            from bpc.stacks.observability import prometheus

            prometheus.fill(wanted.prometheus, plan, sheet, told)
        if wanted.grafana:
            from bpc.stacks.observability import grafana

            grafana.fill(wanted.grafana, plan, sheet)
        queries.fill(plan, sheet)
        dashboard.fill(plan, sheet, made)
        wanted = plan.blueprint.observability
        if wanted and wanted.open_search:
            from bpc.stacks.observability import opensearch

            opensearch.fill(wanted.open_search, plan, sheet)
