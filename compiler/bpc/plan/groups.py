"""What follows from a node group's instance types."""

from __future__ import annotations

from collections.abc import Mapping

from bpc import facts
from bpc.kit.naming import logical_id
from bpc.model import NodeGroup
from bpc.plan.shapes import PlannedGroup


def planned(group: NodeGroup, cluster_version: str, tags: Mapping[str, str]) -> PlannedGroup:
    """AmiType as the EKS API names it (AWS::EKS::Nodegroup, AmiType); an image only where EKS does not choose it."""
    version = group.version or cluster_version
    image = facts.node_images(group.ami).get(group.architecture, {}).get(group.variant)
    kind, parameter = (image.type, image.parameter.format(version=version)) if image else ("", "")
    own = group.ami_id or group.ami_parameter or parameter if group.joins_alone else ""
    return PlannedGroup(group, logical_id(group.name), version, kind, own, dict(tags))
