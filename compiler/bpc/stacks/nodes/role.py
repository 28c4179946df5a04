"""The role of a group's nodes."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt

from bpc.kit import iam, image_cache
from bpc.kit.sheet import Sheet
from bpc.model import NodeGroup
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
    if given and given.instance_profile_arn:
        return
    name = given.role_arn.rpartition("/")[2] if given and given.role_arn else Ref(title(planned))
    sheet.add(InstanceProfile(profile_title(planned), Roles=[name]), planned.node_group.at)


def profile_arn(planned: PlannedGroup) -> Any:
    given = planned.node_group.iam
    return (given and given.instance_profile_arn) or GetAtt(profile_title(planned), "Arn")


def arn(planned: PlannedGroup) -> Any:
    """The role of the blueprint's, or ours."""
    given = planned.node_group.iam
    return (given and given.role_arn) or GetAtt(title(planned), "Arn")


def add(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> None:
    group, boundary = planned.node_group, plan.blueprint.cloudformation.permissions_boundary
    if group.iam and group.iam.role_arn:
        return
    always = (*NODE_POLICIES, *([iam.SESSION_POLICY] if group.ssm else []))
    properties = {"boundary": boundary, "managed_policies": always} | _asked_for(group, always, plan.name)
    properties["policies"] = {**properties.get("policies", {}), **image_cache.policies(plan)}
    role = iam.role(title(planned), iam.trusts("ec2.amazonaws.com"), tags=sheet.tags(title(planned)), **properties)
    sheet.add(role, group.at)


def _asked_for(group: NodeGroup, always: tuple[str, ...], cluster: str) -> dict[str, Any]:
    """What the blueprint grants beyond what every node needs."""
    wanted = group.iam
    if wanted is None:
        return {}
    from bpc.kit import permissions, well_known

    names = wanted.well_known_policies
    managed = [well_known.MANAGED[one] for one in names if one in well_known.MANAGED]
    others = [one for one in names if one not in well_known.MANAGED]
    properties: dict[str, Any] = {
        "policy_arns": wanted.policy_arns,
        "managed_policies": (*always, *managed),
        "policies": {one: iam.document(well_known.statements(one, cluster)) for one in others},
        "name": wanted.role_name,
    }
    if wanted.permissions_boundary:
        properties["boundary"] = wanted.permissions_boundary
    if statements := permissions.statements(wanted.permissions):
        properties |= {"statements": statements, "policy_name": "Nodes"}
    return properties
