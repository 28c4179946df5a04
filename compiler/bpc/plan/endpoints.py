"""The interface endpoints of a network without internet."""

from __future__ import annotations

from collections.abc import Iterable

from bpc.model import Blueprint
from bpc.plan.shapes import PlannedAddOn

# What nodes, kubelets and the Pod Identity Agent call (Amazon EKS User Guide, private clusters).
ALWAYS = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "sts")
SESSION = ("ssm", "ssmmessages")


def planned(blueprint: Blueprint, addons: Iterable[PlannedAddOn]) -> tuple[str, ...]:
    needed = {*ALWAYS, *(endpoint for addon in addons for endpoint in addon.entry.endpoints)}
    bastion = blueprint.bastion
    if (bastion and bastion.access == "ssm") or any(one.ssm for one in blueprint.node_groups):
        needed |= {*SESSION}
    if bastion and bastion.access == "ssm" and bastion.os == "al2":
        # The agent of Amazon Linux 2 still asks for it; newer ones do not, and newer Regions do not have it.
        needed.add("ec2messages")
    return tuple(sorted(needed))
