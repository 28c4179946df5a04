"""What waits for somebody before a node starts or goes: the blueprint's hooks, and the node termination handler's.

Hooks of the group itself, not resources of their own: those would come after the first nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import autoscaling

from bpc.kit.sheet import referred
from bpc.model import LifecycleHook
from bpc.plan.shapes import Plan, PlannedGroup
from bpc.stacks.nodes import discovery

TRANSITIONS = {"launching": "autoscaling:EC2_INSTANCE_LAUNCHING", "terminating": "autoscaling:EC2_INSTANCE_TERMINATING"}
# As long as the handler's own README says; it answers as soon as the node is empty.
HANDLER_SECONDS = 300


def of(planned: PlannedGroup, plan: Plan) -> Iterator[autoscaling.LifecycleHookSpecification]:
    for hook in planned.node_group.lifecycle_hooks or ():
        yield autoscaling.LifecycleHookSpecification(
            LifecycleHookName=hook.name,
            LifecycleTransition=TRANSITIONS[hook.transition],
            HeartbeatTimeout=hook.heartbeat_timeout_seconds,
            DefaultResult=hook.default_result.upper(),
            **_told(hook),
        )
    if discovery.drains(plan):
        yield autoscaling.LifecycleHookSpecification(
            LifecycleHookName=discovery.HANDLER,
            LifecycleTransition=TRANSITIONS["terminating"],
            HeartbeatTimeout=HANDLER_SECONDS,
            DefaultResult="CONTINUE",
        )


def _told(hook: LifecycleHook) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if hook.notification_metadata:
        said["NotificationMetadata"] = hook.notification_metadata
    if hook.notification_target_arn:
        said["NotificationTargetARN"] = referred(hook.notification_target_arn)
    if hook.role_arn:
        said["RoleARN"] = referred(hook.role_arn)
    return said
