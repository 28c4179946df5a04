"""The role of a group's nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt

from bpc import roles
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

    given = planned.node_group.iam
    if planned.node_group.instance_profile_arn:
        return
    name = given.role_arn.rpartition("/")[2] if given and given.role_arn else Ref(title(planned))
    sheet.add(InstanceProfile(profile_title(planned), Roles=[name]), planned.node_group.at)


def profile_arn(planned: PlannedGroup) -> Any:
    return planned.node_group.instance_profile_arn or GetAtt(profile_title(planned), "Arn")


def arn(planned: PlannedGroup) -> Any:
    """The role of the blueprint's, or ours."""
    given = planned.node_group.iam
    return (given and given.role_arn) or GetAtt(title(planned), "Arn")


def add(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> None:
    group = planned.node_group
    managed = (*NODE_POLICIES, *([iam.SESSION_POLICY] if group.ssm else []))
    known = roles.Known(managed, own="Nodes", policies=_pulls(plan))
    roles.add(title(planned), iam.trusts(iam.ec2(plan.partition)), group.iam, plan, sheet, group.at, known)


def _pulls(plan: Plan) -> Mapping[str, Any]:
    """What a cache of images asks of its nodes."""
    if not plan.blueprint.images:
        return {}
    from bpc.kit import image_cache

    return image_cache.policies(plan)
