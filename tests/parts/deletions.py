"""How to delete, over boto3, what moto makes from a template but forgets to take away again.

Without this a deleted stack leaves route tables, gateways and the like behind, and nothing would notice a resource
that CloudFormation could not delete because another still needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import aws
from .refusal import Refused

Properties = dict[str, Any]


def _route(ec2: Any, _: str, properties: Properties) -> None:
    if "DestinationIpv6CidrBlock" in properties:
        return  # moto has made it without its destination, so it cannot find it; it goes with its table
    keys = ("RouteTableId", "DestinationCidrBlock", "DestinationPrefixListId")
    ec2.delete_route(**{key: properties[key] for key in keys if key in properties})


def _association(ec2: Any, _: str, properties: Properties) -> None:
    # moto answers Ref with the route table's ID, so the association is looked up by its subnet.
    for table in ec2.describe_route_tables(RouteTableIds=[properties["RouteTableId"]])["RouteTables"]:
        for one in table["Associations"]:
            if one.get("SubnetId") == properties["SubnetId"]:
                ec2.disassociate_route_table(AssociationId=one["RouteTableAssociationId"])


def _route_table(ec2: Any, identity: str, _: Properties) -> None:
    ec2.delete_route_table(RouteTableId=identity)


def _attachment(ec2: Any, _: str, properties: Properties) -> None:
    gateway = properties.get("InternetGatewayId")
    if "VpnGatewayId" in properties:
        ec2.detach_vpn_gateway(VpnGatewayId=properties["VpnGatewayId"], VpcId=properties["VpcId"])
    if gateway:
        mapped = _used(ec2, properties["VpcId"])
        if mapped:
            raise Refused(f"{properties['VpcId']} has mapped public addresses: {mapped}")
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=properties["VpcId"])


def _used(ec2: Any, vpc: str) -> list[str]:
    """NAT gateways that still use the internet gateway of a VPC."""
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "state", "Values": ["available"]}]
    return [one["NatGatewayId"] for one in ec2.describe_nat_gateways(Filter=filters)["NatGateways"]]


def _address(ec2: Any, identity: str, _: Properties) -> None:
    for one in ec2.describe_addresses(PublicIps=[identity])["Addresses"]:
        ec2.release_address(AllocationId=one["AllocationId"])


def _policy(iam: Any, identity: str, properties: Properties) -> None:
    for role in properties.get("Roles", []):
        iam.detach_role_policy(RoleName=role, PolicyArn=identity)
    iam.delete_policy(PolicyArn=identity)


PLAYED: dict[str, tuple[str, Callable[[Any, str, Properties], None]]] = {
    "AWS::EC2::EIP": ("ec2", _address),
    "AWS::EC2::FlowLog": ("ec2", lambda ec2, one, _: ec2.delete_flow_logs(FlowLogIds=[one])),
    "AWS::EC2::InternetGateway": ("ec2", lambda ec2, one, _: ec2.delete_internet_gateway(InternetGatewayId=one)),
    "AWS::EC2::NatGateway": ("ec2", lambda ec2, one, _: ec2.delete_nat_gateway(NatGatewayId=one)),
    "AWS::EC2::Route": ("ec2", _route),
    "AWS::EC2::RouteTable": ("ec2", _route_table),
    "AWS::EC2::SubnetRouteTableAssociation": ("ec2", _association),
    "AWS::EC2::VPCEndpoint": ("ec2", lambda ec2, one, _: ec2.delete_vpc_endpoints(VpcEndpointIds=[one])),
    "AWS::EC2::VPCGatewayAttachment": ("ec2", _attachment),
    "AWS::EC2::VPNGateway": ("ec2", lambda ec2, one, _: ec2.delete_vpn_gateway(VpnGatewayId=one)),
    "AWS::IAM::ManagedPolicy": ("iam", _policy),
}


def delete(resource_type: str, region: str, identity: str, properties: Properties) -> bool:
    """Delete a resource whose type moto cannot delete; False if the type is not one of those."""
    if resource_type not in PLAYED:
        return False
    service, play = PLAYED[resource_type]
    play(aws.client(service, region), identity, properties)
    return True
