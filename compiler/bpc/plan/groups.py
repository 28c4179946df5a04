"""What follows from a node group's instance types."""

from __future__ import annotations

from collections.abc import Mapping

from bpc import facts
from bpc.kit.naming import logical_id
from bpc.model import NodeGroup
from bpc.plan.shapes import PlannedGroup


def planned(group: NodeGroup, tags: Mapping[str, str]) -> PlannedGroup:
    """AmiType as the EKS API names it (AWS::EKS::Nodegroup, AmiType)."""
    arm = facts.architecture(group.instance_types[0]) == "arm64"
    if group.ami == "Bottlerocket":
        ami_type = "BOTTLEROCKET_ARM_64" if arm else "BOTTLEROCKET_x86_64"
    else:
        ami_type = "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD"
    return PlannedGroup(group, logical_id(group.name), ami_type, dict(tags))
