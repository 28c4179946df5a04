"""How environments in many accounts are deployed from one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bpc.model.node import Node


class StackSets(Node):
    permission_model: str
    administration_role_arn: str | None
    execution_role_name: str | None
    organizational_unit_ids: tuple[str, ...]
    call_as: str
    templates_url: str | None
    parameters: Mapping[str, str | int | bool]
    waves: tuple[Sequence[str], ...]

    @property
    def by_organization(self) -> bool:
        """Whether AWS Organizations gives the permissions, and not roles of the user's."""
        return self.permission_model == "service-managed"
