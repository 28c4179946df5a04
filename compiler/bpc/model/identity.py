"""Who workloads are for AWS: roles of service accounts, and of what belongs to an add-on."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.model.iam import Iam
from bpc.model.node import Node
from bpc.model.permissions import Permission


class PodIdentityAssociation(Node):
    """A role for one service account of an add-on."""

    service_account: str
    tags: Mapping[str, str]
    iam: Iam | None


class ServiceAccount(Node):
    """A workload's service account."""

    name: str
    namespace: str
    identity: str | None
    os: str
    create: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    iam: Iam | None
    target_role_arn: str | None
    session_policy: tuple[Permission, ...]
    disable_session_tags: bool
    subject_pattern: str | None
    tags: Mapping[str, str]

    @property
    def role_arn(self) -> str | None:
        """The role that is there already."""
        return self.iam.role_arn if self.iam else None
