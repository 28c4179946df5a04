"""A local cluster on an Outpost, with nodes that join by an access entry."""

from __future__ import annotations

from typing import Any

from parts.compiling import Compiled, compiled

ARN = "arn:aws:outposts:eu-west-1:111122223333:outpost/op-0123456789abcdef0"
IDS = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]


def local(ids: list[str] = IDS, **outpost: Any) -> Compiled:
    made = compiled(
        network={"existing": {"vpcId": "vpc-0123456789abcdef0", "privateSubnetIds": ids}},
        cluster={
            "secretsEncryption": {"enabled": False},
            "outpost": {
                "arn": ARN,
                "controlPlaneInstanceType": "m5d.xlarge",
                "etcdInstanceType": "m5d.large",
                **outpost,
            },
        },
        nodeGroups=[{"name": "local", "type": "self-managed", "instanceTypes": ["m5.large"], "disk": {"type": "gp2"}}],
    )
    assert made.errors == []
    return made


def test_the_control_plane_is_on_the_outpost() -> None:
    made = local(placement={"spreadLevel": "host"}, etcdPlacement={"spreadLevel": "rack"})
    assert made.lint() == []
    cluster = made.resource("cluster", "AWS::EKS::Cluster")
    assert cluster["OutpostConfig"] == {
        "OutpostArns": [ARN],
        "ControlPlaneInstanceType": "m5d.xlarge",
        "ControlPlanePlacement": {"SpreadLevel": "host"},
        "EtcdInstanceType": "m5d.large",
        "EtcdPlacement": {"SpreadLevel": "rack"},
    }
    assert "BootstrapSelfManagedAddons" not in cluster


def test_its_machines_have_the_clusters_role() -> None:
    role = local().resources("cluster", "AWS::IAM::Role")["ClusterRole"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": ["ec2.amazonaws.com"]}
    (policy,) = role["ManagedPolicyArns"]
    assert "AmazonEKSLocalOutpostClusterPolicy" in str(policy)


def test_it_has_no_eks_addons() -> None:
    made = local()
    assert "AWS::EKS::Addon" not in "".join(content.decode() for content in made.files.values())
    assert made.resources("nodes", "AWS::AutoScaling::AutoScalingGroup")


def test_one_subnet_is_enough() -> None:
    """An Outpost hangs on one zone, so a second subnet would not be in another."""
    made = local(IDS[:1])
    assert made.lint() == []
    assert made.resource("cluster", "AWS::EKS::Cluster")["ResourcesVpcConfig"]["SubnetIds"] == IDS[:1]
