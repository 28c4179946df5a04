"""Self-managed node groups: an Auto Scaling group whose nodes may join the cluster, by an access entry for their role.

EKS knows nothing of such a group (Amazon EKS User Guide, Self-managed nodes): nobody drains a node that goes, unless
a lifecycle hook waits for somebody who does, and nobody tells a node how to join but its user data.
"""

from __future__ import annotations

from troposphere import eks

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, PlannedGroup
from bpc.stacks.nodes import auto_scaling_group, launch_template, role


def fill(plan: Plan, sheet: Sheet) -> None:
    for planned in plan.node_groups:
        group = planned.node_group
        if group.managed:
            continue
        role.add(planned, plan, sheet)
        role.add_profile(planned, sheet)
        sheet.add(_access(planned, sheet), group.at)
        launch_template.add(planned, plan, sheet)
        auto_scaling_group.add(planned, plan, sheet, after=_access_title(planned))
        if group.warm_pool and group.warm_pool.enabled:
            from bpc.stacks.nodes import warm_pool

            pool = warm_pool.resource(f"{planned.id}WarmPool", auto_scaling_group.title(planned), group.warm_pool)
            sheet.add(pool, group.warm_pool.at)
        if group.scaling_policies:
            from bpc.stacks.nodes import scaling_policies

            scaling_policies.add(planned, plan, sheet)


def _access_title(planned: PlannedGroup) -> str:
    return f"{planned.id}AccessEntry"


def _access(planned: PlannedGroup, sheet: Sheet) -> eks.AccessEntry:
    """EKS makes it for a managed group (Amazon EKS User Guide, Access entries, types)."""
    return eks.AccessEntry(
        _access_title(planned),
        ClusterName=sheet.imported("cluster", "ClusterName"),
        PrincipalArn=role.arn(planned),
        Type="EC2_WINDOWS" if planned.node_group.family == "windows" else "EC2_LINUX",
        Tags=sheet.tags(),
    )
