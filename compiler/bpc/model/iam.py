"""The role of a thing, wherever the blueprint has one."""

from __future__ import annotations

from bpc.model.node import Node
from bpc.model.permissions import Permission


class Iam(Node):
    """A role that is given, or what the one that the template makes may do."""

    role_arn: str | None
    role_name: str | None
    policy_arns: tuple[str, ...]
    permissions: tuple[Permission, ...]
    policy_name: str | None
    well_known_policies: tuple[str, ...]
    permissions_boundary: str | None

    @property
    def grants(self) -> bool:
        """Whether it gives the role any permission."""
        return bool(self.policy_arns or self.permissions or self.well_known_policies)

    @property
    def of_a_made_role(self) -> list[str]:
        """The fields with which it speaks of a role that the template makes."""
        settings = {
            "roleName": self.role_name,
            "policyArns": self.policy_arns,
            "permissions": self.permissions,
            "policyName": self.policy_name,
            "wellKnownPolicies": self.well_known_policies,
            "permissionsBoundary": self.permissions_boundary,
        }
        return [key for key, value in settings.items() if value]
