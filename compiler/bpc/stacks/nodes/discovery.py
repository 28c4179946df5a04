"""What a self-managed group says of itself by the tags of its Auto Scaling group.

The Cluster Autoscaler finds its groups by two tags. To grow a group that has no node, it has to know what a node
would be: the machine it reads from the launch template, and labels, taints and the size of the disk from tags
(kubernetes/autoscaler, cluster-autoscaler, AWS README, Auto-Discovery Setup). A managed group needs none of the
latter: EKS puts the first two tags on its Auto Scaling group and no tag of the node group, and the Cluster Autoscaler
asks EKS for labels and taints (the same README, permission eks:DescribeNodegroup). It takes one taint a key: where a
node has the key with several effects, the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, PlannedGroup

AUTOSCALER = "k8s.io/cluster-autoscaler"
HANDLER = "aws-node-termination-handler"


def tags(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> Iterator[tuple[str, str, bool]]:
    """Key, value, and whether the nodes get it too; they have the platform's tags from their launch template."""
    group = planned.node_group
    own = sheet.tag_map(f"{plan.name}-{group.name}") | dict(sorted(group.tags.items())) | dict(template(planned))
    own |= {f"{AUTOSCALER}/enabled": "true", f"{AUTOSCALER}/{plan.name}": "owned"}
    for key, value in own.items():
        yield key, value, False
    # Controllers in the cluster know their nodes by it (Amazon EKS User Guide, Self-managed nodes).
    yield f"kubernetes.io/cluster/{plan.name}", "owned", True


def template(planned: PlannedGroup) -> Iterator[tuple[str, str]]:
    """A node of the group, for the Cluster Autoscaler to imagine."""
    group, prefix = planned.node_group, f"{AUTOSCALER}/node-template"
    for key, value in sorted(group.labels.items()):
        yield f"{prefix}/label/{key}", value
    for taint in group.taints:
        yield f"{prefix}/taint/{taint.key}", f"{taint.value}:{taint.effect}"
    yield f"{prefix}/resources/ephemeral-storage", f"{group.disk.size}Gi"


def drains(plan: Plan) -> bool:
    """Whether the node termination handler waits for nodes that their Auto Scaling group takes away."""
    return any(
        addon.entry.name == HANDLER and "instance-termination" in addon.context.options["events"]
        for addon in plan.addons
    )
