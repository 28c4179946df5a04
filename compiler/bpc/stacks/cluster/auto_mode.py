"""EKS Auto Mode: the cluster's own nodes, volumes and load balancers, and the roles that these need.

Amazon EKS User Guide, EKS Auto Mode: cluster IAM role, node IAM role, Create a cluster. EKS makes the access entry of
the node role itself.
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, eks

from bpc import roles
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


def _node_role(wanted: AutoMode, plan: Plan, sheet: Sheet) -> GetAtt | str:
    known = roles.Known(NODE_POLICIES, own="Nodes", policies=image_cache.policies(plan))
    return roles.add("AutoModeNodeRole", iam.trusts(iam.ec2(plan.partition)), wanted.iam, plan, sheet, wanted.at, known)
