"""Teams: whose a namespace is, who may do what in it, how much it may use, and whom its pods may talk to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.gitops import SecretRef
from bpc.model.identity import ServiceAccount
from bpc.model.node import Data, Node

# What whoever brings workloads into a namespace may do, beside Kubernetes' own roles for users.
DEPLOYER = "deployer"
Quantities = Mapping[str, str | int]


class Limit(Node):
    type: str
    default: Quantities | None
    default_request: Quantities | None
    max: Quantities | None
    min: Quantities | None
    max_limit_request_ratio: Quantities | None

    @property
    def said(self) -> dict[str, Quantities]:
        """What is said of it, by Kubernetes' names."""
        fields = {
            "default": self.default,
            "defaultRequest": self.default_request,
            "max": self.max,
            "min": self.min,
            "maxLimitRequestRatio": self.max_limit_request_ratio,
        }
        return {key: value for key, value in fields.items() if value}


class QuotaScope(Node):
    """Which pods a quota counts."""

    scope_name: str
    operator: str | None
    values: tuple[str, ...] | None

    @property
    def wanted(self) -> str:
        return self.operator or ("In" if self.values else "Exists")


class ScopedQuota(Node):
    name: str
    hard: Quantities
    scope_selector: tuple[QuotaScope, ...]


class PolicyRule(Node):
    """What a Role allows."""

    api_groups: tuple[str, ...]
    resources: tuple[str, ...]
    resource_names: tuple[str, ...]
    verbs: tuple[str, ...]


class TeamAccess(Node):
    """What some principals may do, or a group: one of `role`, `rules` and `cluster_role` says it."""

    principals: tuple[str, ...]
    username: str | None
    role: str | None
    group: str | None
    rules: tuple[PolicyRule, ...] | None
    cluster_role: str | None

    @property
    def by_policy(self) -> bool:
        """Whether EKS itself allows it, and no object of Kubernetes."""
        return not self.group


class AllowedPath(Node):
    """A way that is open: `from_` and `to` are peers of a NetworkPolicy as they are written."""

    name: str
    from_: tuple[Mapping[str, Any], ...] | None
    to: tuple[Mapping[str, Any], ...] | None
    ports: tuple[Mapping[str, Any], ...] | None


class NetworkPolicy(Node):
    allow: tuple[AllowedPath, ...]


class TeamGitops(Node):
    """The team's own repository."""

    repository: str
    revision: str | None
    path: str
    interval_seconds: int | None
    secret_ref: SecretRef | None
    cluster_role: str | None

    @property
    def is_artifact(self) -> bool:
        return self.repository.startswith("oci://")


class Team(Node):
    name: str
    namespaces: tuple[str, ...]
    create_namespaces: bool
    labels: Mapping[str, str]
    pod_security: str | None
    pod_security_version: str | None
    quota: Quantities | None
    scoped_quotas: tuple[ScopedQuota, ...]
    limits: tuple[Limit, ...] | None
    access: tuple[TeamAccess, ...]
    service_accounts: tuple[ServiceAccount, ...]
    network_policy: NetworkPolicy | None
    gitops: TeamGitops | None

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """Namespaces that are somebody else's have whatever level that one gave them."""
        return {"podSecurity": "restricted", **data} if data["createNamespaces"] else data

    @property
    def has_manifests(self) -> bool:
        """Whether anything of it is an object of Kubernetes, service accounts apart."""
        bounds = self.quota or self.scoped_quotas or self.limits
        said = self.create_namespaces or bounds or self.network_policy or self.gitops
        return bool(said or any(not one.by_policy for one in self.access))
