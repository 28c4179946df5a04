"""What the machines of a group must have, where EC2 chooses the instance types."""

from __future__ import annotations

from typing import Any

from troposphere import ec2

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan, PlannedGroup

# Each requirement as AWS::EC2::LaunchTemplate, InstanceRequirements, spells it.
WORDS = {
    "vcpus": "VCpuCount",
    "memoryMiB": "MemoryMiB",
    "memoryGiBPerVcpu": "MemoryGiBPerVCpu",
    "acceleratorCount": "AcceleratorCount",
    "acceleratorTotalMemoryMiB": "AcceleratorTotalMemoryMiB",
    "baselineEbsBandwidthMbps": "BaselineEbsBandwidthMbps",
    "networkBandwidthGbps": "NetworkBandwidthGbps",
    "networkInterfaceCount": "NetworkInterfaceCount",
    "totalLocalStorageGB": "TotalLocalStorageGB",
    "cpuManufacturers": "CpuManufacturers",
    "acceleratorManufacturers": "AcceleratorManufacturers",
    "acceleratorNames": "AcceleratorNames",
    "acceleratorTypes": "AcceleratorTypes",
    "generations": "InstanceGenerations",
    "localStorageTypes": "LocalStorageTypes",
    "burstable": "BurstablePerformance",
    "bareMetal": "BareMetal",
    "localStorage": "LocalStorage",
    "spotMaxPricePercentage": "SpotMaxPricePercentageOverLowestPrice",
    "onDemandMaxPricePercentage": "OnDemandMaxPricePercentageOverLowestPrice",
    "allowed": "AllowedInstanceTypes",
    "excluded": "ExcludedInstanceTypes",
}
# An image has one architecture, and EC2 is told whose machines have it.
MAKERS = {"amd64": ["intel", "amd"], "arm64": ["amazon-web-services"]}


def properties(planned: PlannedGroup, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    wanted = planned.node_group.instance_requirements or {}
    said = {WORDS[key]: _bounds(key, value) for key, value in wanted.items()}
    said.setdefault("CpuManufacturers", MAKERS[planned.node_group.architecture])
    return {"InstanceRequirements": ec2.InstanceRequirements(**{key: said[key] for key in sorted(said)})}


def _bounds(key: str, value: Any) -> Any:
    """A range is a property of its own; vCPUs and memory have a lower bound always."""
    if not isinstance(value, dict):
        return value
    least = {"Min": 0} if key in ("vcpus", "memoryMiB") else {}
    kind = getattr(ec2, WORDS[key])
    return kind(**least | {name.capitalize(): bound for name, bound in value.items()})
