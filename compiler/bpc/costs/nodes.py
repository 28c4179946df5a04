"""Nodes: instances, their volumes, and what nobody knows before there are pods.

Sources: Amazon EC2 User Guide, Spot Instances (the price changes, and is never above On-Demand without a price of
one's own); Amazon EKS User Guide, Managed node groups (they cost what their instances cost) and EKS Auto Mode.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from bpc.costs.line import Line
from bpc.facts.prices import Price, beginning, instance, price

if TYPE_CHECKING:
    from bpc.model.node_groups import Disk, NodeGroup
    from bpc.plan.shapes import Plan

AUTO_MODE = "auto mode "  # how the rows of its fees begin
FREE_IOPS, FREE_THROUGHPUT = 3000, 125  # of gp3, with every volume
Counts = tuple[int, int, int]


def lines(plan: Plan) -> Iterator[Line]:
    """Each node group with its volumes; then what is started as pods ask for it."""
    for planned in plan.node_groups:
        group = planned.node_group
        counts = (group.scaling.min, group.scaling.first, group.scaling.max)
        yield _group(group, plan.region, counts)
        for disk in (group.disk, *group.volumes) if not group.launch_template else ():
            yield from _volumes(f"volumes of {group.name}", disk, plan.region, counts)
        if group.subnets == "public" and not plan.blueprint.network.existing:
            found = price("public ipv4", plan.region)
            yield Line(f"public IPv4 addresses of {group.name}", found, counts, "" if found else _none(plan.region))
    yield from _on_demand_of_pods(plan)


def _group(group: NodeGroup, region: str, counts: Counts) -> Line:
    what = f"nodes of {group.name}: {' or '.join(group.instance_types) or 'what its launch template says'}"
    why = _unpriced(group)
    if why:
        return Line(what, None, counts, why)
    found = [instance(one, region) for one in group.instance_types]
    prices = [one for one in found if one]
    if len(prices) < len(found):
        missing = [name for name, one in zip(group.instance_types, found, strict=True) if one is None]
        return Line(what, None, counts, f"no price of {', '.join(missing)} in {region}")
    ordered = sorted(prices, key=_usd)
    why = "On-Demand" if len(prices) == 1 else "On-Demand; which of the types is started is not known"
    return Line(what, prices[0], counts, why, ordered[0], ordered[-1])


def _usd(one: Price) -> Decimal:
    return one.usd


def _unpriced(group: NodeGroup) -> str:
    """Why the table does not say what the nodes cost."""
    if group.capacity == "spot":
        return "Spot: the price changes, and is not above that of On-Demand"
    if group.mixed_instances:
        return "in part Spot, whose price changes"
    if group.capacity_reservation or group.capacity == "capacity-block":
        return "reserved capacity has prices of its own"
    if group.ami.startswith("Windows"):
        return "Windows has prices of its own"
    if group.local_zones:
        return "Local Zones have prices of their own"
    return "" if group.instance_types else "which instance types there will be is not known"


def _volumes(what: str, disk: Disk, region: str, counts: Counts) -> Iterator[Line]:
    """Volumes by size; of gp3 what is beyond its baseline costs more."""
    sizes = (disk.size * counts[0], disk.size * counts[1], disk.size * counts[2])
    found = price(f"volume {disk.type}", region)
    yield Line(f"{what}: {disk.size} GiB of {disk.type}", found, sizes, "" if found else _none(region))
    more = (("iops", disk.iops, FREE_IOPS), ("throughput", disk.throughput, FREE_THROUGHPUT))
    for name, wanted, free in more:
        extra = (wanted or 0) - (free if disk.type == "gp3" else 0)
        if extra > 0:
            found = price(f"volume {disk.type} {name}", region)
            amounts = (extra * counts[0], extra * counts[1], extra * counts[2])
            yield Line(f"{what}: {name} beyond what is free", found, amounts, "" if found else _none(region))


def _none(region: str) -> str:
    return f"no price for {region}"


def _on_demand_of_pods(plan: Plan) -> Iterator[Line]:
    blueprint = plan.blueprint
    if blueprint.cluster.auto_mode:
        why = "as many as pods ask for; each costs its price in EC2, and a fee for its type"
        yield Line("nodes of EKS Auto Mode", None, None, why)
        for fee in beginning(AUTO_MODE, plan.region):
            name = fee.item.removeprefix(AUTO_MODE)
            yield Line(f"fee of EKS Auto Mode for each {name}, for example", fee, None, why)
    if any(one.entry.name == "karpenter" for one in plan.addons):
        yield Line("nodes that Karpenter starts", None, None, "as many as pods ask for")
    if blueprint.fargate_profiles:
        for name, unit in (("fargate vcpu", "vCPU"), ("fargate gb", "GB of memory")):
            yield Line(f"Fargate: each {unit} of a pod", price(name, plan.region), None, "as many as pods ask for")
    if blueprint.cluster.remote_network:
        yield Line("hybrid nodes", None, None, "by vCPU and hour, as many as join")
