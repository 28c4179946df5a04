"""Subnets, and the Availability Zone of each."""

from __future__ import annotations

from troposphere import GetAZs, Ref, Select, ec2

from bpc.kit import cidr
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, Subnet

ELB_ROLE = {"public": "kubernetes.io/role/elb", "private": "kubernetes.io/role/internal-elb"}
Zones = list[dict[str, object]]


def zones(plan: Plan, sheet: Sheet) -> Zones:
    """Where each subnet of a kind goes: a parameter where the blueprint names the zone."""
    kind = plan.blueprint.network.kinds[0]
    given = not isinstance(plan.blueprint.network.availability_zones, int)
    found: Zones = []
    for subnet in plan.subnets_of(kind):
        if not subnet.zone:
            found.append({"AvailabilityZone": Select(subnet.number - 1, GetAZs())})
        elif not given:
            found.append({"AvailabilityZoneId": subnet.zone})
        else:
            found.append(_zone_parameter(subnet, sheet))
    return found


def fill(plan: Plan, sheet: Sheet, kind: str, where: Zones) -> None:
    for subnet in plan.subnets_of(kind):
        block = sheet.parameter(
            f"{subnet.id}Block", "VPC Subnet", f"The range of {subnet.id}.", Default=subnet.cidr, **cidr.PARAMETER
        )
        public = {"MapPublicIpOnLaunch": True} if kind == "public" and _has_public_nodes(plan) else {}
        tags = sheet.tags(subnet.id, **{ELB_ROLE[kind]: "1"})
        zone = where[subnet.number - 1]
        sheet.add(
            ec2.Subnet(subnet.id, CidrBlock=block, VpcId=Ref("EksVPC"), Tags=tags, **zone, **public), ("network",)
        )
        sheet.export(f"{subnet.id}Id", Ref(subnet.id), f"The {kind} subnet with the number {subnet.number}.")


def _has_public_nodes(plan: Plan) -> bool:
    """A managed node group's instances have to be given public addresses by the subnet (EKS User Guide, "Simplify node
    lifecycle with managed node groups"). Nothing else that starts in a public subnet needs it to.
    """
    return not plan.subnets_of("private") or any(one.node_group.subnets == "public" for one in plan.node_groups)


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
