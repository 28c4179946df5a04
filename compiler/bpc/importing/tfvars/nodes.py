"""The example's three lists of compute: self-managed and managed node groups, and Fargate profiles."""

from __future__ import annotations

from typing import Any

from bpc.diagnostics import Path
from bpc.importing.draft import Draft

# What the module takes where a key is left out.
TYPE, SIZE, MIN, MAX = "t3.medium", 20, 1, 3
KNOWN = {
    "name",
    "instance_type",
    "ami_type",
    "capacity_type",
    "min_size",
    "max_size",
    "desired_size",
    "volume_size",
    "disk_size",
    "volume_type",
    "tags",
    "instances_override",
    "instances_distribution",
}
DISTRIBUTION = {
    "on_demand_base_capacity": "onDemandBaseCapacity",
    "on_demand_percentage_above_base_capacity": "onDemandPercentageAboveBaseCapacity",
    "spot_allocation_strategy": "spotAllocationStrategy",
    "spot_instance_pools": "spotInstancePools",
    "spot_max_price": "spotMaxPrice",
}


def convert(draft: Draft, given: dict[str, Any], private: bool) -> None:
    lists = ("node_groups", "managed_node_groups")
    groups = [(key, place, one) for key in lists for place, one in enumerate(given.get(key) or [])]
    if not groups:
        draft.put(("nodeGroups",), [])
    for slot, (key, place, one) in enumerate(groups):
        path: Path = ("nodeGroups", slot)
        source = f"{key}[{place}]"
        draft.put((*path, "name"), one.get("name"), f"{source}.name")
        if key == "node_groups" and draft.takes((*path, "type"), "self-managed"):
            draft.put((*path, "type"), "self-managed")
        elif key == "node_groups":
            draft.remark((*path, "name"), source, "a self-managed group, which became a managed one")
        _machine(draft, one, path, source)
        _sizes(draft, one, path, source)
        draft.put((*path, "subnets"), "private" if private else "public")
        draft.put((*path, "ssm"), given.get("enable_ssm") is not False, "enable_ssm" if "enable_ssm" in given else "")
        for other in sorted(set(one) - KNOWN):
            draft.lose((*path, ""), f"{source}.{other}", one[other], "the module does not read it")
    _fargate(draft, given, private)


def _machine(draft: Draft, one: dict[str, Any], path: Path, source: str) -> None:
    kind = str(one.get("ami_type") or "AL2_x86_64")
    where: Path = (*path, "ami")
    draft.put(where, "Bottlerocket" if kind.startswith("BOTTLEROCKET") else "AL2023")
    if kind.startswith("AL2_"):
        draft.remark(where, f"{source}.ami_type", f"{kind}: Amazon Linux 2 has ended; Amazon Linux 2023 took its place")
    elif "ami_type" in one:
        draft.carried.add(f"{source}.ami_type")
    if kind.endswith(("GPU", "NVIDIA")):
        draft.put((*path, "variant"), "nvidia", f"{source}.ami_type")
    override = [item.get("instance_type") for item in one.get("instances_override") or [] if item.get("instance_type")]
    if override:
        draft.put((*path, "instanceTypes"), override, f"{source}.instances_override")
    else:
        said = f"{source}.instance_type" if "instance_type" in one else ""
        draft.put((*path, "instanceTypes"), [one.get("instance_type", TYPE)], said)
    for theirs, value in (one.get("instances_distribution") or {}).items():
        ours = DISTRIBUTION.get(theirs)
        said = f"{source}.instances_distribution.{theirs}"
        if ours:
            draft.put((*path, "mixedInstances", ours), value, said)
        else:
            draft.lose((*path, "mixedInstances", ""), said, value, "the language has no such field")
    if one.get("capacity_type"):
        value = str(one["capacity_type"]).lower().replace("_", "-")
        draft.put((*path, "capacity"), value, f"{source}.capacity_type")


def _sizes(draft: Draft, one: dict[str, Any], path: Path, source: str) -> None:
    least = one.get("min_size", MIN)
    wanted = one.get("desired_size")
    draft.put((*path, "scaling", "min"), least, f"{source}.min_size" if "min_size" in one else "")
    most = one.get("max_size", max(MAX, wanted or MIN))
    draft.put((*path, "scaling", "max"), most, f"{source}.max_size" if "max_size" in one else "")
    if wanted is not None:
        draft.put((*path, "scaling", "desired"), wanted, f"{source}.desired_size")
    key = "volume_size" if "volume_size" in one else "disk_size"
    size = one.get(key, SIZE)
    number = int(size) if str(size).isdigit() else size
    draft.put((*path, "disk", "size"), number, f"{source}.{key}" if key in one else "")
    if one.get("volume_type"):
        draft.put((*path, "disk", "type"), one["volume_type"], f"{source}.volume_type")
    if one.get("tags"):
        draft.put((*path, "tags"), one["tags"], f"{source}.tags")


def _fargate(draft: Draft, given: dict[str, Any], private: bool) -> None:
    for place, one in enumerate(given.get("fargate_profiles") or []):
        source = f"fargate_profiles[{place}]"
        if not private:
            why = "the example makes no profile in the default VPC, which has no private subnets"
            draft.lose(("fargateProfiles",), source, one.get("name"), why)
            continue
        path: Path = ("fargateProfiles", place)
        draft.put((*path, "name"), one.get("name"), f"{source}.name")
        at: Path = (*path, "selectors", 0)
        draft.put((*at, "namespace"), one.get("namespace", "default"), f"{source}.namespace")
        if one.get("labels"):
            draft.put((*at, "labels"), one["labels"], f"{source}.labels")
