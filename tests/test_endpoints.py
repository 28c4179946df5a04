"""VPC endpoints: which there are, who may go through them, and where they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bpc import facts, schema
from bpc.kit import well_known
from parts.compiling import Compiled, compiled

NODES: list[dict[str, Any]] = [{"name": "workers"}]
IMAGES = {"ecr.api", "ecr.dkr", "s3"}
USUAL = IMAGES | {"ec2", "eks-auth"}  # nodes, and the CNI with its role by Pod Identity


def made(network: dict[str, Any], **more: Any) -> Compiled:
    result = compiled(network=network, **{"nodeGroups": NODES} | more)
    assert result.errors == []
    assert result.lint() == []
    return result


def services(result: Compiled) -> dict[str, dict[str, Any]]:
    """The endpoints by the short names of their services."""
    found = result.resources("10-network", "AWS::EC2::VPCEndpoint").values()
    return {one["ServiceName"].split(".", 3)[3]: one for one in found}


def statements(endpoint: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["Sid"]: one for one in endpoint["PolicyDocument"]["Statement"]}


def account(**more: Any) -> dict[str, Any]:
    return {"serviceAccounts": [{"name": "orders", "namespace": "shop", **more}]}


def may(*actions: str, **more: Any) -> dict[str, Any]:
    """A service account with these permissions."""
    return account(iam={"permissions": [{"actions": [*actions], "resources": ["*"], **more}]})


def group(**more: Any) -> dict[str, Any]:
    return {"nodeGroups": [{"name": "workers", **more}]}


def role(name: str) -> dict[str, Any]:
    return group(iam={"wellKnownPolicies": [name]})


PROFILES = [{"name": "all", "selectors": [{"namespace": "*"}]}]
ON_PREMISES = {"nodes": ["172.20.0.0/24"], "pods": ["172.21.0.0/24"]}
ANYWHERE = ON_PREMISES | {
    "iam": {"roleArn": "arn:aws:iam::111122223333:role/H"},
    "credentials": {"provider": "iam-roles-anywhere"},
}
LOG: dict[str, Any] = {"destination": "cloud-watch-logs"}
BUCKET = {"destination": "s3", "bucketArn": "arn:aws:s3:::sessions"}
ARGO = {"argocd": {"identityCenter": {"instanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"}}}

# What a blueprint has, and what it needs beside the usual of nodes.
MORE: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({}, set()),
    "bottlerocket": (group(ami="Bottlerocket"), {"eks"}),
    "bottlerocket-with-dns": (group(ami="Bottlerocket", clusterDns=["10.100.0.10"]), set()),
    "own-bootstrap": (group(type="self-managed", bootstrapCommand="/usr/local/bin/join"), {"eks"}),
    "self-managed": (group(type="self-managed"), set()),
    "node-session": (group(ssm=True), {"ssm", "ssmmessages"}),
    "windows": ({"nodeGroups": [*NODES, {"name": "w", "ami": "Windows2022Core"}]}, set()),
    "node-auto-scaler": (role("auto-scaler"), {"autoscaling", "eks"}),
    "node-load-balancers": (role("aws-load-balancer-controller"), {"elasticloadbalancing"}),
    "node-route53": (role("external-dns"), set()),
    "node-cloud-watch": (role("cloud-watch"), {"logs", "monitoring"}),
    "node-fsx": (role("fsx"), {"fsx"}),
    "node-image-builder": (role("image-builder"), set()),
    "node-x-ray": (role("x-ray"), {"xray"}),
    "node-permissions": (
        group(iam={"permissions": [{"actions": ["sqs:SendMessage"], "resources": ["*"]}]}),
        {"sqs"},
    ),
    "account-auto-scaler": (account(iam={"wellKnownPolicies": ["auto-scaler"]}), {"autoscaling", "eks"}),
    "account-load-balancers": (
        account(iam={"wellKnownPolicies": ["aws-load-balancer-controller"]}),
        {"elasticloadbalancing"},
    ),
    "account-efs": (account(iam={"wellKnownPolicies": ["efs-csi-controller"]}), {"elasticfilesystem"}),
    "account-irsa": (account(iam={"wellKnownPolicies": ["ebs-csi-controller"]}, identity="irsa"), {"sts"}),
    "several-services": (may("dynamodb:GetItem", "sns:Publish", "kms:Decrypt"), {"dynamodb", "sns", "kms"}),
    "another-name": (may("cloudwatch:PutMetricData", "kinesis:PutRecord"), {"monitoring", "kinesis-streams"}),
    "by-action": (may("aps:RemoteWrite"), {"aps-workspaces"}),
    "streams": (may("dynamodb:GetRecords"), {"dynamodb-streams"}),
    "inside-the-vpc": (may("rds-db:connect", "kafka-cluster:Connect", "elasticfilesystem:ClientMount"), set()),
    "denied": (
        account(
            iam={
                "permissions": [
                    {"actions": ["sqs:*"], "resources": ["*"]},
                    {"effect": "deny", "actions": ["sns:*"], "resources": ["*"]},
                ]
            }
        ),
        {"sqs"},
    ),
    "add-on-permissions": (
        {
            "addons": {
                "aws-ebs-csi-driver": {"iam": {"permissions": [{"actions": ["kms:CreateGrant"], "resources": ["*"]}]}}
            }
        },
        {"kms"},
    ),
    "add-on-association": (
        {
            "addons": {
                "metrics-server": {
                    "source": "eks",
                    "podIdentityAssociations": [
                        {
                            "serviceAccount": "m",
                            "iam": {"permissions": [{"actions": ["sqs:SendMessage"], "resources": ["*"]}]},
                        }
                    ],
                }
            }
        },
        {"sqs"},
    ),
    "ebs": ({"addons": {"aws-ebs-csi-driver": {}}, "storage": {}}, set()),
    "efs": ({"addons": {"aws-efs-csi-driver": {}}}, {"elasticfilesystem"}),
    "fsx": ({"addons": {"aws-fsx-csi-driver": {}}}, {"fsx"}),
    "file-system": ({"storage": {"fileSystems": [{"name": "shared"}]}}, set()),
    "observability": ({"addons": {"amazon-cloudwatch-observability": {}}}, {"logs", "monitoring"}),
    "guard-duty": ({"addons": {"aws-guardduty-agent": {}}}, {"guardduty-data"}),
    "irsa": ({"cluster": {"identity": "irsa"}}, {"sts"}),
    "auto-mode": ({"cluster": {"autoMode": {"enabled": True}}}, {"eks"}),
    "hybrid": ({"cluster": {"remoteNetwork": ON_PREMISES, "endpoint": {"access": "private"}}}, {"eks", "ssm"}),
    "hybrid-anywhere": (
        {"cluster": {"remoteNetwork": ANYWHERE, "endpoint": {"access": "private"}}},
        {"eks", "rolesanywhere"},
    ),
    "control-plane-logs": ({"cluster": {"logging": {"types": ["api"]}}}, set()),
    "capabilities": ({"cluster": {"capabilities": ARGO}}, set()),
    "fargate": ({"fargateProfiles": PROFILES}, {"sts"}),
    "bastion": ({"bastion": {"tools": []}}, {"ssm", "ssmmessages"}),
    "bastion-al2": ({"bastion": {"tools": [], "os": "al2"}}, {"ssm", "ssmmessages"}),
    "bastion-access": ({"bastion": {"tools": [], "clusterAccess": "view"}}, {"eks", "ssm", "ssmmessages"}),
    "bastion-connect": ({"bastion": {"tools": [], "access": "instance-connect-endpoint"}}, set()),
    "session-log": ({"bastion": {"tools": [], "sessionLog": LOG}}, {"logs", "ssm", "ssmmessages"}),
    "session-bucket": ({"bastion": {"tools": [], "sessionLog": BUCKET}}, {"ssm", "ssmmessages"}),
    "flow-logs": ({"network": {"flowLogs": {}}}, set()),
    "karpenter": ({"network": {"karpenterDiscovery": True}}, {"eks", "ssm"}),
}


@pytest.mark.parametrize("feature", MORE)
def test_private_cluster_is_exactly_what_the_blueprint_needs(feature: str) -> None:
    sections, more = MORE[feature]
    network = {"topology": "private"} | sections.get("network", {})
    sections = {"nodeGroups": NODES} | sections | {"network": network}
    result = compiled(**sections)
    assert result.errors == []
    without_agent = {"eks-auth"} if feature == "irsa" else set()
    assert set(services(result)) == (USUAL | more) - without_agent


@pytest.mark.parametrize("network", [{"topology": "private"}, {"nat": "none", "endpoints": "private-cluster"}])
def test_private_cluster_with_nodes_alone(network: dict[str, Any]) -> None:
    assert set(services(made(network))) == USUAL


def test_what_is_listed_is_there_beside_private_cluster() -> None:
    addons = {"cluster-autoscaler": {}, "aws-node-termination-handler": {}}
    found = services(made({"nat": "none", "endpoints": ["private-cluster", "kendra"]}, addons=addons))
    assert set(found) == USUAL | {"autoscaling", "eks", "sqs", "kendra"}


def test_without_nodes_there_is_less_to_call() -> None:
    network = {"topology": "private"}
    fargate = compiled(network=network, nodeGroups=[], fargateProfiles=PROFILES)
    assert fargate.errors == []
    assert set(services(fargate)) == IMAGES | {"sts"}
    auto = compiled(network=network, cluster={"autoMode": {"enabled": True}})
    assert set(services(auto)) == IMAGES | {"ec2", "eks"}


def test_every_well_known_policy_has_its_endpoints() -> None:
    names = {one for enum in _enums(schema.bundle()["$defs"]) for one in enum}
    assert "auto-scaler" in names
    assert [one for one in sorted(names) if not facts.endpoints_of(one)] == []


# What the load balancer controller is told to do without, and what only makes roles of AWS's own (Amazon EKS User
# Guide, Deploy private clusters with limited internet access).
LEFT_OUT = {"acm", "cognito-idp", "iam", "shield", "waf-regional", "wafv2"}


@pytest.mark.parametrize("name", ["auto-scaler", "aws-load-balancer-controller", "cert-manager", "external-dns", "fsx"])
def test_the_endpoints_of_a_well_known_policy_are_those_of_its_actions(name: str) -> None:
    made = [f"{one.prefix}:{one.action}" for each in well_known.statements(name, "shop") for one in each.Action]
    actions = [one for one in made if one.partition(":")[0] not in LEFT_OUT]
    called = {service for action in actions for service in facts.endpoints_called(action) or (f"? {action}",)}
    assert called == {*facts.endpoints_of(name)}


def _enums(node: Any) -> Iterator[list[str]]:
    """What each wellKnownPolicies of the language may be."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key == "wellKnownPolicies" and "enum" in value.get("items", {}):
            yield value["items"]["enum"]
        yield from _enums(value)


def test_no_endpoints_where_nobody_asks_for_them() -> None:
    assert services(made({})) == {}
    assert services(made({"topology": "private", "endpoints": []})) == {}


def test_a_gateway_is_in_every_private_route_table() -> None:
    found = services(made({"nat": "per-zone", "endpoints": ["s3", "dynamodb"]}))
    tables = [{"Ref": f"PrivateSubnet{number}RouteTable"} for number in (1, 2, 3)]
    assert [one["RouteTableIds"] for one in found.values()] == [tables, tables]
    (alone,) = services(made({"topology": "public", "endpoints": ["s3"]})).values()
    assert alone["RouteTableIds"] == [{"Ref": "PublicSubnetRouteTable"}]


def test_an_interface_is_in_one_subnet_of_each_zone_and_takes_https_from_all_ranges() -> None:
    subnets = {"perZone": {"private": 2}}
    result = made({"endpoints": ["sts"], "subnets": subnets, "secondaryCidrs": ["100.64.0.0/16"]})
    assert services(result)["sts"]["SubnetIds"] == [{"Ref": f"PrivateSubnet{number}"} for number in (1, 2, 3)]
    rules = result.resource("10-network", "AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    assert [one["CidrIp"] for one in rules] == [{"Ref": "VpcBlock"}, {"Ref": "VpcBlock2"}]


def test_the_policy_is_for_this_account() -> None:
    for service, endpoint in services(made({"topology": "private"})).items():
        if not facts.endpoint_policy_prefix(service):
            assert "PolicyDocument" not in endpoint
            continue
        ours = statements(endpoint)["IdentitiesOfThisAccount"]
        assert ours["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
        assert ours["Action"] == [f"{service.split('.')[0]}:*"]


def test_layers_packages_and_tokens_go_through() -> None:
    found = services(made({"topology": "private"}, cluster={"identity": "irsa"}))
    assert list(statements(found["s3"])) == ["IdentitiesOfThisAccount", "LayersOfImages", "PackagesOfAws"]
    assert "starport-layer-bucket" in json.dumps(statements(found["s3"])["LayersOfImages"]["Resource"])
    (roles,) = statements(found["sts"])["ServiceAccountsOfThisAccount"]["Resource"]
    assert roles["Fn::Sub"].endswith("${AWS::AccountId}:role/*")


def test_roles_of_other_accounts_go_through_by_name() -> None:
    chained, token = (f"arn:aws:iam::999988887777:role/{one}" for one in ("reader", "writer"))
    accounts = [
        {
            "name": "a",
            "namespace": "shop",
            "iam": {"policyArns": ["arn:aws:iam::aws:policy/X"]},
            "targetRoleArn": chained,
        },
        {"name": "b", "namespace": "shop", "identity": "irsa", "iam": {"roleArn": token}, "create": True},
    ]
    found = services(made({"topology": "private"}, serviceAccounts=accounts))
    by_name = {"ArnEquals": {"aws:PrincipalArn": [chained, token]}}
    assert statements(found["s3"])["RolesOfTheBlueprint"]["Condition"] == by_name
    others = statements(found["sts"])["ServiceAccountsOfTheBlueprint"]
    assert (others["Action"], others["Resource"]) == (["sts:AssumeRoleWithWebIdentity"], [token])
    plain = statements(services(made({"topology": "private"}, cluster={"identity": "irsa"}))["sts"])
    assert list(plain) == ["IdentitiesOfThisAccount", "ServiceAccountsOfThisAccount"]


def test_where_there_is_internet_public_objects_stay_readable() -> None:
    public = statements(services(made({"endpoints": ["s3"]}))["s3"])["PublicObjects"]
    assert (public["Action"], public["Resource"]) == (["s3:GetObject"], ["*"])


def test_full_access_has_no_policy() -> None:
    found = services(made({"topology": "private", "endpointPolicy": "full-access"}))
    assert not any("PolicyDocument" in one for one in found.values())


def test_a_vpc_that_exists_gets_them_too() -> None:
    existing = {
        "vpcId": "vpc-0123456789abcdef0",
        "cidr": "10.0.0.0/16",
        "privateSubnetIds": ["subnet-0123456789abcdef0", {"import": "shared-b"}],
        "privateRouteTableIds": [{"import": "shared-table"}],
    }
    result = made({"existing": existing, "endpoints": "private-cluster"})
    found = services(result)
    assert found["s3"]["RouteTableIds"] == [{"Fn::ImportValue": "shared-table"}]
    assert found["ec2"]["SubnetIds"] == ["subnet-0123456789abcdef0", {"Fn::ImportValue": "shared-b"}]
    assert {one["VpcId"] for one in found.values()} == {"vpc-0123456789abcdef0"}
    assert set(result.template("10-network")["Parameters"]) == {"VpcBlock"}
    asked = made({"existing": {}, "endpoints": ["s3", "sts"]}).template("10-network")["Parameters"]
    assert set(asked) == {"PrivateRouteTableIds", "PrivateSubnetIds", "VpcBlock", "VpcId"}


def test_what_a_region_lacks_is_left_out_where_nothing_needs_it() -> None:
    bottlerocket = [{"name": "workers", "ami": "Bottlerocket"}]
    metadata, network = {"name": "shop", "region": "mx-central-1"}, {"topology": "private"}
    result = compiled(metadata=metadata, network=network, nodeGroups=bottlerocket)
    assert result.errors == []
    assert {*services(result)} == USUAL


def test_hybrid_nodes_are_let_in_and_find_s3() -> None:
    cluster = {"remoteNetwork": ON_PREMISES, "endpoint": {"access": "private"}}
    result = made({"topology": "private"}, cluster=cluster)
    rules = result.resource("10-network", "AWS::EC2::SecurityGroup")["SecurityGroupIngress"]
    assert [one["CidrIp"] for one in rules] == [{"Ref": "VpcBlock"}, "172.20.0.0/24", "172.21.0.0/24"]
    found = result.resources("10-network", "AWS::EC2::VPCEndpoint")
    s3 = found["S3InterfaceEndpoint"]
    assert s3["DnsOptions"] == {"PrivateDnsOnlyForInboundResolverEndpoint": "OnlyInboundResolver"}
    assert s3["PolicyDocument"] == found["S3Endpoint"]["PolicyDocument"]
    assert "S3InterfaceEndpoint" not in made({"topology": "private"}).template("10-network")["Resources"]
    listed = made({"endpoints": ["s3", "sts"]}, cluster=cluster)
    assert set(listed.resources("10-network", "AWS::EC2::VPCEndpoint")) == {"S3Endpoint", "StsEndpoint"}


def test_a_certificate_may_go_through() -> None:
    cluster = {"remoteNetwork": ANYWHERE, "endpoint": {"access": "private"}}
    assert "PolicyDocument" not in services(made({"topology": "private"}, cluster=cluster))["rolesanywhere"]


IN_CHINA = [("eks", "cn."), ("sts", "cn."), ("logs", ""), ("kms", ""), ("ssmmessages", ""), ("s3", "")]


@pytest.mark.parametrize(("service", "prefix"), IN_CHINA)
def test_china_has_names_of_its_own(service: str, prefix: str) -> None:
    assert facts.endpoint_service(service, "cn-north-1") == f"{prefix}com.amazonaws.cn-north-1.{service}"


def test_s3_has_two_names_in_china() -> None:
    assert facts.endpoint_service("s3", "cn-north-1", "Interface") == "cn.com.amazonaws.cn-north-1.s3"


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1"])
def test_prometheus_is_refused_where_it_is_not(region: str) -> None:
    result = compiled(metadata={"name": "shop", "region": region}, network={"endpoints": ["aps-workspaces"]})
    assert result.errors == (["BPC700"] if region == "cn-north-1" else [])


@pytest.mark.parametrize(("region", "more"), [("eu-west-1", {"ec2messages"}), ("mx-central-1", set())])
def test_a_local_cluster_on_an_outpost_calls_more(region: str, more: set[str]) -> None:
    arn = f"arn:aws:outposts:{region}:111122223333:outpost/op-0123456789abcdef0"
    outpost = {"arn": arn, "controlPlaneInstanceType": "m5.xlarge", "etcdInstanceType": "m5.large"}
    cluster = {"outpost": outpost, "endpoint": {"access": "private"}, "secretsEncryption": {"enabled": False}}
    existing = {"vpcId": "vpc-0123456789abcdef0", "cidr": "10.0.0.0/16"}
    result = compiled(
        metadata={"name": "shop", "region": region},
        network={"existing": existing, "endpoints": "private-cluster"},
        cluster=cluster,
        nodeGroups=[
            {"name": "workers", "type": "self-managed", "disk": {"type": "gp2"}, "instanceTypes": ["m5.large"]}
        ],
    )
    assert result.errors == []
    assert set(services(result)) == IMAGES | more | {"ec2", "logs", "secretsmanager", "ssm", "ssmmessages", "sts"}
