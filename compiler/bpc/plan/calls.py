"""Which AWS services the permissions in the blueprint are for, by the VPC endpoints that lead there.

Who has a permission inside the VPC is taken to use it: pods with their roles, and nodes with theirs. A managed policy
by its ARN says nothing here, for what it allows is not in the blueprint. What EKS runs outside of the VPC, as it does
the capabilities, calls AWS by itself (Amazon EKS User Guide, EKS Capabilities).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bpc import facts
from bpc.diagnostics import Path
from bpc.kit.record import Record

if TYPE_CHECKING:
    from bpc.model.iam import Iam
    from bpc.model.permissions import Permission
    from bpc.plan.shapes import Plan


class Call(Record):
    """What a part of the blueprint calls; no endpoints where it cannot be told which they are."""

    at: Path
    service: str
    endpoints: tuple[str, ...] | None


def made(plan: Plan) -> Iterator[Call]:
    """By every role in the blueprint, in its order."""
    for role in _roles(plan):
        for index, name in enumerate(role.well_known_policies):
            at = (*role.at, "wellKnownPolicies", index)
            for one in facts.endpoints_of(name):
                yield Call(at, one, (one,))
        for permission in role.permissions:
            yield from _allowed(permission)


def _roles(plan: Plan) -> Iterator[Iam]:
    """Those of whatever calls from inside the VPC."""
    blueprint = plan.blueprint
    things: list[Any] = [blueprint.bastion, blueprint.cluster.auto_mode, *blueprint.node_groups]
    for addon in plan.addons:
        things += [addon, *addon.associations]
    things += [one.account for one in plan.service_accounts]
    yield from (one.iam for one in things if one and one.iam)


def _allowed(permission: Permission) -> Iterator[Call]:
    if permission.effect != "allow":
        return
    for index, action in enumerate(permission.actions):
        yield Call((*permission.at, "actions", index), action.partition(":")[0], facts.endpoints_called(action))
    if permission.not_actions:
        yield Call((*permission.at, "notActions"), "*", None)
