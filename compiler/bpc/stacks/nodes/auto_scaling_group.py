"""The Auto Scaling group of a self-managed node group: each part gives some of its properties.

CloudFormation replaces the nodes itself when the launch template changes, a few at a time (AWS CloudFormation
Template Reference, UpdatePolicy attribute). An instance refresh would be the service's own way, but it is begun by a
call, which no template makes.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Ref, autoscaling, policies

from bpc.kit.sheet import Sheet, referred
from bpc.model import NodeGroup
from bpc.plan.shapes import Plan, PlannedGroup
from bpc.stacks.nodes import discovery, launch_template, places, sizes

# What AWS advises to suspend while CloudFormation replaces nodes, lest the service does so too.
SUSPENDED = ("AlarmNotification", "AZRebalance", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions")
# Nobody tells CloudFormation that a node is ready: it waits as long as nodes need to boot and to join.
PAUSE = "PT5M"


def title(planned: PlannedGroup) -> str:
    return f"{planned.id}AutoScalingGroup"


def add(planned: PlannedGroup, plan: Plan, sheet: Sheet, after: str) -> None:
    properties: dict[str, Any] = {}
    for part in PARTS:
        properties |= part(planned, plan, sheet)
    group = autoscaling.AutoScalingGroup(
        title(planned),
        DependsOn=after,
        UpdatePolicy=_update_policy(planned.node_group),
        **properties,
        Tags=[autoscaling.Tag(key, value, launch) for key, value, launch in discovery.tags(planned, plan, sheet)],
    )
    sheet.add(group, planned.node_group.at)


def _places(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    return {"VPCZoneIdentifier": places.subnets(planned, plan, sheet)}


def _sizes(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    given = sizes.of(planned, sheet)
    names = {"MinSize": "MinSize", "DesiredSize": "DesiredCapacity", "MaxSize": "MaxSize"}
    return {names[key]: value for key, value in given.items()}


def _instances(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """One type bought on demand needs no policy; several, requirements in their place, and Spot are a mixture."""
    name = launch_template.title(planned)
    template = autoscaling.LaunchTemplateSpecification(
        LaunchTemplateId=Ref(name), Version=GetAtt(name, "LatestVersionNumber")
    )
    group = planned.node_group
    if group.capacity != "spot" and not group.mixed_instances and len(group.instance_types) == 1:
        return {"LaunchTemplate": template}
    types = group.instance_types if len(group.instance_types) > 1 else ()
    overrides = [autoscaling.LaunchTemplateOverrides(InstanceType=one) for one in types]
    policy = autoscaling.MixedInstancesPolicy(
        InstancesDistribution=autoscaling.InstancesDistribution(**_distribution(group)),
        LaunchTemplate=autoscaling.LaunchTemplate(
            LaunchTemplateSpecification=template, **({"Overrides": overrides} if overrides else {})
        ),
    )
    return {"MixedInstancesPolicy": policy}


def _distribution(group: NodeGroup) -> dict[str, Any]:
    wanted = group.mixed_instances
    share = wanted.on_demand_percentage_above_base_capacity if wanted else None
    said: dict[str, Any] = {
        "OnDemandBaseCapacity": wanted.on_demand_base_capacity if wanted else 0,
        "OnDemandPercentageAboveBaseCapacity": (0 if group.capacity == "spot" else 100) if share is None else share,
        "SpotAllocationStrategy": wanted.spot_allocation_strategy if wanted else "price-capacity-optimized",
    }
    if wanted and wanted.spot_instance_pools:
        said["SpotInstancePools"] = wanted.spot_instance_pools
    if wanted and wanted.spot_max_price:
        said["SpotMaxPrice"] = wanted.spot_max_price
    return said


def _replacements(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """What the group does by itself: a node that is ill or old gets its successor first, or goes first."""
    group = planned.node_group
    first = group.update.strategy == "default"
    healthy, most = (100, 110) if first else (90, 100)
    return {
        **({"CapacityRebalance": True} if group.capacity_rebalance else {}),
        **({"MaxInstanceLifetime": group.max_instance_lifetime_seconds} if group.max_instance_lifetime_seconds else {}),
        "InstanceMaintenancePolicy": autoscaling.InstanceMaintenancePolicy(
            MinHealthyPercentage=healthy, MaxHealthyPercentage=most
        ),
    }


def _connections(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """Who the nodes are registered with, and who is told of them."""
    group = planned.node_group
    said: dict[str, Any] = {}
    if group.target_group_arns:
        said["TargetGroupARNs"] = [referred(one) for one in group.target_group_arns]
    if group.classic_load_balancer_names:
        said["LoadBalancerNames"] = list(group.classic_load_balancer_names)
    if group.lifecycle_hooks or discovery.drains(plan):
        from bpc.stacks.nodes import lifecycle_hooks

        said["LifecycleHookSpecificationList"] = list(lifecycle_hooks.of(planned, plan))
    if group.metrics_collection:
        said["MetricsCollection"] = [
            autoscaling.MetricsCollection(
                Granularity=one.granularity, **({"Metrics": list(one.metrics)} if one.metrics else {})
            )
            for one in group.metrics_collection
        ]
    return said


# Where the properties come from, in their order in the template.
PARTS = (_places, _sizes, _instances, _replacements, _connections)


def _update_policy(group: NodeGroup) -> policies.UpdatePolicy:
    """default keeps the group's least in service, so that new nodes come first; minimal takes old nodes away first."""
    least = min(group.scaling.min, group.scaling.max - 1) if group.update.strategy == "default" else 0
    suspended = SUSPENDED if group.suspend_processes is None else group.suspend_processes
    return policies.UpdatePolicy(
        AutoScalingRollingUpdate=policies.AutoScalingRollingUpdate(
            MinInstancesInService=least,
            MaxBatchSize=group.update.max_unavailable or 1,
            PauseTime=PAUSE,
            SuspendProcesses=list(suspended),
        )
    )
