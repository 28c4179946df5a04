"""The control plane: who reaches it, who may use it, and what it logs and encrypts."""

from __future__ import annotations

from bpc import facts
from bpc.model.node import Data, Node


class Endpoint(Node):
    access: str
    public_cidrs: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        return self.access != "private"

    @property
    def is_private(self) -> bool:
        return self.access != "public"


class Logging(Node):
    types: tuple[str, ...]
    retention_days: int


class SecretsEncryption(Node):
    enabled: bool
    key_arn: str | None


class Scope(Node):
    type: str
    namespaces: tuple[str, ...]


class AccessPolicy(Node):
    policy: str
    scope: Scope


class Access(Node):
    principal: str
    username: str | None
    groups: tuple[str, ...]
    policies: tuple[AccessPolicy, ...]


class Cluster(Node):
    version: str
    endpoint: Endpoint
    logging: Logging
    secrets_encryption: SecretsEncryption
    upgrade_policy: str
    deletion_protection: bool
    service_cidr: str
    authentication: str
    bootstrap_cluster_creator_admin_permissions: bool
    access: tuple[Access, ...]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {**data, "version": data.get("version") or facts.default_version()}
