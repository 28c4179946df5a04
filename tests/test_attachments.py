"""Ways to other networks, addresses of yours for NAT, and tags of subnets."""

from __future__ import annotations

from typing import Any

import pytest

from parts.compiling import Compiled, compiled

NODES: list[dict[str, Any]] = [{"name": "workers"}]
NETWORK = "10-network"
TRANSIT: dict[str, Any] = {"id": "tgw-0123456789abcdef0", "routes": ["10.0.0.0/8", "172.16.0.0/12"]}


def made(network: dict[str, Any], **more: Any) -> Compiled:
    result = compiled(network=network, nodeGroups=NODES, **more)
    assert result.errors == []
    assert result.lint() == []
    return result


def routes(result: Compiled, way: str) -> set[tuple[str, str]]:
    """Tables and ranges of the routes that go one way."""
    found = result.resources(NETWORK, "AWS::EC2::Route").values()
    return {(one["RouteTableId"]["Ref"], one["DestinationCidrBlock"]) for one in found if way in one}


def test_a_transit_gateway_is_reached_from_every_table_but_the_public_one() -> None:
    result = made({"nat": "per-zone", "transitGateway": TRANSIT, "subnets": {"perZone": {"controlPlane": 1}}})
    attachment = result.resource(NETWORK, "AWS::EC2::TransitGatewayAttachment")
    assert attachment["SubnetIds"] == [{"Ref": f"PrivateSubnet{number}"} for number in (1, 2, 3)]
    assert "Options" not in attachment
    tables = {*(f"PrivateSubnet{number}RouteTable" for number in (1, 2, 3)), "ControlPlaneSubnetRouteTable"}
    assert routes(result, "TransitGatewayId") == {(one, block) for one in tables for block in TRANSIT["routes"]}
    resources = result.template(NETWORK)["Resources"]
    assert resources["PrivateSubnet1RouteTo10x0x0x0Slash8"]["DependsOn"] == "TransitGatewayAttachment"


def test_appliance_mode_is_an_option_of_the_attachment() -> None:
    result = made({"transitGateway": {**TRANSIT, "applianceMode": True}})
    options = result.resource(NETWORK, "AWS::EC2::TransitGatewayAttachment")["Options"]
    assert options == {"ApplianceModeSupport": "enable"}


def test_a_transit_gateway_can_be_the_way_to_the_internet() -> None:
    network = {"topology": "private", "transitGateway": {**TRANSIT, "routes": ["0.0.0.0/0"]}}
    addons = {"external-dns": {"zones": ["Z0123456789ABCDEFGHIJ"]}}
    made(network, addons=addons)
    assert compiled(network={"topology": "private", "transitGateway": TRANSIT}, addons=addons).errors == ["BPC404"]
    made({"nat": "none", "transitGateway": TRANSIT})


def test_a_vpn_gateway_is_made_or_given_and_tells_its_routes() -> None:
    result = made({"vpnGateway": {"amazonSideAsn": 64620, "routes": ["10.80.0.0/16"]}})
    assert result.resource(NETWORK, "AWS::EC2::VPNGateway")["AmazonSideAsn"] == 64620
    propagation = result.resource(NETWORK, "AWS::EC2::VPNGatewayRoutePropagation")
    assert propagation["RouteTableIds"] == [{"Ref": "PrivateSubnetRouteTable"}]
    assert routes(result, "GatewayId") >= {("PrivateSubnetRouteTable", "10.80.0.0/16")}
    assert "VpnGatewayId" in result.template(NETWORK)["Outputs"]
    given = made({"vpnGateway": {"id": {"import": "hub-vpn"}}})
    assert given.resources(NETWORK, "AWS::EC2::VPNGateway") == {}
    attachments = given.resources(NETWORK, "AWS::EC2::VPCGatewayAttachment")
    assert attachments["VpnGatewayAttachment"]["VpnGatewayId"] == {"Fn::ImportValue": "hub-vpn"}


def test_nat_gateways_take_addresses_of_yours() -> None:
    given: list[Any] = ["eipalloc-0123456789abcdef0", {"import": "b"}, {"import": "c"}]
    result = made({"nat": "per-zone", "eipAllocationIds": given})
    found = [one["AllocationId"] for one in result.resources(NETWORK, "AWS::EC2::NatGateway").values()]
    assert found == ["eipalloc-0123456789abcdef0", {"Fn::ImportValue": "b"}, {"Fn::ImportValue": "c"}]
    assert result.resources(NETWORK, "AWS::EC2::EIP") == {}
    assert result.template(NETWORK)["Resources"]["NatGateway1"]["DependsOn"] == "VPCGatewayAttachment"


@pytest.mark.parametrize(("value", "tag"), [(True, "shop"), ("shared", "shared"), (False, None)])
def test_karpenter_finds_the_subnets_of_the_nodes(value: object, tag: str | None) -> None:
    found = made({"karpenterDiscovery": value}).resources(NETWORK, "AWS::EC2::Subnet")
    tags = {title: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for title, one in found.items()}
    assert tags["PrivateSubnet1"].get("karpenter.sh/discovery") == tag
    assert "karpenter.sh/discovery" not in tags["PublicSubnet1"]


def test_a_subnets_own_tags_go_before_those_of_its_kind() -> None:
    private = [{"cidr": f"192.168.{128 + index}.0/24", "tags": {"tier": "own"} if index else {}} for index in range(3)]
    network = {"subnets": {"private": private}, "subnetTags": {"private": {"tier": "kind"}}}
    found = made(network).resources(NETWORK, "AWS::EC2::Subnet")
    tiers = {title: [tag["Value"] for tag in one["Tags"] if tag["Key"] == "tier"] for title, one in found.items()}
    assert (tiers["PrivateSubnet1"], tiers["PrivateSubnet2"], tiers["PublicSubnet1"]) == (["kind"], ["own"], [])
