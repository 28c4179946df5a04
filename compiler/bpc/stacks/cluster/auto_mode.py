"""EKS Auto Mode: the cluster's own nodes, volumes and load balancers, and the roles that these need.

Amazon EKS User Guide, EKS Auto Mode: cluster IAM role, node IAM role, Create a cluster. EKS makes the access entry of
the node role itself.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, eks

from bpc.kit import iam, image_cache
from bpc.kit.sheet import Sheet
from bpc.model import AutoMode
from bpc.plan.shapes import Plan

CLUSTER_POLICIES = (
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")


def properties(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    wanted = plan.blueprint.cluster.auto_mode
    assert wanted
    compute: dict[str, Any] = {"Enabled": True}
    if wanted.node_pools:
        compute |= {"NodePools": list(wanted.node_pools), "NodeRoleArn": _node_role(wanted, plan, sheet)}
    return {
        "ComputeConfig": eks.ComputeConfig(**compute),
        "StorageConfig": eks.StorageConfig(BlockStorage=eks.BlockStorage(Enabled=True)),
    }


def _node_role(wanted: AutoMode, plan: Plan, sheet: Sheet) -> Any:
    if wanted.node_role_arn:
        return wanted.node_role_arn
    role = iam.role(
        "AutoModeNodeRole",
        iam.trusts("ec2.amazonaws.com"),
        boundary=wanted.permissions_boundary or plan.blueprint.cloudformation.permissions_boundary,
        tags=sheet.tags("AutoModeNodeRole"),
        managed_policies=NODE_POLICIES,
        policies=image_cache.policies(plan),
    )
    sheet.add(role, wanted.at)
    return GetAtt(role, "Arn")
