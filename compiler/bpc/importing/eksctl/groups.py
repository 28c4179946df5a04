"""What only one of eksctl's two kinds of node groups has."""

from __future__ import annotations

from typing import Any

from bpc.diagnostics import Path
from bpc.importing.draft import spelled
from bpc.importing.eksctl.carry import Source, words

ACTIONS = {"Terminate": "replace", "Restart": "reboot"}


def self_managed(it: Source, at: Path, path: Path) -> None:
    if not it.draft.takes((*path, "type"), "self-managed"):
        said = "a self-managed group; the language has managed node groups alone, so it became one"
        it.draft.remark((*path, "name"), spelled(at), said)
    else:
        it.draft.put((*path, "type"), "self-managed")
    spread = it.get(*at, "instancesDistribution")
    if spread and not spread.get("spotAllocationStrategy"):
        # What an Auto Scaling group takes where nothing is said (Amazon EC2 Auto Scaling API, InstancesDistribution).
        it.draft.put((*path, "mixedInstances", "spotAllocationStrategy"), "lowest-price")
    price = it.get(*at, "instancesDistribution", "maxPrice")
    if price is not None:
        where, source = (*path, "mixedInstances", "spotMaxPrice"), spelled((*at, "instancesDistribution", "maxPrice"))
        it.draft.put(where, price if it.draft.takes(where, price) else str(price), source)


def managed(it: Source, at: Path, path: Path) -> None:
    if it.get(*at, "spot"):
        it.draft.put((*path, "capacity"), "spot", spelled((*at, "spot")))
    repair = it.get(*at, "nodeRepairConfig") or {}
    source: Path = (*at, "nodeRepairConfig")
    where: Path = (*path, "repair")
    enabled = repair.get("enabled") is True
    if not set(repair) - {"enabled"}:
        said = spelled((*source, "enabled")) if "enabled" in repair else ""
        it.draft.put(where, enabled, said)
        return
    for theirs, ours in (("maxParallelNodesRepaired", "maxParallel"), ("maxUnhealthyNodeThreshold", "maxUnhealthy")):
        for unit in ("Count", "Percentage"):
            value = repair.get(theirs + unit)
            if value is not None:
                shown = f"{value}%" if unit == "Percentage" else value
                it.draft.put((*where, ours), shown, spelled((*source, theirs + unit)))
    for place, one in enumerate(repair.get("nodeRepairConfigOverrides") or []):
        action: Any = one.get("repairAction")
        below: Path = (*source, "nodeRepairConfigOverrides", place, "repairAction")
        it.draft.put((*where, "overrides", place, "action"), ACTIONS.get(action, words(action)), spelled(below))
    put = it.draft.put if isinstance(it.draft.get(*where), dict) else None
    if put:
        put((*where, "enabled"), enabled, spelled((*source, "enabled")))
    else:
        it.draft.put(where, enabled, spelled((*source, "enabled")))
