"""The VPC: subnets in zones, routes, NAT gateways, and endpoints where there is no internet."""

from __future__ import annotations

from troposphere import GetAtt, GetAZs, Ref, Select, ec2

from bpc.diagnostics import Path
from bpc.kit import cidr
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, Subnet
from bpc.stack import Stack

AT: Path = ("network",)
# Services whose names run two words together.
WORDS = {"ec2messages": "Ec2 Messages", "ssmmessages": "Ssm Messages"}
ELB_ROLE = {"public": "kubernetes.io/role/elb", "private": "kubernetes.io/role/internal-elb"}


class Network(Stack):
    """the VPC, its subnets and their routes"""

    name = "network"
    number = 10

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        zones = _zones(plan, sheet)
        block = sheet.parameter(
            "VpcBlock", "VPC Subnet", "The range of the VPC.", Default=plan.blueprint.network.cidr, **cidr.PARAMETER
        )
        vpc = ec2.VPC("EksVPC", CidrBlock=block, EnableDnsSupport=True, EnableDnsHostnames=True, Tags=sheet.tags("VPC"))
        sheet.add(vpc, AT)
        sheet.export("VpcId", Ref(vpc), "The VPC.")
        if plan.subnets_of("public"):
            _public(plan, sheet, zones)
        if plan.subnets_of("private"):
            _private(plan, sheet, zones)
        if plan.endpoints:
            _endpoints(plan, sheet)


def _zones(plan: Plan, sheet: Sheet) -> list[dict[str, object]]:
    """Where each subnet of a kind goes: a parameter where the blueprint names the zone."""
    kind = plan.blueprint.network.kinds[0]
    given = not isinstance(plan.blueprint.network.availability_zones, int)
    zones: list[dict[str, object]] = []
    for subnet in plan.subnets_of(kind):
        if not subnet.zone:
            zones.append({"AvailabilityZone": Select(subnet.number - 1, GetAZs())})
        elif not given:
            zones.append({"AvailabilityZoneId": subnet.zone})
        else:
            zones.append(_zone_parameter(subnet, sheet))
    return zones


def _zone_parameter(subnet: Subnet, sheet: Sheet) -> dict[str, object]:
    by_id = "-az" in subnet.zone
    value = sheet.parameter(
        f"AvailabilityZone{subnet.number}",
        "Region AZ",
        f"The {'id of the ' if by_id else ''}Availability Zone of the subnets with the number {subnet.number}.",
        Type="String" if by_id else "AWS::EC2::AvailabilityZone::Name",
        Default=subnet.zone,
    )
    return {"AvailabilityZoneId" if by_id else "AvailabilityZone": value}


def _subnets(plan: Plan, sheet: Sheet, kind: str, zones: list[dict[str, object]]) -> None:
    for subnet in plan.subnets_of(kind):
        block = sheet.parameter(
            f"{subnet.id}Block", "VPC Subnet", f"The range of {subnet.id}.", Default=subnet.cidr, **cidr.PARAMETER
        )
        public = {"MapPublicIpOnLaunch": True} if kind == "public" else {}
        tags = sheet.tags(subnet.id, **{ELB_ROLE[kind]: "1"})
        where = zones[subnet.number - 1]
        sheet.add(ec2.Subnet(subnet.id, CidrBlock=block, VpcId=Ref("EksVPC"), Tags=tags, **where, **public), AT)
        sheet.export(f"{subnet.id}Id", Ref(subnet.id), f"The {kind} subnet with the number {subnet.number}.")


def _routed(subnet: Subnet, table: str, sheet: Sheet) -> None:
    title = f"{subnet.id}RouteTableAssociation"
    sheet.add(ec2.SubnetRouteTableAssociation(title, SubnetId=Ref(subnet.id), RouteTableId=Ref(table)), AT)


def _route_table(title: str, sheet: Sheet) -> None:
    sheet.add(ec2.RouteTable(title, VpcId=Ref("EksVPC"), Tags=sheet.tags(title)), AT)


def _public(plan: Plan, sheet: Sheet, zones: list[dict[str, object]]) -> None:
    _subnets(plan, sheet, "public", zones)
    sheet.add(ec2.InternetGateway("InternetGateway", Tags=sheet.tags("InternetGateway")), AT)
    attachment = ec2.VPCGatewayAttachment(
        "VPCGatewayAttachment", InternetGatewayId=Ref("InternetGateway"), VpcId=Ref("EksVPC")
    )
    sheet.add(attachment, AT)
    _route_table("PublicSubnetRouteTable", sheet)
    route = ec2.Route(
        "PublicSubnetRoute",
        DependsOn="VPCGatewayAttachment",
        RouteTableId=Ref("PublicSubnetRouteTable"),
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=Ref("InternetGateway"),
    )
    sheet.add(route, AT)
    for subnet in plan.subnets_of("public"):
        _routed(subnet, "PublicSubnetRouteTable", sheet)


def _private(plan: Plan, sheet: Sheet, zones: list[dict[str, object]]) -> None:
    _subnets(plan, sheet, "private", zones)
    nat = plan.blueprint.network.nat
    if nat == "single":
        _nat("NatGateway", "PublicSubnet1", sheet)
    if nat != "per-zone":
        _route_table("PrivateSubnetRouteTable", sheet)
    if nat == "single":
        _nat_route("PrivateSubnetRoute", "PrivateSubnetRouteTable", "NatGateway", sheet)
    for subnet in plan.subnets_of("private"):
        if nat == "per-zone":
            table, gateway = f"{subnet.id}RouteTable", f"NatGateway{subnet.number}"
            _nat(gateway, f"PublicSubnet{subnet.number}", sheet)
            _route_table(table, sheet)
            _nat_route(f"{subnet.id}Route", table, gateway, sheet)
            _routed(subnet, table, sheet)
        else:
            _routed(subnet, "PrivateSubnetRouteTable", sheet)


def _nat(title: str, subnet: str, sheet: Sheet) -> None:
    at: Path = ("network", "nat")
    address = ec2.EIP(f"{title}EIP", DependsOn="VPCGatewayAttachment", Domain="vpc", Tags=sheet.tags(f"{title}EIP"))
    sheet.add(address, at)
    gateway = ec2.NatGateway(
        title, AllocationId=GetAtt(address, "AllocationId"), SubnetId=Ref(subnet), Tags=sheet.tags(title)
    )
    sheet.add(gateway, at)


def _nat_route(title: str, table: str, gateway: str, sheet: Sheet) -> None:
    route = ec2.Route(title, RouteTableId=Ref(table), DestinationCidrBlock="0.0.0.0/0", NatGatewayId=Ref(gateway))
    sheet.add(route, ("network", "nat"))


def _endpoints(plan: Plan, sheet: Sheet) -> None:
    """What a cluster without internet calls (Amazon EKS User Guide, Deploy private clusters)."""
    at: Path = ("network", "topology")
    group = ec2.SecurityGroup(
        "EndpointSecurityGroup",
        GroupDescription="HTTPS from the VPC to the VPC endpoints",
        VpcId=Ref("EksVPC"),
        SecurityGroupIngress=[
            ec2.SecurityGroupRule(
                IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp=Ref("VpcBlock"), Description="HTTPS from the VPC"
            )
        ],
        # An endpoint answers and never calls; the rule is EC2's own way to say: nothing out.
        SecurityGroupEgress=[
            ec2.SecurityGroupRule(
                IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nothing"
            )
        ],
        Tags=sheet.tags("EndpointSecurityGroup"),
    )
    sheet.add(group, at)
    tables = [Ref("PrivateSubnetRouteTable")]
    sheet.add(_endpoint("S3Endpoint", "s3", plan, sheet, VpcEndpointType="Gateway", RouteTableIds=tables), at)
    subnets = [Ref(subnet.id) for subnet in plan.subnets_of("private")]
    for service in plan.endpoints:
        title = logical_id(WORDS.get(service, service.title()), "Endpoint")
        endpoint = _endpoint(
            title,
            service,
            plan,
            sheet,
            VpcEndpointType="Interface",
            PrivateDnsEnabled=True,
            SubnetIds=subnets,
            SecurityGroupIds=[Ref(group)],
        )
        sheet.add(endpoint, at)


# Services whose endpoint names have a prefix of their own in China (AWS PrivateLink in China Regions).
_CHINA = "cn."


def _endpoint(title: str, service: str, plan: Plan, sheet: Sheet, **properties: object) -> ec2.VPCEndpoint:
    prefix = _CHINA if plan.partition == "aws-cn" and service not in ("s3", "logs", "ssm") else ""
    name = f"{prefix}com.amazonaws.{plan.region}.{service}"
    return ec2.VPCEndpoint(title, ServiceName=name, VpcId=Ref("EksVPC"), Tags=sheet.tags(title), **properties)
