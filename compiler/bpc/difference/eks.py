"""What EKS refuses although the provider schema lets it change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bpc.diagnostics import Diagnostic
from bpc.difference import rules
from bpc.difference.shapes import ABSENT, REPLACED, RESOURCE, Change, Detail
from bpc.difference.spread import Found

# Amazon EKS user guide, "Change authentication mode to use access entries": there is no way back.
BACK = set(combinations(("CONFIG_MAP", "API_AND_CONFIG_MAP", "API"), 2))


def refused(change: Change, found: Found) -> Iterator[Diagnostic]:
    """What EKS says no to. A new resource starts afresh, so nothing of this holds for one."""
    if change.replacement == REPLACED:
        return
    if change.type == "AWS::EKS::Cluster" and _other_vpc(change, found):
        message = "the update fails: a cluster stays in the VPC that it was made in"
        yield rules.REFUSED_BY_EKS.at(change.key, message)
    for one in change.details:
        if change.type == "AWS::EKS::Cluster":
            yield from _of_cluster(change, one)
        elif change.type == "AWS::EKS::Nodegroup" and _other_template(one):
            message = "a node group keeps the launch template that it was made with, or none, for good"
            yield rules.REFUSED_BY_EKS.at(change.key, f"the update fails: {message}")


def _of_cluster(change: Change, one: Detail) -> Iterator[Diagnostic]:
    if one.path == ("Version",):
        before, after = (str(value).rpartition(".")[2] for value in (one.before, one.after))
        step = int(after) - int(before) if before.isdigit() and after.isdigit() else 0
        if abs(step) > 1:
            message = f"EKS refuses to go from {one.before} to {one.after}; one minor version at a time"
            yield rules.SKIPPED_MINOR.at(change.key, message)
        elif step < 0:
            message = f"EKS goes back to {one.after} only within seven days of the upgrade, and after the nodes"
            yield rules.VERSION_BACK.at(change.key, message)
    elif one.path == ("AccessConfig", "AuthenticationMode") and (one.after, one.before) in BACK:
        message = f"the update fails: EKS does not go back from {one.before} to {one.after}"
        yield rules.REFUSED_BY_EKS.at(change.key, message)


def _other_vpc(change: Change, found: Found) -> bool:
    """Whether a subnet is made anew because its VPC is (Amazon EKS API Reference, UpdateClusterConfig)."""
    causes = {
        one.cause
        for one in change.details
        if one.path[:2] == ("ResourcesVpcConfig", "SubnetIds") and one.source == RESOURCE
    }
    return any(
        one.title in causes and any(detail.path == ("VpcId",) for detail in one.details)
        for one in found.values()
        if one.type == "AWS::EC2::Subnet"
    )


def _other_template(one: Detail) -> bool:
    """Amazon EKS API Reference, UpdateNodegroupVersion: the launch template must be the same one, if there was one."""
    whole = one.path == ("LaunchTemplate",) and ABSENT in (one.before, one.after)
    return whole or one.path in (("LaunchTemplate", "Id"), ("LaunchTemplate", "Name"))
