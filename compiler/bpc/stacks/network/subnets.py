"""Subnets, and the Availability Zone of each."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, GetAZs, Ref, Select, ec2

from bpc.kit import cidr
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.plan.subnets import Place, Subnet
from bpc.stacks.network import vpc

# What load balancers find their subnets by (Amazon EKS User Guide, Network load balancing).
ROLES = {"public": {"kubernetes.io/role/elb": "1"}, "private": {"kubernetes.io/role/internal-elb": "1"}}

# What Karpenter finds subnets by (Karpenter's documentation, NodeClasses).
DISCOVERY = "karpenter.sh/discovery"


def zones(plan: Plan, sheet: Sheet) -> dict[Place, dict[str, Any]]:
    """Where the subnets of each zone go."""
    return {place: _zone(place, plan, sheet) for place in dict.fromkeys(one.place for one in plan.subnets)}


def add(subnet: Subnet, home: dict[str, Any], plan: Plan, sheet: Sheet) -> None:
    block = sheet.parameter(
        f"{subnet.id}Block", "VPC Subnet", f"The range of {subnet.id}.", Default=subnet.cidr, **cidr.PARAMETER
    )
    more: dict[str, Any] = {}
    if subnet.kind == "local-public" or (subnet.kind == "public" and _has_public_nodes(plan)):
        more["MapPublicIpOnLaunch"] = True
    if plan.blueprint.network.hostname_type == "resource-name":
        more["PrivateDnsNameOptionsOnLaunch"] = ec2.PrivateDnsNameOptionsOnLaunch(
            HostnameType="resource-name", EnableResourceNameDnsARecord=True
        )
    if plan.blueprint.network.has_ipv6:
        from bpc.stacks.network import ipv6

        more |= ipv6.of(subnet)
    if before := _secondary(subnet, plan):
        more["DependsOn"] = [more["DependsOn"], before] if "DependsOn" in more else before
    tags = sheet.tags(subnet.id, **ROLES.get(subnet.kind, {}), **_wanted(subnet, plan))
    made = ec2.Subnet(subnet.id, CidrBlock=block, VpcId=Ref("EksVPC"), Tags=tags, **home, **more)
    sheet.add(made, subnet.at or ("network",))
    sheet.export(f"{subnet.id}Id", Ref(made), f"The {subnet.kind} subnet with the number {subnet.number}.")
    if subnet.kind == "pods":
        sheet.export(f"{subnet.id}Zone", GetAtt(made, "AvailabilityZone"), f"The zone of {subnet.id}.")


def name(subnet: Subnet, plan: Plan) -> str:
    """The Name that it has, for whoever selects it by that."""
    return ({"Name": f"{plan.name}-{subnet.id}"} | dict(plan.blueprint.metadata.tags) | _wanted(subnet, plan))["Name"]


def _wanted(subnet: Subnet, plan: Plan) -> dict[str, str]:
    """The tags that the blueprint gives the subnet, its own before those of its kind."""
    network, kind = plan.blueprint.network, subnet.kind.removeprefix("local-")
    found = {"public": network.subnet_tags.public, "private": network.subnet_tags.private}.get(kind, {})
    value = network.karpenter_discovery
    discovery: dict[str, str] = {}
    if kind == network.kinds[-1]:
        discovery = {one.entry.subnet_tag: plan.name for one in plan.addons if one.entry.subnet_tag}
        discovery |= {DISCOVERY: plan.name if value is True else str(value)} if value else {}
    return dict(sorted({**discovery, **found, **subnet.tags}.items()))


def _has_public_nodes(plan: Plan) -> bool:
    """A managed node group's instances have to be given public addresses by the subnet (EKS User Guide, "Simplify node
    lifecycle with managed node groups"). Nothing else that starts in a public subnet needs it to.
    """
    return not plan.subnets_of("private") or any(one.node_group.subnets == "public" for one in plan.node_groups)


def _secondary(subnet: Subnet, plan: Plan) -> str:
    """What gives the VPC the range that the subnet is in, where it is not the VPC's first one."""
    block = cidr.network(subnet.cidr)
    for index, one in enumerate(plan.blueprint.network.secondary_cidrs):
        if block.subnet_of(cidr.network(one)):
            return vpc.secondary_id(index)
    return ""


def _zone(place: Place, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """Where the subnets of a zone go: a parameter where the blueprint names the zone."""
    if place.is_local:
        return {"AvailabilityZone": _parameter("LocalZone", "Local Zone", place, sheet)}
    if not place.zone:
        return {"AvailabilityZone": Select(place.number - 1, GetAZs())}
    if isinstance(plan.blueprint.network.availability_zones, int):
        return {"AvailabilityZoneId": place.zone}
    by_id = "-az" in place.zone
    what = f"{'id of the ' if by_id else ''}Availability Zone"
    return {"AvailabilityZoneId" if by_id else "AvailabilityZone": _parameter("AvailabilityZone", what, place, sheet)}


def _parameter(title: str, what: str, place: Place, sheet: Sheet) -> Ref:
    # The type that asks for names knows neither ids nor Local Zones.
    named = not place.is_local and "-az" not in place.zone
    return sheet.parameter(
        f"{title}{place.number}",
        "Region AZ",
        f"The {what} of the subnets with the number {place.number}.",
        Type="AWS::EC2::AvailabilityZone::Name" if named else "String",
        Default=place.zone,
    )
