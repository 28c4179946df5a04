"""Fargate profiles: which pods run without nodes of their own."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.iam import Iam
from bpc.model.node import Node, Reference


class Selector(Node):
    namespace: str
    labels: Mapping[str, str]


class FargateProfile(Node):
    name: str
    selectors: tuple[Selector, ...]
    iam: Iam | None
    subnets: tuple[Reference, ...] | None
    tags: Mapping[str, str]
