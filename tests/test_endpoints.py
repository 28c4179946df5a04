"""VPC endpoints: which there are, who may go through them, and where they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bpc import facts
from parts.compiling import Compiled, compiled

NODES: list[dict[str, Any]] = [{"name": "workers"}]
USUAL = {"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "s3", "sts"}


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


@pytest.mark.parametrize("network", [{"topology": "private"}, {"nat": "none", "endpoints": "private-cluster"}])
def test_private_cluster_is_what_nodes_call(network: dict[str, Any]) -> None:
    assert set(services(made(network))) == USUAL


def test_private_cluster_follows_the_parts_of_the_blueprint() -> None:
    addons = {"cluster-autoscaler": {}, "aws-node-termination-handler": {}, "aws-efs-csi-driver": {}}
    found = services(made({"nat": "none", "endpoints": ["private-cluster", "kms"]}, addons=addons))
    assert set(found) == USUAL | {"autoscaling", "sqs", "elasticfilesystem", "kms"}
    session = USUAL | {"ssm", "ssmmessages"}
    assert set(services(made({"topology": "private"}, bastion={"tools": []}))) == session
    assert set(services(made({"topology": "private"}, bastion={"tools": [], "os": "al2"}))) == session | {"ec2messages"}


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
    found = services(made({"topology": "private"}))
    assert list(statements(found["s3"])) == ["IdentitiesOfThisAccount", "LayersOfImages", "PackagesOfAws"]
    assert "starport-layer-bucket" in json.dumps(statements(found["s3"])["LayersOfImages"]["Resource"])
    (roles,) = statements(found["sts"])["ServiceAccountsOfThisAccount"]["Resource"]
    assert roles["Fn::Sub"].endswith("${AWS::AccountId}:role/*")


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
    assert found["sts"]["SubnetIds"] == ["subnet-0123456789abcdef0", {"Fn::ImportValue": "shared-b"}]
    assert {one["VpcId"] for one in found.values()} == {"vpc-0123456789abcdef0"}
    assert set(result.template("10-network")["Parameters"]) == {"VpcBlock"}
    asked = made({"existing": {}, "endpoints": ["s3", "sts"]}).template("10-network")["Parameters"]
    assert set(asked) == {"PrivateRouteTableIds", "PrivateSubnetIds", "VpcBlock", "VpcId"}


def test_what_a_region_lacks_is_left_out_where_nothing_needs_it() -> None:
    result = compiled(metadata={"name": "shop", "region": "mx-central-1"}, network={"topology": "private"})
    assert result.errors == []
    assert {*services(result)} == USUAL - {"eks"}


@pytest.mark.parametrize("service", ["eks", "logs", "sts"])
def test_china_has_names_of_its_own(service: str) -> None:
    assert facts.endpoint_service(service, "cn-north-1").startswith("com" if service == "logs" else "cn.com")
