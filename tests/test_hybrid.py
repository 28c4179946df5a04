"""EKS Hybrid Nodes, and the rotation of the cluster's certificate authority."""

from __future__ import annotations

from typing import Any

from parts.compiling import Compiled, compiled

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def hybrid(iam: dict[str, str] | None = None, **credentials: Any) -> Compiled:
    network: dict[str, Any] = {"nodes": ["10.80.0.0/16"], "pods": ["10.81.0.0/16"], "credentials": credentials}
    network |= {"iam": iam} if iam else {}
    made = compiled(cluster={"remoteNetwork": network})
    assert made.errors == []
    return made


def test_machines_with_an_activation() -> None:
    made = hybrid()
    assert made.lint() == []
    assert made.resource("cluster", "AWS::EKS::Cluster")["RemoteNetworkConfig"] == {
        "RemoteNodeNetworks": [{"Cidrs": ["10.80.0.0/16"]}],
        "RemotePodNetworks": [{"Cidrs": ["10.81.0.0/16"]}],
    }
    role = made.resources("cluster", "AWS::IAM::Role")["HybridNodesRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": ["ssm.amazonaws.com"]}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    entry = made.resource("cluster", "AWS::EKS::AccessEntry")
    assert (entry["Type"], entry["PrincipalArn"]) == ("HYBRID_LINUX", {"Fn::GetAtt": ["HybridNodesRole", "Arn"]})
    assert "HybridNodesRoleArn" in made.template("cluster")["Outputs"]


def test_machines_with_certificates() -> None:
    made = hybrid(provider="iam-roles-anywhere", caBundle=PEM)
    assert made.lint() == []
    anchor = made.resource("cluster", "AWS::RolesAnywhere::TrustAnchor")
    assert anchor["Source"] == {"SourceType": "CERTIFICATE_BUNDLE", "SourceData": {"X509CertificateData": PEM}}
    profile = made.resource("cluster", "AWS::RolesAnywhere::Profile")
    assert profile["RoleArns"] == [{"Fn::GetAtt": ["HybridNodesRole", "Arn"]}]
    assert profile["AcceptRoleSessionName"] is True
    role = made.resources("cluster", "AWS::IAM::Role")["HybridNodesRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    # Only the anchor of this very cluster, and nobody under another machine's name.
    assert trust["Condition"] == {
        "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["HybridNodesTrustAnchor", "TrustAnchorArn"]}},
        "StringEquals": {"sts:RoleSessionName": "${aws:PrincipalTag/x509Subject/CN}"},
    }
    assert "ssm:" not in str(role["Policies"])


def test_a_given_role_only_gets_its_entry() -> None:
    given = "arn:aws:iam::111122223333:role/HybridNodes"
    made = hybrid({"roleArn": given}, provider="iam-roles-anywhere")
    assert made.resource("cluster", "AWS::EKS::AccessEntry")["PrincipalArn"] == given
    assert not made.resources("cluster", "AWS::RolesAnywhere::TrustAnchor")
    assert "HybridNodesRole" not in made.resources("cluster", "AWS::IAM::Role")


def test_a_rotation_goes_in_two_steps() -> None:
    first = compiled(cluster={"certificateAuthorities": ["rotation-2027"]})
    assert (first.errors, first.lint()) == ([], [])
    authorities = first.resources("cluster", "AWS::EKS::CertificateAuthority")
    assert authorities == {"Rotation2027CertificateAuthority": {"ClusterName": {"Ref": "Cluster"}}}
    assert "Rotation2027CertificateAuthorityId" in first.template("cluster")["Outputs"]
    second = compiled(cluster={"certificateAuthorities": ["rotation-2027"], "activeCertificateAuthorityId": "ca-1"})
    assert second.lint() == []
    assert second.resource("cluster", "AWS::EKS::Cluster")["ActiveCertificateAuthorityId"] == "ca-1"


def test_the_range_of_a_network_that_exists_may_be_unknown() -> None:
    machines = {"nodes": ["10.80.0.0/16"]}
    network = {"vpcId": "vpc-0123456789abcdef0", "privateSubnetIds": [f"subnet-0123456789abcdef{one}" for one in "01"]}
    cluster = {"remoteNetwork": machines, "endpoint": {"access": "private"}}
    unknown = compiled(cluster=cluster, network={"existing": network})
    assert (unknown.errors, unknown.lint()) == ([], [])
    known = compiled(cluster=cluster, network={"existing": network | {"cidr": "10.80.0.0/16"}})
    assert known.errors == ["BPC762"]


def test_a_second_range_of_the_vpc_is_taken_as_well() -> None:
    cluster = {"remoteNetwork": {"nodes": ["100.64.0.0/24"]}, "endpoint": {"access": "private"}}
    assert compiled(cluster=cluster, network={"secondaryCidrs": ["100.64.0.0/16"]}).errors == ["BPC762"]


def test_add_ons_wait_for_machines_and_not_for_fargate() -> None:
    network = {"nodes": ["10.80.0.0/16"], "credentials": {"provider": "ssm"}}
    alone = compiled(cluster={"remoteNetwork": network}, nodeGroups=[])
    assert (alone.errors, alone.lint()) == ([], [])
    files = [alone.resources(stack, "AWS::EKS::Addon") for stack in ("cluster", "addons")]
    made = {one["AddonName"]: one for file in files for one in file.values()}
    assert "kube-proxy" in made and "ConfigurationValues" not in made["coredns"]
