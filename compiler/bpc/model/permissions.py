"""What the blueprint itself grants to a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.model.node import Node


class Permission(Node):
    """One IAM statement."""

    sid: str | None
    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]]

    @property
    def elements(self) -> dict[str, Any]:
        """The statement in IAM's words (IAM User Guide, IAM JSON policy elements reference)."""
        every = {
            "Sid": self.sid,
            "Effect": self.effect.capitalize(),
            "Action": list(self.actions),
            "NotAction": list(self.not_actions),
            "Resource": list(self.resources),
            "NotResource": list(self.not_resources),
            "Condition": {operator: dict(sorted(keys.items())) for operator, keys in sorted(self.conditions.items())},
        }
        return {key: value for key, value in every.items() if value}
