"""A local cluster: the control plane on an Outpost.

Amazon EKS User Guide, Local clusters for Amazon EKS on AWS Outposts; Amazon EKS local cluster IAM role. The control
plane runs on EC2 instances of the account, so their role is assumed by EC2. Local clusters know no EKS add-ons: the
VPC CNI, CoreDNS and kube-proxy are there from the start.
"""

from __future__ import annotations

from typing import Any

from troposphere import eks

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan

SERVICE = "ec2.amazonaws.com"
POLICY = "AmazonEKSLocalOutpostClusterPolicy"


def properties(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    wanted = plan.blueprint.cluster.outpost
    assert wanted
    made: dict[str, Any] = {"OutpostArns": [wanted.arn], "ControlPlaneInstanceType": wanted.control_plane_instance_type}
    if placement := wanted.placement:
        named = {"GroupName": placement.group_name, "SpreadLevel": placement.spread_level}
        made["ControlPlanePlacement"] = eks.ControlPlanePlacement(**{key: one for key, one in named.items() if one})
    if wanted.etcd_instance_type:
        made["EtcdInstanceType"] = wanted.etcd_instance_type
    if wanted.etcd_placement:
        made["EtcdPlacement"] = eks.EtcdPlacement(SpreadLevel=wanted.etcd_placement.spread_level)
    return {"OutpostConfig": eks.OutpostConfig(**made)}
