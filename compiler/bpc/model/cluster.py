"""The control plane: who reaches it, who may use it, and what it logs and encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpc import facts
from bpc.model.node import Data, Node, Reference

if TYPE_CHECKING:
    from bpc.model.capabilities import AutoMode, Capabilities
    from bpc.model.control_plane import KubeApiServer, KubeControllerManager, KubeScheduler, OidcIdentityProvider
    from bpc.model.hybrid import RemoteNetwork
    from bpc.model.iam import Iam
    from bpc.model.outpost import Outpost
    from bpc.model.security_groups import SecurityGroupRule


class Endpoint(Node):
    access: str
    public_cidrs: tuple[str, ...]
    private_cidrs: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        return self.access != "private"

    @property
    def is_private(self) -> bool:
        return self.access != "public"

    @property
    def is_open(self) -> bool:
        """Whether everybody reaches it, from wherever."""
        return self.is_public and "0.0.0.0/0" in self.public_cidrs


class Logging(Node):
    types: tuple[str, ...]
    retention_days: int
    key_arn: str | None
    log_group_class: str


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
    type: str
    username: str | None
    groups: tuple[str, ...]
    policies: tuple[AccessPolicy, ...]


class Rollback(Node):
    timeout_minutes: int


class Cluster(Node):
    version: str
    endpoint: Endpoint
    logging: Logging
    secrets_encryption: SecretsEncryption
    upgrade_policy: str
    force_update_version: bool
    rollback: Rollback | None
    control_plane_tier: str
    zonal_shift: bool
    egress_mode: str
    security_group_ids: tuple[Reference, ...]
    security_group_rules: tuple[SecurityGroupRule, ...] | None
    iam: Iam | None
    vpc_resource_controller: bool | None
    kube_api_server: KubeApiServer | None
    kube_scheduler: KubeScheduler | None
    kube_controller_manager: KubeControllerManager | None
    certificate_authorities: tuple[str, ...]
    active_certificate_authority_id: str | None
    outpost: Outpost | None
    remote_network: RemoteNetwork | None
    auto_mode: AutoMode | None
    capabilities: Capabilities | None
    oidc_identity_provider: OidcIdentityProvider | None
    deletion_protection: bool
    service_cidr: str
    identity: str
    authentication: str
    bootstrap_cluster_creator_admin_permissions: bool
    access: tuple[Access, ...]

    @property
    def brings_nodes(self) -> bool:
        """Whether there are nodes without node groups: of EKS Auto Mode, of an Outpost, or such as join."""
        return bool(self.auto_mode or self.remote_network or self.outpost)

    @property
    def role_arn(self) -> str | None:
        """The role that is there already."""
        return self.iam.role_arn if self.iam else None

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        auto = data["autoMode"] if data.get("autoMode", {}).get("enabled") else None
        return {**data, "version": data.get("version") or facts.default_version(), "autoMode": auto}
