"""What is watched, and who hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bpc.kit import cloudwatch
from bpc.model.node import Data, Node

if TYPE_CHECKING:
    from bpc.model.findings import GuardDuty, ImageScanning
    from bpc.model.opensearch import OpenSearch
    from bpc.model.prometheus import ManagedGrafana, Prometheus


class Slack(Node):
    workspace_id: str
    channel_id: str


class Recipient(Node):
    """One of the four ways to hear of an alarm."""

    email: str | None
    https: str | None
    slack: Slack | None
    topic_arn: str | None


class Alarm(Node):
    """A metric, or the number of lines in a log, beyond a threshold."""

    name: str
    description: str | None
    metric: str | None
    namespace: str | None
    dimensions: Mapping[str, str] | None
    statistic: str | None
    log: str | None
    contains: tuple[str, ...] | None
    container: str | None
    kubernetes_namespace: str | None
    pattern: str | None
    comparison_operator: str
    threshold: float | None
    period_seconds: int
    evaluation_periods: int
    datapoints_to_alarm: int | None
    treat_missing_data: str
    tell_when_over: bool

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """What suits the metric, where bpc knows it and nothing else is said."""
        if "metric" not in data:
            return {**cloudwatch.LINES, **data}
        known = cloudwatch.known(str(data["metric"]), str(data.get("namespace", "")))
        if known is None:
            return {**cloudwatch.OTHERS, **data}
        said = {
            "namespace": known.namespace,
            "dimensions": {"ClusterName": whole["metadata"]["name"]},
            "statistic": known.statistic,
            "threshold": known.threshold,
        }
        return {**cloudwatch.OTHERS, **said, **data}


class Query(Node):
    name: str
    logs: tuple[str, ...]
    query: str


class Observability(Node):
    notify: tuple[Recipient, ...]
    key_arn: str | None
    alarms: tuple[Alarm, ...]
    events: tuple[str, ...]
    guard_duty: GuardDuty | None
    image_scanning: ImageScanning | None
    queries: tuple[Query, ...]
    prometheus: Prometheus | None
    audit_queries: tuple[str, ...]
    open_search: OpenSearch | None
    grafana: ManagedGrafana | None
    dashboard: bool

    @property
    def subscribers(self) -> tuple[Recipient, ...]:
        """Those who hear through a topic of the platform's own."""
        return tuple(one for one in self.notify if not one.topic_arn)

    @property
    def finds(self) -> bool:
        """Whether anybody looks for threats."""
        return bool(self.guard_duty or self.image_scanning)

    @property
    def by_events(self) -> bool:
        """Whether EventBridge tells anything."""
        return bool(self.events or self.finds)

    @property
    def asked_of_audit(self) -> tuple[str, ...]:
        """The names of bpc's own queries that are wanted."""
        from bpc.kit import audit_queries

        return audit_queries.NAMES if audit_queries.ALL in self.audit_queries else self.audit_queries

    @property
    def logs(self) -> tuple[str, ...]:
        """The log groups that alarms and queries read."""
        read = {one.log for one in self.alarms if one.log} | {log for one in self.queries for log in one.logs}
        return tuple(sorted(read | ({"cluster"} if self.audit_queries else set())))
