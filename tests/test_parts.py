"""The parts that check bpc's output can each fail: a checker that finds nothing wrong with a mistake proves nothing."""

from __future__ import annotations

import base64
import copy
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from parts import aws, kubectl, lint, manifests
from parts.cloudformation import Account, Refused

REGION = "ap-northeast-2"

NETWORK = """
Parameters:
  VpcBlock: {Type: String, Default: 192.168.0.0/16, AllowedPattern: "[0-9./]+"}
Conditions:
  Wanted: !Equals [!Ref VpcBlock, 10.0.0.0/16]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref VpcBlock}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Subnet1:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: !Select [0, !Cidr [!Ref VpcBlock, 2, 8]]
      AvailabilityZone: !Select [0, !GetAZs ""]
  Subnet2:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 192.168.64.0/24, AvailabilityZoneId: apne2-az3}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Route:
    Type: AWS::EC2::Route
    DependsOn: Attachment
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {RouteTableId: !Ref Table, SubnetId: !Ref Subnet1}
  Unwanted: {Type: AWS::EC2::InternetGateway, Condition: Wanted}
Outputs:
  VpcId: {Value: !Ref Vpc, Export: {Name: !Sub "${AWS::StackName}-VpcId"}}
  Subnets:
    Value: !Join [",", [!Ref Subnet1, !Ref Subnet2]]
    Export: {Name: !Sub "${AWS::StackName}-Subnets"}
"""

CLUSTER = """
Parameters:
  NetworkStack: {Type: String, Default: demo-network}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/AmazonEKSClusterPolicy"]
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: eks.amazonaws.com}, Action: "sts:AssumeRole"}]
  Cluster:
    Type: AWS::EKS::Cluster
    Properties:
      Name: demo
      RoleArn: !GetAtt Role.Arn
      AccessConfig: {AuthenticationMode: API}
      ResourcesVpcConfig:
        SubnetIds: !Split [",", !ImportValue {"Fn::Sub": "${NetworkStack}-Subnets"}]
  Nodes:
    Type: AWS::EKS::Nodegroup
    Properties:
      ClusterName: !Ref Cluster
      NodeRole: !GetAtt Role.Arn
      Subnets: !Split [",", !ImportValue {"Fn::Sub": "${NetworkStack}-Subnets"}]
      InstanceTypes: [m6i.large]
      ScalingConfig: {MinSize: 1, MaxSize: 3, DesiredSize: 2}
  FromCluster:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      {GroupId: !GetAtt Cluster.ClusterSecurityGroupId, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}
Outputs:
  Issuer: {Value: !GetAtt Cluster.OpenIdConnectIssuerUrl}
"""

BASTION = """
Parameters:
  Image:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
  KeyName: {Type: "AWS::EC2::KeyPair::KeyName"}
Resources:
  Instance:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      InstanceType: t3.micro
      KeyName: !Ref KeyName
      NetworkInterfaces:
        - {DeviceIndex: "0", SubnetId: !Select [0, !Split [",", !ImportValue demo-network-Subnets]]}
      UserData: {"Fn::Base64": !Sub 'echo "${AWS::Region}" ${!HOME} $$'}
"""

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo, namespace: kube-system, labels: {app.kubernetes.io/name: demo}}
spec:
  selector: {matchLabels: {app: demo}}
  template:
    metadata: {labels: {app: demo}}
    spec:
      serviceAccountName: demo
      containers:
        - name: demo
          image: registry.k8s.io/demo:1
          ports: [{containerPort: 8080, name: http, protocol: TCP}]
          resources: {requests: {cpu: 100m, memory: 1Gi}}
          volumeMounts: [{name: tmp, mountPath: /tmp}]
      volumes: [{name: tmp, emptyDir: {}}]
"""

IAM = ["CAPABILITY_IAM"]


@pytest.fixture
def account() -> Iterator[Account]:
    with Account(region=REGION) as one:
        yield one


@pytest.fixture
def network(account: Account) -> Account:
    account.create("demo-network", NETWORK)
    return account


def changed(template: str, old: str, new: str) -> str:
    """A template with one mistake in it."""
    assert old in template
    return template.replace(old, new)


# CloudFormation


def test_stacks_live_and_die(network: Account) -> None:
    network.key_pair("mine")
    network.create("demo-cluster", CLUSTER, capabilities=IAM)
    network.create("demo-bastion", BASTION, {"KeyName": "mine"})
    assert {one.status for one in network.resources("demo-cluster")} == {"CREATE_COMPLETE"}
    assert network.outputs("demo-cluster")["Issuer"].startswith(f"https://oidc.eks.{REGION}.amazonaws.com/id/")
    assert set(network.exports()) == {"demo-network-VpcId", "demo-network-Subnets"}
    assert network.update("demo-cluster", changed(CLUSTER, "MaxSize: 3", "MaxSize: 4"), capabilities=IAM) == []
    assert network.update("demo-cluster", changed(CLUSTER, "m6i", "m7i"), capabilities=IAM) == ["Nodes"]
    for stack in ("demo-bastion", "demo-cluster", "demo-network"):
        network.delete(stack)
    assert network.exports() == {}


def test_subnets_are_in_zones_of_the_region(network: Account) -> None:
    subnets = aws.client("ec2", REGION).describe_subnets()["Subnets"]
    ours = {one["CidrBlock"]: one["AvailabilityZoneId"] for one in subnets if one["CidrBlock"].startswith("192.168.")}
    assert ours == {"192.168.0.0/24": "apne2-az1", "192.168.64.0/24": "apne2-az3"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("AuthenticationMode: API", "AuthenticationMode: NONE", "AccessConfig/AuthenticationMode: 'NONE' is not"),
        ("AuthenticationMode: API", "AuthenticationMod: API", "'AuthenticationMod' was unexpected"),
        ("      RoleArn: !GetAtt Role.Arn\n", "", "'RoleArn' is a required property"),
        ("NodeRole: !GetAtt Role.Arn", "NodeRole: !Ref Role", "NodeRole: 'demo-cluster-Role-"),
        ("      Name: demo\n", "      Name: demo\n      Id: x\n", "Id is read-only"),
        ("MinSize: 1", "MinSize: one", "'one' is not of type 'integer'"),
        ("ClusterName: !Ref Cluster", "ClusterName: other", "no cluster found for name other"),
        ("AmazonEKSClusterPolicy", "AmazonEKSClustrPolicy", "AWS has no policy"),
        ("OpenIdConnectIssuerUrl", "OpenIdConnectUrl", "has no attribute OpenIdConnectUrl"),
        ("${NetworkStack}-Subnets", "${NetworkStack}-Sub", "no export named demo-network-Sub"),
        ("RoleArn: !GetAtt Role.Arn", "RoleArn: !GetAtt Rolle.Arn", "unresolved reference to 'Rolle'"),
        ("Type: AWS::EKS::Nodegroup", "Type: AWS::EKS::NodeGroup", "AWS::EKS::NodeGroup does not exist"),
        ("      Name: demo\n", "      Name: !Ref Nodes\n", "circular dependency"),
        ("NetworkStack: {", 'Number: {Type: Number, Default: 5, MaxValue: 3}\n  NetworkStack: {', "is above 3"),
    ],
)  # fmt: skip
def test_a_template_with_a_mistake_is_refused(network: Account, old: str, new: str, message: str) -> None:
    with pytest.raises(Refused) as refusal:
        network.create("demo-cluster", changed(CLUSTER, old, new), capabilities=IAM)
    assert message in str(refusal.value)


def test_properties_of_types_that_moto_knows_are_checked_too(account: Account) -> None:
    with pytest.raises(Refused, match=r"Vpc \(AWS::EC2::VPC\).*'CidrBlok' was unexpected"):
        account.create("demo-network", changed(NETWORK, "{CidrBlock: !Ref VpcBlock}", "{CidrBlok: 10.0.0.0/16}"))


def test_a_zone_of_another_region_is_refused(account: Account) -> None:
    with pytest.raises(Refused, match="Subnet2"):
        account.create("demo-network", changed(NETWORK, "apne2-az3", "use1-az1"))


def test_user_data_arrives_as_it_was_meant(network: Account) -> None:
    network.key_pair("mine")
    (instance,) = network.create("demo-bastion", BASTION, {"KeyName": "mine"})
    asked = {"InstanceId": instance.physical_id, "Attribute": "userData"}
    encoded = aws.client("ec2", REGION).describe_instance_attribute(**asked)["UserData"]["Value"]
    assert base64.b64decode(encoded).decode() == f'echo "{REGION}" ${{HOME}} $$'


def test_iam_resources_need_a_capability(network: Account) -> None:
    with pytest.raises(Refused, match="requires the capability CAPABILITY_IAM"):
        network.create("demo-cluster", CLUSTER)
    named = changed(CLUSTER, "      ManagedPolicyArns", "      RoleName: mine\n      ManagedPolicyArns")
    with pytest.raises(Refused, match="requires the capability CAPABILITY_NAMED_IAM"):
        network.create("demo-cluster", named, capabilities=IAM)


@pytest.mark.parametrize(
    ("section", "count", "entry"),
    [
        ("Resources", 501, {"Type": "AWS::EC2::InternetGateway"}),
        ("Parameters", 201, {"Type": "String", "Default": "x"}),
        ("Outputs", 201, {"Value": "x"}),
    ],
)
def test_quotas_hold(account: Account, section: str, count: int, entry: dict[str, str]) -> None:
    document: dict[str, Any] = {"Resources": {"A": {"Type": "AWS::EC2::InternetGateway"}}}
    document[section] = {f"A{index}": entry for index in range(count)}
    with pytest.raises(Refused, match=f"{section} has {count} entries"):
        account.create("large", json.dumps(document))


def test_a_body_of_more_than_a_million_bytes_is_refused(account: Account) -> None:
    with pytest.raises(Refused, match="more than 1000000"):
        account.create("large", NETWORK + "#" * 1_000_000)


def test_an_export_in_use_stays(network: Account) -> None:
    network.create("demo-cluster", CLUSTER, capabilities=IAM)
    with pytest.raises(Refused, match=r"\['demo-network-Subnets'\] are in use by demo-cluster"):
        network.delete("demo-network")
    with pytest.raises(Refused, match="are in use by demo-cluster"):
        network.update("demo-network", changed(NETWORK, "${AWS::StackName}-Subnets", "${AWS::StackName}-Other"))
    network.delete("demo-cluster")
    network.delete("demo-network")


def test_an_update_that_changes_nothing_is_refused(network: Account) -> None:
    with pytest.raises(Refused, match="no updates are to be performed"):
        network.update("demo-network", NETWORK)


def test_a_security_group_survives_a_change_of_its_rules(network: Account) -> None:
    group = (
        "  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc, "
        "SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 10.0.0.0/8}]}}\nOutputs:"
    )
    template = changed(NETWORK, "Outputs:", group)
    network.update("demo-network", template)
    before = {one.logical_id: one.physical_id for one in network.resources("demo-network")}
    assert network.update("demo-network", changed(template, "10.0.0.0/8", "11.0.0.0/8")) == []
    assert {one.logical_id: one.physical_id for one in network.resources("demo-network")} == before
    assert network.update("demo-network", changed(template, "Description: g", "Description: h")) == ["Group"]
    network.update("demo-network", NETWORK)
    assert "Group" not in {one.logical_id for one in network.resources("demo-network")}


def test_an_export_cannot_be_given_twice(network: Account) -> None:
    with pytest.raises(Refused, match=r"exports \['demo-network-Subnets', 'demo-network-VpcId'\] exist already"):
        network.create("second", changed(NETWORK, "${AWS::StackName}", "demo-network"))


def test_a_cluster_that_protects_itself_is_not_deleted(network: Account) -> None:
    protected = changed(CLUSTER, "      Name: demo\n", "      Name: demo\n      DeletionProtection: true\n")
    network.create("demo-cluster", protected, capabilities=IAM)
    with pytest.raises(Refused, match="deletion protection"):
        network.delete("demo-cluster")


def test_what_a_named_resource_replaces_is_in_the_way(network: Account) -> None:
    named = changed(CLUSTER, "      NodeRole:", "      NodegroupName: main\n      NodeRole:")
    network.create("demo-cluster", named, capabilities=IAM)
    with pytest.raises(Refused, match="demo/main already exists"):
        network.update("demo-cluster", changed(named, "m6i", "m7i"), capabilities=IAM)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"KeyName": "nobodys"}, "no AWS::EC2::KeyPair::KeyName 'nobodys'"),
        ({}, "KeyName must have a value"),
        ({"KeyName": "mine", "Image": "/aws/service/ami-amazon-linux-latest/none"}, "there is no SSM parameter"),
        ({"KeyName": "mine", "Imag": "x"}, "do not exist in the template"),
    ],
)
def test_parameters_are_checked(network: Account, parameters: dict[str, str], message: str) -> None:
    network.key_pair("mine")
    with pytest.raises(Refused, match=message):
        network.create("demo-bastion", BASTION, parameters)


# kubectl, kustomize, Helm


def test_helm_and_kubectl_run() -> None:
    for command in ([kubectl.kubectl(), "version", "--client"], [kubectl.helm(), "version"]):
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "v" in run.stdout


def test_kustomize_builds(tmp_path: Path) -> None:
    (tmp_path / "deployment.yaml").write_text(DEPLOYMENT)
    (tmp_path / "kustomization.yaml").write_text("namespace: other\nresources: [deployment.yaml]\n")
    (built,) = kubectl.kustomize(tmp_path)
    assert built["metadata"]["namespace"] == "other"


@pytest.mark.parametrize(
    ("kustomization", "message"),
    [
        ("resourcs: [deployment.yaml]\n", "resourcs"),
        ("resources: [missing.yaml]\n", "missing.yaml"),
        ("resources: [deployment.yaml]\ncommonLabels: {a: b}\n", "deprecated"),
    ],
    ids=["unknown-field", "missing-file", "warning"],
)
def test_a_bad_kustomization_is_refused(tmp_path: Path, kustomization: str, message: str) -> None:
    (tmp_path / "deployment.yaml").write_text(DEPLOYMENT)
    (tmp_path / "kustomization.yaml").write_text(kustomization)
    with pytest.raises(kubectl.ToolError, match=message):
        kubectl.kustomize(tmp_path)


# cfn-lint


def test_lint_finds_a_bad_value(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(changed(CLUSTER, "AuthenticationMode: API", "AuthenticationMode: NONE"))
    line = 1 + template.read_text().splitlines().index("      AccessConfig: {AuthenticationMode: NONE}")
    found = lint.lint(template, REGION)
    assert [one for one in found if one.startswith(f"E3030:{line} ")]


def test_lint_finds_informational_notes(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(changed(NETWORK, '!Sub "${AWS::StackName}-VpcId"', '!Join ["", [!Ref AWS::StackName, -VpcId]]'))
    assert [one.split(":")[0] for one in lint.lint(template, REGION) if one.startswith("I")] == ["I1022"]


# Kubernetes


def test_a_good_deployment_is_valid() -> None:
    assert manifests.invalid([yaml.safe_load(DEPLOYMENT)], "1.34") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("serviceAccountName", "serviceAccuntName", "'serviceAccuntName' was unexpected"),
        ("spec:\n  selector", "spec:\n  replicas: '3'\n  selector", "'3' is not of type"),
        ("apps/v1", "apps.example.com/v1", "no kind Deployment in apps.example.com/v1"),
        ("kind: Deployment", "kind: DeploymentSpec", "no kind DeploymentSpec"),
        ("metadata: {name: demo,", "metadata: {name: Bad_Name,", "'Bad_Name' is no name of a Deployment"),
        ("namespace: kube-system", "namespace: kube.system", "is no DNS-1123 label"),
        ("app.kubernetes.io/name: demo", "app.kubernetes.io/name/x: demo", "is no label key"),
        ("app.kubernetes.io/name: demo", "app.kubernetes.io/name: -demo", "'-demo' is no label value"),
        ("metadata: {labels: {app: demo}}", "metadata: {labels: {app: other}}", "does not match the template's labels"),
        ("containerPort: 8080", "containerPort: 99999", "99999 is not between 1 and 65535"),
        ("name: http,", "name: HTTP,", "'HTTP' is no port name"),
        ("protocol: TCP", "protocol: FOO", "'FOO' is not one of"),
        ("memory: 1Gi", "memory: 1GB", "'1GB' is no quantity"),
        ("volumes: [{name: tmp", "volumes: [{name: other", "mounts 'tmp', which is no volume of the pod"),
    ],
)  # fmt: skip
def test_a_bad_deployment_is_found(old: str, new: str, message: str) -> None:
    found = manifests.invalid([yaml.safe_load(changed(DEPLOYMENT, old, new))], "1.34")
    assert any(message in one for one in found), found


def test_kinds_that_nobody_knows_lists_and_doubles_are_found() -> None:
    deployment = yaml.safe_load(DEPLOYMENT)
    pool = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "demo"}}
    assert "no kind NodePool" in manifests.invalid([pool], "1.34")[0]
    items = {"apiVersion": "v1", "kind": "List", "items": [deployment]}
    assert "List is not an object" in manifests.invalid([items], "1.34")[0]
    assert "is there twice" in manifests.invalid([deployment, copy.deepcopy(deployment)], "1.34")[0]
    with pytest.raises(ValueError, match=r"no schemas for Kubernetes 1\.99"):
        manifests.invalid([deployment], "1.99")
