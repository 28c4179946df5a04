"""How environments in many accounts are deployed from one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bpc.model.node import Node


class AutoDeployment(Node):
    enabled: bool
    retain_stacks_on_account_removal: bool


class OperationPreferences(Node):
    failure_tolerance_count: int | None
    failure_tolerance_percentage: int | None
    max_concurrent_count: int | None
    max_concurrent_percentage: int | None
    concurrency_mode: str | None

    @property
    def said(self) -> dict[str, int | str]:
        """What the blueprint says, by CloudFormation's names."""
        every = {
            "FailureToleranceCount": self.failure_tolerance_count,
            "FailureTolerancePercentage": self.failure_tolerance_percentage,
            "MaxConcurrentCount": self.max_concurrent_count,
            "MaxConcurrentPercentage": self.max_concurrent_percentage,
            "ConcurrencyMode": self.concurrency_mode and self.concurrency_mode.upper().replace("-", "_"),
        }
        return {key: one for key, one in every.items() if one is not None}


class StackSets(Node):
    permission_model: str
    administration_role_arn: str | None
    execution_role_name: str | None
    organizational_unit_ids: tuple[str, ...]
    account_filter_type: str
    auto_deployment: AutoDeployment | None
    operation_preferences: OperationPreferences
    call_as: str
    templates_url: str | None
    parameters: Mapping[str, str | int | bool]
    waves: tuple[Sequence[str], ...]

    @property
    def by_organization(self) -> bool:
        """Whether AWS Organizations gives the permissions, and not roles of the user's."""
        return self.permission_model == "service-managed"

    @property
    def everywhere(self) -> bool:
        """Whether an environment is in every account of its organizational units, and not in one account."""
        return self.account_filter_type == "none"
