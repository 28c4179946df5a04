"""Metrics that AWS keeps and shows: workspaces of Amazon Managed Service for Prometheus and Amazon Managed Grafana."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.node import Data, Node


class PrometheusLogs(Node):
    retention_days: int
    key_arn: str | None
    queries_above_samples: int | None


class Collector(Node):
    """What reads the cluster without being in it. `jobs` are as Prometheus writes them."""

    enabled: bool
    interval_seconds: int
    control_plane: bool
    jobs: tuple[Mapping[str, Any], ...]


class RuleGroup(Node):
    """Rules, in the words of the language."""

    name: str
    interval_seconds: int
    rules: tuple[Mapping[str, Any], ...]


class Prometheus(Node):
    retention_days: int
    key_arn: str | None
    limits: tuple[Mapping[str, Any], ...]
    logs: PrometheusLogs
    collector: Collector
    default_rules: bool
    rule_groups: tuple[RuleGroup, ...]
    repeat_hours: int
    remote_write: tuple[Mapping[str, str], ...]


class ManagedGrafana(Node):
    """`access` and `saml` are in the words of the language."""

    authentication: tuple[str, ...]
    version: str | None
    data_sources: tuple[str, ...]
    plugin_admin: bool
    access: Mapping[str, Any] | None
    in_vpc: bool
    saml: Mapping[str, Any] | None

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """What there is to look at, where nothing else is said."""
        there = ["cloudwatch", *(["prometheus"] if whole["observability"].get("prometheus") is not None else [])]
        return {"dataSources": there, **data}
