"""Metrics that AWS keeps: a workspace of Amazon Managed Service for Prometheus, and what fills it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.node import Node


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
