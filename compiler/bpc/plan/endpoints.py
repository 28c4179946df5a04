"""The VPC endpoints of a network: those that the blueprint lists, and those that its parts need."""

from __future__ import annotations

from collections.abc import Iterable

from bpc import facts
from bpc.model import Blueprint
from bpc.model.network import PRIVATE_CLUSTER
from bpc.plan.shapes import PlannedAddOn

# What nodes and the kubelet call, and pods with IAM roles (Amazon EKS User Guide, Deploy private clusters). The layers
# of images come from S3 (Amazon ECR User Guide, Amazon ECR interface VPC endpoints).
ALWAYS = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "s3", "sts")
SESSION = ("ssm", "ssmmessages")
# A managed node is told at its first boot what it would ask EKS, so these go where the Region does not have them.
DISPENSABLE = ("eks",)


def planned(blueprint: Blueprint, addons: Iterable[PlannedAddOn]) -> tuple[str, ...]:
    """Gateways first, then interfaces, each by name."""
    listed = {*blueprint.network.endpoints}
    if PRIVATE_CLUSTER in listed:
        listed |= needed(blueprint, addons)
    return tuple(sorted(listed - {PRIVATE_CLUSTER}, key=lambda one: (not facts.is_gateway_endpoint(one), one)))


def needed(blueprint: Blueprint, addons: Iterable[PlannedAddOn]) -> set[str]:
    """What the parts of the blueprint call."""
    region = blueprint.metadata.region
    found = {one for one in ALWAYS if one not in DISPENSABLE or facts.has_endpoint(one, region)}
    found |= {endpoint for addon in addons for endpoint in addon.entry.endpoints}
    bastion = blueprint.bastion
    if (bastion and bastion.access == "ssm") or any(one.ssm for one in blueprint.node_groups):
        found |= {*SESSION}
    if bastion and bastion.access == "ssm" and bastion.os == "al2" and facts.has_endpoint("ec2messages", region):
        # The agent of Amazon Linux 2 still asks for it; newer ones do not.
        found.add("ec2messages")
    return found
