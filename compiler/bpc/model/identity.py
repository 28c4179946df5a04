"""Who workloads are for AWS: roles of service accounts, and of what belongs to an add-on."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.node import Node
from bpc.model.permissions import Permission


class WantedRole(Node):
    """A role that is given, or what the one that the template makes may do."""

    role_arn: str | None
    role_name: str | None
    policy_arns: tuple[str, ...]
    permissions: tuple[Permission, ...]
    policy_name: str
    well_known_policies: tuple[str, ...]
    permissions_boundary: str | None

    @property
    def grants(self) -> bool:
        """Whether it gives the role any permission."""
        return bool(self.policy_arns or self.permissions or self.well_known_policies)


class PodIdentityAssociation(WantedRole):
    """A role for one service account of an add-on."""

    service_account: str
    tags: Mapping[str, str]


class ServiceAccount(WantedRole):
    """A workload's service account."""

    name: str
    namespace: str
    identity: str | None
    os: str
    create: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    target_role_arn: str | None
    session_policy: tuple[Permission, ...]
    disable_session_tags: bool
    subject_pattern: str | None
    tags: Mapping[str, str]
