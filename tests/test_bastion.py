"""The ways to the bastion host, what it may do in the cluster, and what is written down of it."""

from __future__ import annotations

from typing import Any

import pytest

from parts.compiling import Compiled, compiled

NODES = [{"name": "workers", "subnets": "public"}]


def bastion(**settings: Any) -> Compiled:
    made = compiled(bastion=settings)
    assert made.errors == []
    return made


def policies(made: Compiled) -> list[str]:
    """The short names of what the host may do in the cluster."""
    entries = made.resources("cluster", "AWS::EKS::AccessEntry").values()
    return [one["PolicyArn"].rpartition("/")[2] for entry in entries for one in entry["AccessPolicies"]]


@pytest.mark.parametrize(
    ("settings", "policy"),
    [
        ({}, []),
        ({"tools": ["git"]}, []),
        ({"tools": ["git", "kubectl"]}, ["AmazonEKSViewPolicy"]),
        ({"tools": ["kubectl"], "clusterAccess": "none"}, []),
        ({"clusterAccess": "cluster-admin"}, ["AmazonEKSClusterAdminPolicy"]),
    ],
)
def test_what_the_host_may_do_in_the_cluster(settings: dict[str, Any], policy: list[str]) -> None:
    made = bastion(**settings)
    assert policies(made) == policy
    readme = made.files["README.md"].decode()
    name = settings.get("clusterAccess", "view")
    assert (f"EKS access policy `{name}`" in readme) == bool(policy)
    assert made.lint() == []


def test_the_access_is_for_the_hosts_own_role() -> None:
    made = bastion(clusterAccess="edit")
    entry = made.resource("cluster", "AWS::EKS::AccessEntry")
    assert entry["PrincipalArn"] == {"Fn::ImportValue": {"Fn::Sub": "${BastionStack}-RoleArn"}}
    assert made.template("bastion")["Outputs"]["RoleArn"]["Value"] == {"Fn::GetAtt": ["BastionRole", "Arn"]}


def test_an_endpoint_and_the_host_trust_each_other_alone() -> None:
    made = bastion(access="instance-connect-endpoint")
    assert made.lint() == []
    host, own = ({"Fn::GetAtt": [f"{one}SecurityGroup", "GroupId"]} for one in ("Bastion", "InstanceConnect"))
    endpoint = made.resource("bastion", "AWS::EC2::InstanceConnectEndpoint")
    assert endpoint["SecurityGroupIds"] == [own]
    assert endpoint["PreserveClientIp"] is False
    groups = made.resources("bastion", "AWS::EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in groups["BastionSecurityGroup"]
    assert "SecurityGroupIngress" not in groups["InstanceConnectSecurityGroup"]
    (outward,) = groups["InstanceConnectSecurityGroup"]["SecurityGroupEgress"]
    inward = made.resource("bastion", "AWS::EC2::SecurityGroupIngress")
    assert (outward["DestinationSecurityGroupId"], inward["SourceSecurityGroupId"]) == (host, own)
    assert inward["GroupId"] == host
    for rule in (outward, inward):
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 22, 22)


@pytest.mark.parametrize(
    ("network", "subnet", "public"),
    [({}, "PrivateSubnet1", False), ({"nat": "none"}, "PublicSubnet1", True)],
)
def test_the_endpoint_is_where_the_host_is(network: dict[str, Any], subnet: str, public: bool) -> None:
    made = compiled(network=network, bastion={"access": "instance-connect-endpoint"}, nodeGroups=NODES)
    here = {"Fn::ImportValue": {"Fn::Sub": f"${{NetworkStack}}-{subnet}Id"}}
    (interface,) = made.resource("bastion", "AWS::EC2::Instance")["NetworkInterfaces"]
    assert made.resource("bastion", "AWS::EC2::InstanceConnectEndpoint")["SubnetId"] == interface["SubnetId"] == here
    assert interface["AssociatePublicIpAddress"] is public


def test_a_host_behind_an_endpoint_has_no_key_and_no_agent_to_be_reached_by() -> None:
    made = bastion(access="instance-connect-endpoint")
    assert "KeyName" not in made.resource("bastion", "AWS::EC2::Instance")
    assert "ManagedPolicyArns" not in made.resource("bastion", "AWS::IAM::Role")
    connect = made.template("bastion")["Outputs"]["Connect"]["Value"]["Fn::Sub"]
    assert connect.startswith("aws ec2-instance-connect ssh ")
    assert connect.endswith(" --connection-type eice --instance-id ${BastionHost}")


def logged(made: Compiled) -> dict[str, Any]:
    """The statements of the host's role by name."""
    (policy,) = made.resource("bastion", "AWS::IAM::Role")["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def test_sessions_are_logged_in_a_group_of_their_own() -> None:
    made = bastion(sessionLog={"retentionDays": 30})
    assert made.lint() == []
    group = made.template("bastion")["Resources"]["SessionLogGroup"]
    assert group["DeletionPolicy"] == group["UpdateReplacePolicy"] == "Retain"
    assert group["Properties"]["RetentionInDays"] == 30
    document = made.resource("bastion", "AWS::SSM::Document")
    assert (document["DocumentType"], document["UpdateMethod"]) == ("Session", "NewVersion")
    inputs = document["Content"]["inputs"]
    assert inputs["cloudWatchLogGroupName"] == {"Ref": "SessionLogGroup"}
    assert inputs["cloudWatchEncryptionEnabled"] is False
    assert inputs["s3BucketName"] == ""
    assert logged(made)["WriteSessionLog"]["Resource"] == [{"Fn::GetAtt": ["SessionLogGroup", "Arn"]}]
    connect = made.template("bastion")["Outputs"]["Connect"]["Value"]["Fn::Sub"]
    assert connect.endswith(" --document-name ${SessionDocument}")


KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_a_log_group_with_a_key_must_have_it() -> None:
    made = bastion(sessionLog={"keyArn": KEY})
    assert made.resource("bastion", "AWS::Logs::LogGroup")["KmsKeyId"] == KEY
    inputs = made.resource("bastion", "AWS::SSM::Document")["Content"]["inputs"]
    assert inputs["cloudWatchEncryptionEnabled"] is True
    assert "EncryptSessionLog" not in logged(made)


def test_sessions_are_logged_in_a_bucket() -> None:
    made = bastion(sessionLog={"destination": "s3", "bucketArn": "arn:aws:s3:::sessions", "keyArn": KEY})
    assert made.lint() == []
    assert made.resources("bastion", "AWS::Logs::LogGroup") == {}
    inputs = made.resource("bastion", "AWS::SSM::Document")["Content"]["inputs"]
    assert (inputs["s3BucketName"], inputs["s3KeyPrefix"]) == ("sessions", "shop")
    assert inputs["cloudWatchLogGroupName"] == ""
    statements = logged(made)
    assert statements["WriteSessionLog"]["Resource"] == ["arn:aws:s3:::sessions/shop/*"]
    assert statements["EncryptSessionLog"]["Resource"] == [KEY]


def test_the_disk_has_the_size_that_is_said() -> None:
    made = compiled(bastion={"volumeSize": 100})
    assert made.errors == []
    assert made.lint() == []
    (disk,) = made.resource("bastion", "AWS::EC2::Instance")["BlockDeviceMappings"]
    assert disk["Ebs"]["VolumeSize"] == 100
    assert compiled(bastion={"volumeSize": 7}).errors == ["BPC205"]
