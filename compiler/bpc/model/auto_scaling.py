"""What few node groups say of their Auto Scaling group."""

from __future__ import annotations

from bpc.model.node import Node, Reference


class WarmPool(Node):
    enabled: bool
    min_size: int
    max_group_prepared_capacity: int | None
    state: str
    reuse_on_scale_in: bool


class MixedInstances(Node):
    on_demand_base_capacity: int
    on_demand_percentage_above_base_capacity: int | None
    spot_allocation_strategy: str
    spot_instance_pools: int | None
    spot_max_price: str | None


class LifecycleHook(Node):
    name: str
    transition: str
    heartbeat_timeout_seconds: int
    default_result: str
    notification_metadata: str | None
    notification_target_arn: Reference | None
    role_arn: Reference | None


class MetricsCollection(Node):
    granularity: str
    metrics: tuple[str, ...] | None


class ScalingPolicy(Node):
    metric: str
    target: int | float
    resource_label: str | None
    disable_scale_in: bool
    instance_warmup_seconds: int
