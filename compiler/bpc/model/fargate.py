"""Fargate profiles: which pods run without nodes of their own."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.node import Node, Reference


class Selector(Node):
    namespace: str
    labels: Mapping[str, str]


class FargateProfile(Node):
    name: str
    selectors: tuple[Selector, ...]
    pod_execution_role_arn: str | None
    permissions_boundary: str | None
    subnets: tuple[Reference, ...] | None
    tags: Mapping[str, str]
