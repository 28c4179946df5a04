"""VPC endpoints: the way to AWS services that does not go over the internet (AWS PrivateLink Guide).

A gateway endpoint is a target in the route tables of private subnets, and free. An interface endpoint has a network
interface in one subnet of each zone, and takes HTTPS from the VPC and from hybrid nodes.
"""

from __future__ import annotations

from typing import Any

from troposphere import Ref, ec2

from bpc import facts, home
from bpc.diagnostics import Path
from bpc.kit import cidr
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet, referred
from bpc.model.network import PRIVATE_CLUSTER
from bpc.plan.shapes import Plan
from bpc.stacks.network import endpoint_policies, vpc

# Services whose names run two words together.
WORDS = {"ec2messages": "Ec2 Messages", "ssmmessages": "Ssm Messages"}


def fill(plan: Plan, sheet: Sheet) -> None:
    interfaces = [one for one in plan.endpoints if not facts.is_gateway_endpoint(one)]
    group = _security_group(plan, sheet) if interfaces else None
    for service in plan.endpoints:
        if service not in interfaces:
            tables = _route_tables(plan, sheet)
            _endpoint(service, plan, sheet, VpcEndpointType="Gateway", RouteTableIds=tables)
    subnets = _subnets(plan, sheet) if interfaces else []
    inside: dict[str, Any] = {"VpcEndpointType": "Interface", "PrivateDnsEnabled": True, "SubnetIds": subnets}
    for service in interfaces:
        _endpoint(service, plan, sheet, **inside, SecurityGroupIds=[Ref(group)])
    if PRIVATE_CLUSTER in plan.blueprint.network.endpoints and plan.blueprint.cluster.remote_network:
        _from_afar(plan, sheet, **inside, SecurityGroupIds=[Ref(group)])


def _from_afar(plan: Plan, sheet: Sheet, **properties: object) -> None:
    """S3 for hybrid nodes: routes to a gateway do not go beyond the VPC (Amazon S3 User Guide, AWS PrivateLink for
    Amazon S3, Private DNS). Whoever asks from inside the VPC is still led to the gateway, which is free.
    """
    options = ec2.DnsOptionsSpecification(PrivateDnsOnlyForInboundResolverEndpoint="OnlyInboundResolver")
    properties |= {"DependsOn": _title("s3"), "DnsOptions": options}
    _add("S3InterfaceEndpoint", facts.endpoint_service("s3", plan.region, "Interface"), "s3", plan, sheet, **properties)


def _kind(plan: Plan) -> str:
    """The subnets that the cluster is in."""
    return plan.blueprint.network.kinds[-1]


def _subnets(plan: Plan, sheet: Sheet) -> Any:
    """One of each zone: an endpoint takes no more."""
    if plan.blueprint.network.existing:
        return home.subnets(_kind(plan), plan, sheet)
    return [Ref(one.id) for one in plan.first_in_zones(_kind(plan))]


def _route_tables(plan: Plan, sheet: Sheet) -> Any:
    """Every table but those of public subnets, whose way out is free, and of the control plane, which calls nobody."""
    existing = plan.blueprint.network.existing
    if existing and existing.private_route_table_ids:
        return [referred(one) for one in existing.private_route_table_ids]
    if existing:
        what = "The route tables of the private subnets."
        return sheet.parameter("PrivateRouteTableIds", home.GROUP, what, Type="CommaDelimitedList")
    tables = [title for title, one in sheet.template.resources.items() if isinstance(one, ec2.RouteTable)]
    other = "PublicSubnet" if plan.subnets_of("private") else "PrivateSubnet"
    return [Ref(title) for title in tables if not title.startswith((other, "ControlPlaneSubnet"))]


def _security_group(plan: Plan, sheet: Sheet) -> ec2.SecurityGroup:
    ingress = [_https(block, "the VPC") for block in _ranges(plan, sheet)]
    if remote := plan.blueprint.cluster.remote_network:
        ingress += [_https(block, "hybrid nodes") for block in remote.nodes]
        ingress += [_https(block, "pods on hybrid nodes") for block in remote.pods]
    # An endpoint answers and never calls; the rule is EC2's own way to say: nothing out.
    egress = ec2.SecurityGroupRule(
        IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nothing"
    )
    group = ec2.SecurityGroup(
        "EndpointSecurityGroup",
        GroupDescription="HTTPS from the VPC to the VPC endpoints",
        VpcId=vpc.own(plan, sheet),
        SecurityGroupIngress=ingress,
        SecurityGroupEgress=[egress],
        Tags=sheet.tags("EndpointSecurityGroup"),
    )
    return sheet.add(group, _at(plan))


def _https(block: Any, whose: str) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(
        IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp=block, Description=f"HTTPS from {whose}"
    )


def _ranges(plan: Plan, sheet: Sheet) -> list[Any]:
    """The ranges of the VPC: pods may have addresses of the second one."""
    network = plan.blueprint.network
    if not network.existing:
        return [Ref("VpcBlock"), *(Ref(vpc.secondary_block(index)) for index, _ in enumerate(network.secondary_cidrs))]
    known = {"Default": network.existing.cidr} if network.existing.cidr else {}
    return [sheet.parameter("VpcBlock", home.GROUP, "The range of the VPC.", **known, **cidr.PARAMETER)]


def _endpoint(service: str, plan: Plan, sheet: Sheet, **properties: object) -> None:
    _add(_title(service), facts.endpoint_service(service, plan.region), service, plan, sheet, **properties)


def _title(service: str) -> str:
    return logical_id(WORDS.get(service, service.title()), "Endpoint")


def _add(title: str, name: str, service: str, plan: Plan, sheet: Sheet, **properties: object) -> None:
    if policy := endpoint_policies.of(service, plan):
        properties["PolicyDocument"] = policy
    where = vpc.own(plan, sheet)
    sheet.add(
        ec2.VPCEndpoint(title, ServiceName=name, VpcId=where, Tags=sheet.tags(title), **properties), _at(plan, service)
    )


def _at(plan: Plan, service: str = "") -> Path:
    """The place in the blueprint that asks for an endpoint, as near as there is one."""
    given = plan.blueprint.network.endpoints
    return ("network", "endpoints", given.index(service)) if service in given else ("network", "endpoints")
