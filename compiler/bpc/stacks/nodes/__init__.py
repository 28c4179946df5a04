"""Node groups with their launch templates and roles, managed by EKS or by oneself, and Fargate profiles.

A change of the instance type (where there is one), the disk or the tags makes a new version of the launch
template, and EKS rolls the group to it. AWS::EKS::Nodegroup replaces the group on a change of CapacityType,
AmiType, Subnets, NodeRole and of several InstanceTypes; docs/updates.md says what to do then.
"""

from __future__ import annotations

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack


class Nodes(Stack):
    """node groups and Fargate profiles"""

    name = "nodes"
    number = 40

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return bool(plan.node_groups or plan.blueprint.fargate_profiles)

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        kinds = {planned.node_group.managed for planned in plan.node_groups}
        if True in kinds:
            from bpc.stacks.nodes import managed

            managed.fill(plan, sheet)
        if False in kinds:
            from bpc.stacks.nodes import self_managed

            self_managed.fill(plan, sheet)
        if plan.blueprint.fargate_profiles:
            from bpc.stacks.nodes import fargate

            fargate.fill(plan, sheet)
