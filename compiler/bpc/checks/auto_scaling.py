"""Auto Scaling groups: what EKS's have and one's own have not, and the other way round; who sizes them, who drains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.checks.nodes import ONE_SPOT_TYPE
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, NodeGroup

HANDLER = "aws-node-termination-handler"
INSIGHTS = "amazon-cloudwatch-observability"
MOST_TAGS = 50

WARM_POOL = rule(
    "BPC830",
    "warm-pool-impossible",
    why="A warm pool holds no Spot instances and, in a managed group, no image of your own. Bottlerocket neither "
    "hibernates nor goes back to the pool, and alone can wait in an Auto Scaling group that EKS does not run: other "
    "nodes would join the cluster and then be stopped (Amazon EKS User Guide, Warm pools; Amazon EC2 Auto Scaling User "
    "Guide, Warm pools).",
    cure="Change what the message names, or leave the warm pool out.",
)
ONLY_SELF_MANAGED = rule(
    "BPC831",
    "only-self-managed",
    why="The Auto Scaling group of a managed node group is EKS's: nothing but EKS may change it, and EKS has no such "
    "setting (Amazon EKS User Guide, Managed node groups).",
    cure="Use `type: self-managed`, or take the setting away.",
)
ONLY_MANAGED = rule(
    "BPC832",
    "only-managed",
    why="EKS does this for the groups that it manages. In an Auto Scaling group of your own CloudFormation replaces "
    "the nodes, a number at a time, and asks no pod disruption budget.",
    cure="Use `type: managed`, or take the setting away.",
)
NO_SPOT = rule(
    "BPC833",
    "spot-setting-without-spot",
    why="The group buys no Spot instances in the way that the setting is for, so that it would do nothing.",
    cure="Use `capacity: spot`, or an onDemandPercentageAboveBaseCapacity below 100; spotInstancePools goes with "
    "`spotAllocationStrategy: lowest-price`.",
)
MANAGED_POLICY = rule(
    "BPC834",
    "scaling-policy-of-managed",
    why="A policy needs the name of an Auto Scaling group. EKS chooses it, and AWS::EKS::Nodegroup does not tell it "
    "(AWS CloudFormation Template Reference, AWS::EKS::Nodegroup, return values).",
    cure="Use `type: self-managed`; or keep the group managed and size it with the add-on cluster-autoscaler.",
)
POLICY = rule(
    "BPC835",
    "scaling-policy",
    why="A metric has one target in a group. alb-request-count has to know the target group, the others have none, and "
    "a share is at most 100 (Amazon EC2 Auto Scaling User Guide, Target tracking scaling policies).",
    cure="Change what the message names.",
)
NO_METRIC = rule(
    "BPC836",
    "metric-nobody-measures",
    why="Container Insights measures it, which the EKS add-on amazon-cloudwatch-observability brings. Without the "
    "metric the policy does nothing (Amazon CloudWatch User Guide, Container Insights).",
    cure="Install Container Insights.",
    severity="warning",
)
TWO_SIZERS = rule(
    "BPC837",
    "two-autoscalers",
    why="The policy and the Cluster Autoscaler would both take nodes away; the policy drains none and knows no pods "
    "(kubernetes/autoscaler, cluster-autoscaler, FAQ).",
    cure="Say `disableScaleIn: true`, so that the policy adds nodes and the Cluster Autoscaler takes them away.",
    severity="warning",
)
NOT_DRAINED = rule(
    "BPC838",
    "nodes-not-drained",
    why="Nobody drains a node of a self-managed group that an update, Spot or the group itself takes away: its pods "
    "are killed (Amazon EKS User Guide, Self-managed nodes).",
    cure="Use the add-on aws-node-termination-handler with the event instance-termination, or a hook for terminating "
    "nodes that somebody answers.",
    severity="warning",
)
TAGS = rule(
    "BPC839",
    "auto-scaling-group-tags",
    why="Each label and taint of a self-managed group is a tag of its Auto Scaling group, for the Cluster Autoscaler, "
    f"and a group has at most {MOST_TAGS} tags (Amazon EC2 Auto Scaling User Guide, Quotas).",
    cure="Use fewer labels, taints or tags.",
)
HOOK = rule(
    "BPC840",
    "lifecycle-hook",
    why="A hook has a name of its own, and what it tells, it tells with a role (Amazon EC2 Auto Scaling API Reference, "
    "LifecycleHookSpecification).",
    cure="Change what the message names.",
)


def _warm_pools(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        pool = group.warm_pool
        if pool is None or not pool.enabled:
            continue
        at, rocket = pool.at, group.family == "bottlerocket"
        if _buys_spot(group):
            yield WARM_POOL.at(at, f"{group.name} buys Spot instances", key=True)
        if group.managed and group.own_image:
            yield WARM_POOL.at(at, f"{group.name} has an image of its own", key=True)
        if not group.managed and not rocket:
            yield WARM_POOL.at(at, f"nodes of {group.ami} cannot wait", "use type: managed, or Bottlerocket", key=True)
        if rocket and pool.state == "hibernated":
            yield WARM_POOL.at((*at, "state"), "Bottlerocket does not hibernate", "use stopped")
        if rocket and pool.reuse_on_scale_in:
            yield WARM_POOL.at((*at, "reuseOnScaleIn"), "Bottlerocket does not go back to the pool")
        most = pool.max_group_prepared_capacity
        if most and most < pool.min_size:
            yield WARM_POOL.at((*at, "maxGroupPreparedCapacity"), f"{most} is below minSize {pool.min_size}")


def _kinds(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        if group.managed:
            if group.scaling_policies:
                at = (*group.at, "scalingPolicies")
                yield MANAGED_POLICY.at(
                    at, f"the Auto Scaling group of {group.name} is EKS's", "use type: self-managed", key=True
                )
            for field in group.own_settings:
                yield ONLY_SELF_MANAGED.at((*group.at, field), f"{group.name} is managed and has no {field}", key=True)
        else:
            for path, value in _of_eks(group).items():
                if value:
                    at = (*group.at, *path.split("."))
                    yield ONLY_MANAGED.at(at, f"{group.name} is self-managed and has no {path}", key=True)


def _of_eks(group: NodeGroup) -> dict[str, Any]:
    return {
        "launchTemplate": group.launch_template,
        "releaseVersion": group.release_version,
        "repair": group.repair.said,
        "update.force": group.update.force,
        "update.maxUnavailablePercentage": group.update.max_unavailable_percentage,
    }


def _spot(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for group in blueprint.node_groups:
        mixed = group.mixed_instances
        if group.managed:
            continue
        if not _buys_spot(group):
            if mixed:
                yield NO_SPOT.at(mixed.at, f"every node of {group.name} is On-Demand", key=True)
            if group.capacity_rebalance:
                yield NO_SPOT.at((*group.at, "capacityRebalance"), f"{group.name} buys no Spot instances", key=True)
            continue
        if group.capacity != "spot" and len(group.instance_types) == 1:
            yield ONE_SPOT_TYPE.at(
                (*group.at, "instanceTypes"), f"spot with {group.instance_types[0]} alone", "add more"
            )
        if mixed and mixed.spot_instance_pools and mixed.spot_allocation_strategy != "lowest-price":
            at = (*mixed.at, "spotInstancePools")
            yield NO_SPOT.at(at, f"{mixed.spot_allocation_strategy} chooses the pools itself", key=True)


def _buys_spot(group: NodeGroup) -> bool:
    mixed = group.mixed_instances
    share = mixed.on_demand_percentage_above_base_capacity if mixed else None
    return group.capacity == "spot" if share is None else share < 100


def _policies(blueprint: Blueprint) -> Iterator[Diagnostic]:
    there = {one.name for one in blueprint.addons if one.options["enabled"]}
    for group in blueprint.node_groups:
        seen: set[str] = set()
        for policy in group.scaling_policies or ():
            at, metric = policy.at, policy.metric
            if metric in seen:
                yield POLICY.at((*at, "metric"), f"{group.name} has a target for {metric} already")
            seen.add(metric)
            requests = metric == "alb-request-count"
            if requests and not policy.resource_label:
                yield POLICY.at((*at, "metric"), "alb-request-count needs a resourceLabel", "say which target group")
            elif policy.resource_label and not requests:
                yield POLICY.at((*at, "resourceLabel"), f"{metric} has no target group", key=True)
            if policy.target > 100 and metric.startswith(("cpu", "memory")):
                yield POLICY.at((*at, "target"), f"{policy.target} percent is more than there is")
            if "reserved" in metric and INSIGHTS not in there:
                yield NO_METRIC.at((*at, "metric"), f"no add-on here measures {metric}")
            if "cluster-autoscaler" in there and not policy.disable_scale_in and not group.managed:
                yield TWO_SIZERS.at(at, f"the Cluster Autoscaler sizes {group.name}, too", "say disableScaleIn: true")


def _drained(blueprint: Blueprint) -> Iterator[Diagnostic]:
    handled = any(
        one.name == HANDLER and one.options["enabled"] and "instance-termination" in one.options["events"]
        for one in blueprint.addons
    )
    for group in blueprint.node_groups:
        hooks = group.lifecycle_hooks or ()
        if not group.managed and not handled and all(one.transition == "launching" for one in hooks):
            yield NOT_DRAINED.at((*group.at, "type"), f"nobody drains the nodes of {group.name}")
        seen = {HANDLER}
        for hook in hooks:
            if hook.name in seen:
                yield HOOK.at((*hook.at, "name"), f"{hook.name} is another hook's name")
            seen.add(hook.name)
            if bool(hook.notification_target_arn) != bool(hook.role_arn):
                yield HOOK.at(hook.at, f"{hook.name} needs both of notificationTargetArn and roleArn, or none")


def _tags(blueprint: Blueprint) -> Iterator[Diagnostic]:
    """The user's own, and Name, the size of the disk, two for the Cluster Autoscaler and one for the cluster."""
    for group in blueprint.node_groups:
        own = blueprint.metadata.tags.keys() | group.tags.keys()
        count = len(own) + len(group.labels) + len({one.key for one in group.taints}) + 5
        if not group.managed and count > MOST_TAGS:
            yield TAGS.at((*group.at, "labels"), f"{group.name} would have {count} tags", key=True)


CHECKS = (_warm_pools, _kinds, _spot, _policies, _drained, _tags)
