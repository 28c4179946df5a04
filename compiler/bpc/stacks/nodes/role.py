"""The role of a group's nodes."""

from __future__ import annotations

from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, PlannedGroup

# Amazon EKS User Guide, Amazon EKS node IAM role; the CNI has a role of its own.
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


def title(planned: PlannedGroup) -> str:
    return f"{planned.id}NodeRole"


def profile_title(planned: PlannedGroup) -> str:
    return f"{planned.id}InstanceProfile"


def add_profile(planned: PlannedGroup, sheet: Sheet) -> None:
    """How instances take the role on; for a managed group EKS makes it."""
    from troposphere import Ref
    from troposphere.iam import InstanceProfile

    profile = InstanceProfile(profile_title(planned), Roles=[Ref(title(planned))])
    sheet.add(profile, planned.node_group.at)


def add(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> None:
    group = planned.node_group
    role = iam.role(
        title(planned),
        iam.trusts("ec2.amazonaws.com"),
        boundary=plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags(title(planned)),
        managed_policies=(*NODE_POLICIES, *([iam.SESSION_POLICY] if group.ssm else [])),
    )
    sheet.add(role, group.at)
