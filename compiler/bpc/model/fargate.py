"""Fargate profiles: which pods run without nodes of their own."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.node import Node


class Selector(Node):
    namespace: str
    labels: Mapping[str, str]


class FargateProfile(Node):
    name: str
    selectors: tuple[Selector, ...]
    tags: Mapping[str, str]
