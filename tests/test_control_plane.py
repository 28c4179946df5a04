"""The control plane's own settings, as the template says them and as cfn-lint takes them."""

from __future__ import annotations

import json
from typing import Any

from parts.compiling import compiled

CLUSTER = {
    "iam": {"roleArn": "arn:aws:iam::111122223333:role/EksCluster"},
    "securityGroupIds": ["sg-0123456789abcdef0", {"import": "shared-ControlPlaneSecurityGroup"}],
    "egressMode": "customer-routed",
    "controlPlaneTier": "tier-2xl",
    "zonalShift": True,
    "forceUpdateVersion": True,
    "rollback": {"timeoutMinutes": 240},
    "kubeApiServer": {"eventTtlMinutes": 30, "serviceNodePortRange": {"minPort": 30000, "maxPort": 31000}},
    "kubeScheduler": {
        "nodeResourcesFit": {
            "scoringStrategy": {
                "type": "most-allocated",
                "resources": [{"name": "cpu", "weight": 2}, {"name": "memory"}],
            }
        }
    },
    "kubeControllerManager": {"horizontalPodAutoscalerSyncPeriodSeconds": 10, "terminatedPodGcThreshold": 1000},
    "endpoint": {"privateCidrs": ["10.20.0.0/16", "2001:db8::/32"]},
    "access": [
        {"principal": "arn:aws:iam::111122223333:role/Karpenter", "type": "ec2-linux"},
        {
            "principal": "arn:aws:iam::111122223333:role/Auto",
            "type": "ec2",
            "policies": [{"policy": "auto-node"}],
        },
    ],
    "oidcIdentityProvider": {
        "name": "company",
        "issuerUrl": "https://login.example.com/realm",
        "clientId": "kubernetes",
        "usernameClaim": "email",
        "groupsClaim": "groups",
        "groupsPrefix": "oidc:",
        "requiredClaims": {"department": "platform"},
        "tags": {"owner": "identity"},
    },
}


def test_security_groups_for_pods_are_asked_for() -> None:
    def has_policy(**sections: Any) -> bool:
        return "AmazonEKSVPCResourceController" in json.dumps(compiled(**sections).template("cluster"))

    windows = [{"name": "workers"}, {"name": "win", "ami": "Windows2022Core"}]
    assert not has_policy()
    assert has_policy(cluster={"vpcResourceController": True})
    assert has_policy(nodeGroups=windows)
    assert not has_policy(cluster={"vpcResourceController": False})
    assert compiled(cluster={"vpcResourceController": False}, nodeGroups=windows).errors == ["BPC842"]


def test_a_role_has_its_own_boundary_or_that_of_all() -> None:
    arn = "arn:aws:iam::111122223333:policy/{}"
    auto = {"iam": {"permissionsBoundary": arn.format("node")}}
    made = compiled(
        cluster={"iam": {"permissionsBoundary": arn.format("cluster")}, "autoMode": auto},
        cloudformation={"permissionsBoundary": arn.format("all")},
        fargateProfiles=[{"name": "a", "selectors": [{"namespace": "a"}]}],
    )
    assert made.errors == []
    roles = {**made.resources("cluster", "AWS::IAM::Role"), **made.resources("nodes", "AWS::IAM::Role")}
    found = {title: role["PermissionsBoundary"].rpartition("/")[2] for title, role in roles.items()}
    assert (found.pop("ClusterRole"), found.pop("AutoModeNodeRole")) == ("cluster", "node")
    assert set(found.values()) == {"all"}
    assert made.lint() == []


def test_a_control_plane_with_everything_lints_clean() -> None:
    made = compiled(cluster=CLUSTER)
    assert made.errors == []
    assert made.lint() == []
    assert "AWS::IAM::Role" not in str(made.template("cluster")["Resources"].get("ClusterRole"))


def test_the_cluster_says_what_the_blueprint_says() -> None:
    cluster = compiled(cluster=CLUSTER).resource("cluster", "AWS::EKS::Cluster")
    assert cluster["RoleArn"] == CLUSTER["iam"]["roleArn"]
    vpc = cluster["ResourcesVpcConfig"]
    shared = {"Fn::ImportValue": "shared-ControlPlaneSecurityGroup"}
    assert vpc["SecurityGroupIds"] == ["sg-0123456789abcdef0", shared]
    assert vpc["ControlPlaneEgressMode"] == "CUSTOMER_ROUTED"
    assert cluster["ControlPlaneScalingConfig"] == {"Tier": "tier-2xl"}
    assert cluster["ZonalShiftConfig"] == {"Enabled": True}
    assert cluster["Force"] is True
    assert cluster["RollbackConfig"] == {"TimeoutMinutes": 240}
    assert cluster["KubeApiServerConfig"] == {
        "EventTtl": "30m",
        "ServiceNodePortRange": {"MinPort": 30000, "MaxPort": 31000},
    }
    assert cluster["KubeSchedulerConfig"]["NodeResourcesFit"]["ScoringStrategy"] == {
        "Type": "MostAllocated",
        "Resources": [{"Name": "cpu", "Weight": 2}, {"Name": "memory", "Weight": 1}],
    }
    assert cluster["KubeControllerManagerConfig"] == {
        "HorizontalPodAutoscalerControllerConfig": {"HorizontalPodAutoscalerSyncPeriod": "10s"},
        "PodGcControllerConfig": {"TerminatedPodGcThreshold": 1000},
    }


def test_what_the_blueprint_leaves_out_is_left_to_eks() -> None:
    cluster = compiled().resource("cluster", "AWS::EKS::Cluster")
    tuned = {"ControlPlaneScalingConfig", "ZonalShiftConfig", "Force", "RollbackConfig", "KubeApiServerConfig"}
    assert not tuned & set(cluster)
    assert not {"SecurityGroupIds", "ControlPlaneEgressMode"} & set(cluster["ResourcesVpcConfig"])


def test_networks_beside_the_vpc_reach_the_private_endpoint() -> None:
    rules = compiled(cluster=CLUSTER).resources("cluster", "AWS::EC2::SecurityGroupIngress")
    assert rules["Range10x20x0x0Mask16ToCluster"]["CidrIp"] == "10.20.0.0/16"
    assert rules["Range2001xdb8xxMask32ToCluster"]["CidrIpv6"] == "2001:db8::/32"
    assert {(one["FromPort"], one["ToPort"]) for one in rules.values()} == {(443, 443)}


def test_entries_for_nodes_say_their_type() -> None:
    entries = compiled(cluster=CLUSTER).resources("cluster", "AWS::EKS::AccessEntry")
    assert entries["KarpenterRole111122223333AccessEntry"]["Type"] == "EC2_LINUX"
    auto = entries["AutoRole111122223333AccessEntry"]
    assert auto["Type"] == "EC2"
    assert auto["AccessPolicies"][0]["PolicyArn"].endswith("/AmazonEKSAutoNodePolicy")


def test_the_identity_provider_is_the_companys() -> None:
    provider = compiled(cluster=CLUSTER).resource("cluster", "AWS::EKS::IdentityProviderConfig")
    assert provider["Oidc"] == {
        "ClientId": "kubernetes",
        "IssuerUrl": "https://login.example.com/realm",
        "UsernameClaim": "email",
        "GroupsClaim": "groups",
        "GroupsPrefix": "oidc:",
        "RequiredClaims": [{"Key": "department", "Value": "platform"}],
    }
    assert {"Key": "owner", "Value": "identity"} in provider["Tags"]


def test_logs_that_are_rarely_read_cost_less() -> None:
    made = compiled(cluster={"logging": {"logGroupClass": "infrequent-access"}})
    assert (made.errors, made.lint()) == ([], [])
    assert made.resource("cluster", "AWS::Logs::LogGroup")["LogGroupClass"] == "INFREQUENT_ACCESS"
    assert "LogGroupClass" not in compiled().resource("cluster", "AWS::Logs::LogGroup")
