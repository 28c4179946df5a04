"""EKS Auto Mode and EKS capabilities: what the cluster then has, and what is then not installed."""

from __future__ import annotations

from typing import Any

from parts.compiling import compiled

NODES = [{"name": "workers"}]


def addons(*stacks: str, **sections: Any) -> set[str]:
    made = compiled(**sections)
    assert made.errors == []
    found = [one for stack in stacks for one in made.resources(stack, "AWS::EKS::Addon").values()]
    return {one["AddonName"] for one in found}


def test_all_three_parts_are_on() -> None:
    made = compiled(cluster={"autoMode": {}})
    assert made.errors == []
    assert made.lint() == []
    cluster = made.resource("cluster", "AWS::EKS::Cluster")
    assert cluster["ComputeConfig"] == {
        "Enabled": True,
        "NodePools": ["general-purpose", "system"],
        "NodeRoleArn": {"Fn::GetAtt": ["AutoModeNodeRole", "Arn"]},
    }
    assert cluster["StorageConfig"] == {"BlockStorage": {"Enabled": True}}
    assert cluster["KubernetesNetworkConfig"]["ElasticLoadBalancing"] == {"Enabled": True}


def test_the_clusters_role_may_tag_sessions_and_has_four_policies_more() -> None:
    role = compiled(cluster={"autoMode": {}}).resources("cluster", "AWS::IAM::Role")["ClusterRole"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    names = {str(one).rpartition("/")[2].rstrip("'}") for one in role["ManagedPolicyArns"]}
    assert len(names) == 5
    assert {"AmazonEKSComputePolicy", "AmazonEKSClusterPolicy"} < names


def test_a_given_node_role_is_used_and_none_is_made() -> None:
    given = "arn:aws:iam::111122223333:role/AutoNode"
    made = compiled(cluster={"autoMode": {"iam": {"roleArn": given}}})
    assert made.resource("cluster", "AWS::EKS::Cluster")["ComputeConfig"]["NodeRoleArn"] == given
    assert "AutoModeNodeRole" not in made.resources("cluster", "AWS::IAM::Role")


def test_pools_of_ones_own_need_no_role_here() -> None:
    made = compiled(cluster={"autoMode": {"nodePools": []}})
    assert made.resource("cluster", "AWS::EKS::Cluster")["ComputeConfig"] == {"Enabled": True}
    assert made.lint() == []


def test_nothing_is_installed_that_auto_mode_has() -> None:
    assert not any(path.endswith("-addons.json") for path in compiled(cluster={"autoMode": {}}).files)
    assert addons("cluster", cluster={"autoMode": {}}) == set()
    assert addons("addons", cluster={"autoMode": {}}, addons={"metrics-server": {}}) == {"metrics-server"}


def test_node_groups_beside_it_bring_what_they_need() -> None:
    assert addons("cluster", cluster={"autoMode": {}}, nodeGroups=NODES) >= {"vpc-cni", "kube-proxy"}


def test_an_environment_can_do_without_it() -> None:
    made = compiled(cluster={"autoMode": {"enabled": False}})
    assert "ComputeConfig" not in made.resource("cluster", "AWS::EKS::Cluster")
    assert made.resources("nodes", "AWS::EKS::Nodegroup")


def test_an_addon_with_permissions_has_the_agent_that_auto_mode_brings() -> None:
    zones = {"external-dns": {"zones": ["Z0123456789ABCDEFGHIJ"]}}
    assert compiled(cluster={"autoMode": {}}, addons=zones).errors == []


ARGOCD = {
    "identityCenter": {"instanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef", "region": "us-east-1"},
    "namespace": "gitops",
    "vpcEndpointIds": ["vpce-0123456789abcdef0"],
    "rbacRoleMappings": [{"role": "editor", "identities": [{"id": "a-b", "type": "sso-user"}]}],
}


def test_capabilities_lint_clean_and_say_what_the_blueprint_says() -> None:
    made = compiled(
        cluster={
            "capabilities": {
                "argocd": ARGOCD,
                "ack": {"disabledServices": ["rds"], "enableCrossNamespace": True},
                "kro": {"name": "graphs", "iam": {"roleArn": "arn:aws:iam::111122223333:role/Kro"}},
            }
        }
    )
    assert made.errors == []
    assert made.lint() == []
    found = made.resources("cluster", "AWS::EKS::Capability")
    assert found["ArgoCdCapability"]["Configuration"]["ArgoCd"] == {
        "AwsIdc": {"IdcInstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef", "IdcRegion": "us-east-1"},
        "Namespace": "gitops",
        "NetworkAccess": {"VpceIds": ["vpce-0123456789abcdef0"]},
        "RbacRoleMappings": [{"Role": "EDITOR", "Identities": [{"Id": "a-b", "Type": "SSO_USER"}]}],
    }
    assert found["AckCapability"]["Configuration"] == {
        "Ack": {"DisabledServices": ["rds"], "EnableCrossNamespace": True}
    }
    assert found["KroCapability"]["CapabilityName"] == "graphs"
    roles = made.resources("cluster", "AWS::IAM::Role")
    assert "KroCapabilityRole" not in roles
    # A role that nobody gave permissions has none.
    assert not {"Policies", "ManagedPolicyArns"} & set(roles["AckCapabilityRole"])


def test_what_the_blueprint_grants_is_in_the_role() -> None:
    reader = "arn:aws:iam::111122223333:policy/Reader"
    granted = [
        {
            "sid": "ReadBuckets",
            "actions": ["s3:Get*"],
            "resources": ["arn:aws:s3:::b/*"],
            "conditions": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        },
        {"effect": "deny", "actions": ["s3:GetObjectAcl"], "resources": ["*"]},
    ]
    made = compiled(cluster={"capabilities": {"ack": {"iam": {"policyArns": [reader], "permissions": granted}}}})
    assert (made.errors, made.lint()) == ([], [])
    role = made.resources("cluster", "AWS::IAM::Role")["AckCapabilityRole"]
    assert role["ManagedPolicyArns"] == [reader]
    read, deny = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert read == {
        "Sid": "ReadBuckets",
        "Effect": "Allow",
        "Action": ["s3:Get*"],
        "Resource": ["arn:aws:s3:::b/*"],
        "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    }
    assert (deny["Effect"], deny["Sid"]) == ("Deny", "TheBlueprintAsksForThis")
