"""What few clusters set: the components of the control plane, and an identity provider of their own."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.node import Node


class ServiceNodePortRange(Node):
    min_port: int
    max_port: int


class KubeApiServer(Node):
    event_ttl_minutes: int | None
    service_node_port_range: ServiceNodePortRange | None


class ResourceWeight(Node):
    name: str
    weight: int


class ScoringStrategy(Node):
    type: str
    resources: tuple[ResourceWeight, ...]


class NodeResourcesFit(Node):
    scoring_strategy: ScoringStrategy


class KubeScheduler(Node):
    node_resources_fit: NodeResourcesFit


class KubeControllerManager(Node):
    horizontal_pod_autoscaler_sync_period_seconds: int | None
    terminated_pod_gc_threshold: int | None


class OidcIdentityProvider(Node):
    name: str
    issuer_url: str
    client_id: str
    username_claim: str | None
    username_prefix: str | None
    groups_claim: str | None
    groups_prefix: str | None
    required_claims: Mapping[str, str]
    tags: Mapping[str, str]
