"""What a cluster without internet calls (Amazon EKS User Guide, Deploy private clusters)."""

from __future__ import annotations

from troposphere import Ref, ec2

from bpc import facts
from bpc.diagnostics import Path
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stacks.network import vpc

AT: Path = ("network", "topology")
# Services whose names run two words together.
WORDS = {"ec2messages": "Ec2 Messages", "ssmmessages": "Ssm Messages"}


def fill(plan: Plan, sheet: Sheet) -> None:
    group = _security_group(plan, sheet)
    tables = [Ref("PrivateSubnetRouteTable")]
    _endpoint("S3Endpoint", "s3", plan, sheet, VpcEndpointType="Gateway", RouteTableIds=tables)
    subnets = [Ref(subnet.id) for subnet in plan.first_in_zones("private")]
    for service in plan.endpoints:
        _endpoint(
            logical_id(WORDS.get(service, service.title()), "Endpoint"),
            service,
            plan,
            sheet,
            VpcEndpointType="Interface",
            PrivateDnsEnabled=True,
            SubnetIds=subnets,
            SecurityGroupIds=[Ref(group)],
        )


def _security_group(plan: Plan, sheet: Sheet) -> ec2.SecurityGroup:
    blocks = [
        "VpcBlock",
        *(vpc.secondary_block(index) for index, _ in enumerate(plan.blueprint.network.secondary_cidrs)),
    ]
    ingress = [
        ec2.SecurityGroupRule(
            IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp=Ref(block), Description="HTTPS from the VPC"
        )
        for block in blocks
    ]
    # An endpoint answers and never calls; the rule is EC2's own way to say: nothing out.
    egress = ec2.SecurityGroupRule(
        IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nothing"
    )
    group = ec2.SecurityGroup(
        "EndpointSecurityGroup",
        GroupDescription="HTTPS from the VPC to the VPC endpoints",
        VpcId=Ref("EksVPC"),
        SecurityGroupIngress=ingress,
        SecurityGroupEgress=[egress],
        Tags=sheet.tags("EndpointSecurityGroup"),
    )
    return sheet.add(group, AT)


def _endpoint(title: str, service: str, plan: Plan, sheet: Sheet, **properties: object) -> None:
    name = facts.endpoint_service(service, plan.region)
    sheet.add(ec2.VPCEndpoint(title, ServiceName=name, VpcId=Ref("EksVPC"), Tags=sheet.tags(title), **properties), AT)
