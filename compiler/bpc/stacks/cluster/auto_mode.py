"""EKS Auto Mode: the cluster's own nodes, volumes and load balancers, and the roles that these need.

Amazon EKS User Guide, EKS Auto Mode: cluster IAM role, node IAM role, Create a cluster, Custom AWS tags for EKS Auto
resources, Create node class access entry. EKS makes the access entry of the role of its own node pools itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, eks

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
ROLE, TAGGING = "AutoModeNodeRole", "TagWhatAutoModeMakes"
# Where EKS has no node pools. It is another one, because EKS may keep its access entry of the first.
OWN_ROLE = "AutoModeNodeClassRole"
MARK = "aws:RequestTag/eks:eks-cluster-name"


def properties(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    wanted = plan.blueprint.cluster.auto_mode
    assert wanted
    compute: dict[str, Any] = {"Enabled": True}
    if wanted.node_pools:
        compute |= {"NodePools": list(wanted.node_pools), "NodeRoleArn": _node_role(ROLE, wanted, plan, sheet)}
    return {
        "ComputeConfig": eks.ComputeConfig(**compute),
        "StorageConfig": eks.StorageConfig(BlockStorage=eks.BlockStorage(Enabled=True)),
    }


def fill(wanted: AutoMode, plan: Plan, sheet: Sheet) -> None:
    """What NodeClasses of the blueprint's own need: an instance profile that they can name, and access entries."""
    given = wanted.iam.role_arn if wanted.iam else None
    known = {given} if wanted.node_pools else set()
    if wanted.needs_role and wanted.node_classes:
        role = given if wanted.node_pools or given else _node_role(OWN_ROLE, wanted, plan, sheet)
        if not given:
            _profile(ROLE if wanted.node_pools else OWN_ROLE, wanted, plan, sheet)
        if not wanted.node_pools:
            _entry("AutoModeNodeAccess", role, plan, sheet, wanted.at)
            known = {given}
    for place, one in enumerate(wanted.node_classes):
        arn = one.get("roleArn")
        if arn and arn not in known:
            from bpc.kit.naming import access_entry_id

            known.add(arn)
            _entry(access_entry_id(arn), arn, plan, sheet, (*wanted.at, "nodeClasses", place))


def tagging(plan: Plan) -> dict[str, Any]:
    """What the cluster's role needs to put tags of the blueprint on what it makes for NodeClasses and Ingresses."""
    wanted = plan.blueprint.cluster.auto_mode
    assert wanted
    common = bool(plan.blueprint.metadata.tags)
    machines = any(common or one["tags"] for one in wanted.node_classes)
    balancers = any(common or one["tags"] for one in wanted.ingress_classes)
    statements = [*(_machines(plan) if machines else ()), *(_balancers(plan) if balancers else ())]
    return {TAGGING: iam.document(statements)} if statements else {}


def _machines(plan: Plan) -> Iterator[Statement]:
    here = iam.when_equal({MARK: plan.name})
    made = ("ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:CreateNetworkInterface", "ec2:RunInstances")
    yield iam.allow(*made, on=[iam.arn("ec2:*/*")], where=here, sid="TagNodes")


def _balancers(plan: Plan) -> Iterator[Statement]:
    # A rule is made on its listener, and a listener on its load balancer.
    on = [iam.arn(f"elasticloadbalancing:{one}/*") for one in ("loadbalancer", "listener", "targetgroup")]
    made = [f"elasticloadbalancing:Create{one}" for one in ("LoadBalancer", "Listener", "Rule", "TargetGroup")]
    here = iam.when_equal({MARK: plan.name})
    groups = [iam.arn("ec2:security-group/*")]
    yield iam.allow(*made, "ec2:CreateSecurityGroup", on=[*on, *groups], where=here, sid="TagLoadBalancers")


def _node_role(title: str, wanted: AutoMode, plan: Plan, sheet: Sheet) -> GetAtt | str:
    known = roles.Known(NODE_POLICIES, own="Nodes", policies=image_cache.policies(plan))
    return roles.add(title, iam.trusts(iam.ec2(plan.partition)), wanted.iam, plan, sheet, wanted.at, known)


def _profile(role: str, wanted: AutoMode, plan: Plan, sheet: Sheet) -> None:
    """It has a name, because a manifest has to say it; so the role that is there need not get one."""
    from troposphere.iam import InstanceProfile

    from bpc.kit.auto_mode_objects import profile

    named = profile(plan.name, plan.region)
    sheet.add(InstanceProfile("AutoModeInstanceProfile", InstanceProfileName=named, Roles=[Ref(role)]), wanted.at)


def _entry(title: str, principal: Any, plan: Plan, sheet: Sheet, at: Any) -> None:
    policy = f"arn:{plan.partition}:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy"
    rights = [eks.AccessPolicy(PolicyArn=policy, AccessScope=eks.AccessScope(Type="cluster"))]
    made = eks.AccessEntry(
        title,
        ClusterName=Ref("Cluster"),
        PrincipalArn=principal,
        Type="EC2",
        AccessPolicies=rights,
        Tags=sheet.tags(),
    )
    sheet.add(made, at)
