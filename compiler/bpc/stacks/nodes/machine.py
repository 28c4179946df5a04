"""What few launch templates say of the machine: how it is bought, monitored and reached."""

from __future__ import annotations

from typing import Any

from troposphere import ec2

from bpc.kit.sheet import Sheet
from bpc.model import NodeGroup
from bpc.plan.shapes import Plan, PlannedGroup


def properties(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    group = planned.node_group
    data: dict[str, Any] = {}
    if group.ebs_optimized is not None:
        data["EbsOptimized"] = group.ebs_optimized
    if group.detailed_monitoring:
        data["Monitoring"] = ec2.Monitoring(Enabled=True)
    if group.enclave:
        data["EnclaveOptions"] = ec2.EnclaveOptions(Enabled=True)
    if group.cpu_credits:
        data["CreditSpecification"] = ec2.LaunchTemplateCreditSpecification(CpuCredits=group.cpu_credits)
    if group.ssh:
        data["KeyName"] = group.ssh.key_name
    return data | _reservation(group)


def _reservation(group: NodeGroup) -> dict[str, Any]:
    """A capacity block is a market of its own (Amazon EKS User Guide, Capacity Blocks for managed node groups)."""
    wanted = group.capacity_reservation
    if wanted is None:
        return {}
    said: dict[str, Any] = {}
    if wanted.preference:
        said["CapacityReservationPreference"] = wanted.preference
    target = {"CapacityReservationId": wanted.id, "CapacityReservationResourceGroupArn": wanted.resource_group_arn}
    if given := {key: value for key, value in target.items() if value}:
        said["CapacityReservationTarget"] = ec2.CapacityReservationTarget(**given)
    data: dict[str, Any] = {"CapacityReservationSpecification": ec2.CapacityReservationSpecification(**said)}
    if group.capacity == "capacity-block":
        data["InstanceMarketOptions"] = ec2.InstanceMarketOptions(MarketType="capacity-block")
    return data
