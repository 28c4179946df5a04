"""Self-managed node groups: what EKS would do for them is in the template, and nothing of the blueprint is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from parts.compiling import Compiled, compiled
from parts.lint import findings

LABEL = "app/web/0123456789abcdef/targetgroup/web/0123456789abcdef"
TARGET = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef"
QUEUE, ROLE = "arn:aws:sqs:eu-west-1:111122223333:hooks", "arn:aws:iam::111122223333:role/Hooks"
HANDLER = {"aws-node-termination-handler": {"events": ["instance-termination"]}}
EVERYTHING: dict[str, Any] = {
    "instanceTypes": ["m7g.large", "m6g.large"],
    "mixedInstances": {
        "onDemandBaseCapacity": 2,
        "onDemandPercentageAboveBaseCapacity": 30,
        "spotAllocationStrategy": "lowest-price",
        "spotInstancePools": 3,
        "spotMaxPrice": "0.05",
    },
    "capacityRebalance": True,
    "scaling": {"min": 2, "desired": 3, "max": 9},
    "lifecycleHooks": [
        {"name": "first", "transition": "launching", "defaultResult": "abandon", "heartbeatTimeoutSeconds": 60},
        {
            "name": "last",
            "transition": "terminating",
            "notificationMetadata": "bye",
            "notificationTargetArn": QUEUE,
            "roleArn": {"import": "hooks-Role"},
        },
    ],
    "metricsCollection": [{"metrics": ["GroupMinSize"]}],
    "scalingPolicies": [
        {"metric": "alb-request-count", "target": 900, "resourceLabel": LABEL},
        {"metric": "cpu-reserved-capacity", "target": 70, "disableScaleIn": True, "instanceWarmupSeconds": 60},
    ],
    "suspendProcesses": ["AZRebalance"],
    "maxInstanceLifetimeSeconds": 604800,
    "targetGroupArns": [TARGET, {"import": "web-TargetGroup"}],
    "classicLoadBalancerNames": ["old"],
    "update": {"maxUnavailable": 2},
    "labels": {"tier": "web", "example.com/team": "a"},
    "taints": [{"key": "only", "value": "web", "effect": "NoSchedule"}, {"key": "new", "effect": "NoExecute"}],
    "disk": {"size": 77},
    "tags": {"team": "a"},
}


def of(group: dict[str, Any], **rest: Any) -> Compiled:
    """A blueprint with one self-managed group, if nothing else is said; the nodes' template is clean."""
    made = compiled(**{"nodeGroups": [{"name": "workers", "type": "self-managed", **group}], **rest})
    assert made.errors == []
    assert findings(made.files["cloudformation/default/40-nodes.json"].decode(), "eu-west-1") == []
    return made


def nodes(group: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """The resources of the nodes' stack."""
    found: dict[str, Any] = of(group, **rest).template("nodes")["Resources"]
    return found


def auto_scaling_group(group: dict[str, Any], **rest: Any) -> dict[str, Any]:
    found: dict[str, Any] = nodes(group, **rest)["WorkersAutoScalingGroup"]["Properties"]
    return found


def tags(group: dict[str, Any], launched: bool = False) -> dict[str, str]:
    own = auto_scaling_group(group)["Tags"]
    return {one["Key"]: one["Value"] for one in own if one["PropagateAtLaunch"] == launched}


def test_what_eks_does_for_a_managed_group_is_in_the_template() -> None:
    made = nodes({})
    assert not [one for one in made.values() if one["Type"] == "AWS::EKS::Nodegroup"]
    entry = made["WorkersAccessEntry"]["Properties"]
    assert (entry["Type"], entry["PrincipalArn"]) == ("EC2_LINUX", {"Fn::GetAtt": ["WorkersNodeRole", "Arn"]})
    assert made["WorkersAutoScalingGroup"]["DependsOn"] == "WorkersAccessEntry"
    data = made["WorkersLaunchTemplate"]["Properties"]["LaunchTemplateData"]
    assert data["IamInstanceProfile"] == {"Arn": {"Fn::GetAtt": ["WorkersInstanceProfile", "Arn"]}}
    assert made["WorkersInstanceProfile"]["Properties"]["Roles"] == [{"Ref": "WorkersNodeRole"}]
    assert "ClusterSecurityGroupId" in json.dumps(data["SecurityGroupIds"])
    assert "${ClusterEndpoint}" in json.dumps(data["UserData"]) and data["ImageId"] == {"Ref": "WorkersImageId"}
    assert data["MetadataOptions"]["HttpTokens"] == "required"


def test_nodes_of_windows_have_an_entry_of_their_own_kind() -> None:
    both = [
        {"name": "linux", "instanceTypes": ["m6i.large"]},
        {"name": "win", "type": "self-managed", "ami": "Windows2022Core", "instanceTypes": ["m6i.large"]},
    ]
    assert nodes({}, nodeGroups=both)["WinAccessEntry"]["Properties"]["Type"] == "EC2_WINDOWS"


def test_nothing_of_the_blueprint_is_lost() -> None:
    made = nodes(EVERYTHING)
    group = made["WorkersAutoScalingGroup"]
    said = group["Properties"]
    assert said["MixedInstancesPolicy"]["InstancesDistribution"] == {
        "OnDemandBaseCapacity": 2,
        "OnDemandPercentageAboveBaseCapacity": 30,
        "SpotAllocationStrategy": "lowest-price",
        "SpotInstancePools": 3,
        "SpotMaxPrice": "0.05",
    }
    overrides = said["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    assert [one["InstanceType"] for one in overrides] == ["m7g.large", "m6g.large"]
    assert (said["CapacityRebalance"], said["MaxInstanceLifetime"]) == (True, 604800)
    assert said["DesiredCapacity"] == {"Ref": "WorkersDesiredSize"}
    assert said["TargetGroupARNs"] == [TARGET, {"Fn::ImportValue": "web-TargetGroup"}]
    assert said["LoadBalancerNames"] == ["old"]
    assert said["MetricsCollection"] == [{"Granularity": "1Minute", "Metrics": ["GroupMinSize"]}]
    assert said["LifecycleHookSpecificationList"] == [
        {
            "LifecycleHookName": "first",
            "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
            "HeartbeatTimeout": 60,
            "DefaultResult": "ABANDON",
        },
        {
            "LifecycleHookName": "last",
            "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
            "HeartbeatTimeout": 300,
            "DefaultResult": "CONTINUE",
            "NotificationMetadata": "bye",
            "NotificationTargetARN": QUEUE,
            "RoleARN": {"Fn::ImportValue": "hooks-Role"},
        },
    ]
    rolling = group["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert (rolling["MaxBatchSize"], rolling["SuspendProcesses"]) == (2, ["AZRebalance"])


@pytest.mark.parametrize(
    ("group", "percentage"),
    [
        ({"capacity": "spot"}, 0),
        ({"instanceTypes": ["m7g.large", "m6g.large"]}, 100),
        ({"capacity": "spot", "mixedInstances": {"onDemandBaseCapacity": 1}}, 0),
        ({"mixedInstances": {"onDemandPercentageAboveBaseCapacity": 40}}, 40),
    ],
)
def test_how_many_nodes_are_on_demand(group: dict[str, Any], percentage: int) -> None:
    policy = auto_scaling_group(group)["MixedInstancesPolicy"]
    assert policy["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == percentage
    assert ("Overrides" in policy["LaunchTemplate"]) == (len(group.get("instanceTypes", [])) > 1)


def test_one_type_on_demand_needs_no_mixture() -> None:
    said = auto_scaling_group({})
    assert "MixedInstancesPolicy" not in said
    assert said["LaunchTemplate"]["LaunchTemplateId"] == {"Ref": "WorkersLaunchTemplate"}


def test_the_size_is_left_to_whatever_scales_it() -> None:
    assert "DesiredCapacity" not in auto_scaling_group({})


def test_the_autoscaler_knows_a_node_that_is_not_there() -> None:
    prefix = "k8s.io/cluster-autoscaler"
    assert tags(EVERYTHING) == {
        "Name": "shop-workers",
        "team": "a",
        f"{prefix}/enabled": "true",
        f"{prefix}/shop": "owned",
        f"{prefix}/node-template/label/tier": "web",
        f"{prefix}/node-template/label/example.com/team": "a",
        f"{prefix}/node-template/taint/only": "web:NoSchedule",
        f"{prefix}/node-template/taint/new": ":NoExecute",
        f"{prefix}/node-template/resources/ephemeral-storage": "77Gi",
    }
    assert tags(EVERYTHING, launched=True) == {"kubernetes.io/cluster/shop": "owned"}


@pytest.mark.parametrize(
    ("strategy", "scaling", "least", "maintenance"),
    [
        ("default", {"min": 2, "max": 4}, 2, (100, 110)),
        ("default", {"min": 3, "max": 3}, 2, (100, 110)),
        ("default", {"min": 0, "desired": 1, "max": 1}, 0, (100, 110)),
        ("minimal", {"min": 2, "max": 4}, 0, (90, 100)),
    ],
)
def test_the_strategy_says_which_nodes_go_first(
    strategy: str, scaling: dict[str, int], least: int, maintenance: tuple[int, int]
) -> None:
    group = nodes({"update": {"strategy": strategy}, "scaling": scaling})["WorkersAutoScalingGroup"]
    rolling = group["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert (rolling["MinInstancesInService"], rolling["MaxBatchSize"]) == (least, 1)
    assert rolling["MinInstancesInService"] < scaling["max"], "CloudFormation wants it so"
    assert tuple(group["Properties"]["InstanceMaintenancePolicy"].values()) == maintenance
    assert {"HealthCheck", "ReplaceUnhealthy"} <= set(rolling["SuspendProcesses"])


def test_the_termination_handler_has_a_hook_and_may_answer_it() -> None:
    made = of({}, addons=HANDLER)
    [hook] = made.template("nodes")["Resources"]["WorkersAutoScalingGroup"]["Properties"][
        "LifecycleHookSpecificationList"
    ]
    assert hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    role = json.dumps(made.template("addons")["Resources"]["AwsNodeTerminationHandlerRole"])
    assert "aws:ResourceTag/kubernetes.io/cluster/shop" in role
    managed = of({"type": "managed"}, addons=HANDLER)
    assert "aws:ResourceTag/kubernetes.io" not in json.dumps(managed.template("addons"))
    assert "LifecycleHookSpecificationList" not in auto_scaling_group({}, addons={"aws-node-termination-handler": {}})


def test_a_policy_keeps_a_metric_near_its_target() -> None:
    made = nodes(EVERYTHING)
    requests = made["WorkersAlbRequestCountScalingPolicy"]["Properties"]
    assert requests["TargetTrackingConfiguration"] == {
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ALBRequestCountPerTarget",
            "ResourceLabel": LABEL,
        },
        "TargetValue": 900,
        "DisableScaleIn": False,
    }
    reserved = made["WorkersCpuReservedCapacityScalingPolicy"]["Properties"]
    assert (reserved["PolicyType"], reserved["EstimatedInstanceWarmup"]) == ("TargetTrackingScaling", 60)
    assert reserved["AutoScalingGroupName"] == {"Ref": "WorkersAutoScalingGroup"}
    assert reserved["TargetTrackingConfiguration"] == {
        "CustomizedMetricSpecification": {
            "Namespace": "ContainerInsights",
            "MetricName": "node_cpu_reserved_capacity",
            "Dimensions": [{"Name": "ClusterName", "Value": "shop"}],
            "Statistic": "Average",
        },
        "TargetValue": 70,
        "DisableScaleIn": True,
    }


def test_nodes_that_stand_by_wait_before_they_join() -> None:
    pool = {"minSize": 1, "maxGroupPreparedCapacity": 5, "state": "running"}
    made = nodes({"ami": "Bottlerocket", "warmPool": pool, "bottlerocket": {"settings": {"motd": "hi"}}})
    assert made["WorkersWarmPool"]["Properties"] == {
        "AutoScalingGroupName": {"Ref": "WorkersAutoScalingGroup"},
        "MinSize": 1,
        "MaxGroupPreparedCapacity": 5,
        "PoolState": "Running",
        "InstanceReusePolicy": {"ReuseOnScaleIn": False},
    }
    boot = json.dumps(made["WorkersLaunchTemplate"]["Properties"]["LaunchTemplateData"]["UserData"])
    assert "should-wait = true" in boot and "motd" in boot
    without = nodes({"ami": "Bottlerocket", "warmPool": {"enabled": False}})
    assert "WorkersWarmPool" not in without and "should-wait" not in json.dumps(without)


def test_eks_keeps_the_warm_pool_of_a_managed_group() -> None:
    made = nodes({"type": "managed", "warmPool": {"minSize": 2, "state": "hibernated", "reuseOnScaleIn": True}})
    assert made["WorkersNodeGroup"]["Properties"]["WarmPoolConfig"] == {
        "Enabled": True,
        "MinSize": 2,
        "PoolState": "HIBERNATED",
        "ReuseOnScaleIn": True,
    }
    gone = nodes({"type": "managed", "warmPool": {"enabled": False}})["WorkersNodeGroup"]["Properties"]
    assert gone["WarmPoolConfig"] == {"Enabled": False}
