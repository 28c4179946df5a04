"""EKS Hybrid Nodes: machines outside of AWS."""

from __future__ import annotations

from bpc.model.iam import Iam
from bpc.model.node import Node


class Credentials(Node):
    provider: str
    ca_bundle: str | None


class RemoteNetwork(Node):
    nodes: tuple[str, ...]
    pods: tuple[str, ...]
    iam: Iam | None
    credentials: Credentials
