"""Target tracking: the Auto Scaling group is sized so that a metric stays near its target.

The reserved capacities are what the pods of all nodes ask for, as a share of what the nodes have (Amazon CloudWatch
User Guide, Amazon EKS and Kubernetes Container Insights metrics: node_cpu_reserved_capacity by ClusterName alone). A
policy on them adds nodes before a pod finds no place, where the Cluster Autoscaler waits for the first that finds none.
"""

from __future__ import annotations

from typing import Any

from troposphere import Ref, autoscaling

from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.model import ScalingPolicy
from bpc.plan.shapes import Plan, PlannedGroup
from bpc.stacks.nodes import auto_scaling_group

PREDEFINED = {
    "cpu": "ASGAverageCPUUtilization",
    "network-in": "ASGAverageNetworkIn",
    "network-out": "ASGAverageNetworkOut",
    "alb-request-count": "ALBRequestCountPerTarget",
}
CONTAINER_INSIGHTS = {
    "cpu-reserved-capacity": "node_cpu_reserved_capacity",
    "memory-reserved-capacity": "node_memory_reserved_capacity",
}


def add(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> None:
    for policy in planned.node_group.scaling_policies or ():
        resource = autoscaling.ScalingPolicy(
            f"{planned.id}{logical_id(policy.metric)}ScalingPolicy",
            AutoScalingGroupName=Ref(auto_scaling_group.title(planned)),
            PolicyType="TargetTrackingScaling",
            EstimatedInstanceWarmup=policy.instance_warmup_seconds,
            TargetTrackingConfiguration=autoscaling.TargetTrackingConfiguration(
                **_metric(policy, plan), TargetValue=policy.target, DisableScaleIn=policy.disable_scale_in
            ),
        )
        sheet.add(resource, policy.at)


def _metric(policy: ScalingPolicy, plan: Plan) -> dict[str, Any]:
    if policy.metric in PREDEFINED:
        label = {"ResourceLabel": policy.resource_label} if policy.resource_label else {}
        predefined = autoscaling.PredefinedMetricSpecification(PredefinedMetricType=PREDEFINED[policy.metric], **label)
        return {"PredefinedMetricSpecification": predefined}
    return {
        "CustomizedMetricSpecification": autoscaling.CustomizedMetricSpecification(
            Namespace="ContainerInsights",
            MetricName=CONTAINER_INSIGHTS[policy.metric],
            Dimensions=[autoscaling.MetricDimension(Name="ClusterName", Value=plan.name)],
            Statistic="Average",
        )
    }
