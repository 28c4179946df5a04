"""Who workloads are for AWS: roles of service accounts, and of what belongs to an add-on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.node import Node


class Permissions(Node):
    """A role that is given, or what the one that the template makes may do."""

    role_arn: str | None
    role_name: str | None
    policy_arns: tuple[str, ...]
    policy: Mapping[str, Any] | None
    policy_name: str
    well_known_policies: tuple[str, ...]
    permissions_boundary: str | None

    @property
    def grants(self) -> bool:
        """Whether it gives the role any permission."""
        return bool(self.policy_arns or self.policy or self.well_known_policies)


class PodIdentityAssociation(Permissions):
    """A role for one service account of an add-on."""

    service_account: str


class ServiceAccount(Permissions):
    """A workload's service account."""

    name: str
    namespace: str
    identity: str | None
    os: str
    create: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    target_role_arn: str | None
    session_policy: Mapping[str, Any] | None
    disable_session_tags: bool
    subject_pattern: str | None
    tags: Mapping[str, str]
