"""What runs beside or beyond the control plane: Auto Mode, capabilities, hybrid nodes, Outposts."""

from __future__ import annotations

from typing import Any

from bpc.diagnostics import Path
from bpc.importing.draft import spelled
from bpc.importing.eksctl.carry import Source, words


def convert(it: Source) -> None:
    it.carry(("autoModeConfig",))
    if it.get("autoModeConfig", "enabled") and it.get("autoModeConfig", "nodePools") is None:
        it.draft.put(("cluster", "autoMode", "nodePools"), ["general-purpose", "system"])
    _capabilities(it)
    _remote(it)
    it.carry(("outpost",))
    arn = it.get("outpost", "controlPlaneOutpostARN")
    if arn:
        it.draft.put(("cluster", "outpost", "arn"), arn, "outpost.controlPlaneOutpostARN")


def _capabilities(it: Source) -> None:
    seen: set[str] = set()
    for place, one in enumerate(it.get("capabilities") or []):
        kind = str(one.get("type", "")).lower().replace("_", "")
        path: Path = ("cluster", "capabilities", kind)
        source: Path = ("capabilities", place)
        if kind in seen:
            it.draft.lose(path, spelled(source), one.get("name"), "a cluster has one capability of a type")
            continue
        seen.add(kind)
        it.draft.carried.add(spelled((*source, "type")))
        _capability(it, one, path, source)


# A capability's settings: eksctl's, and ours.
OF_A_CAPABILITY = {
    "name": ("name",),
    "roleArn": ("iam", "roleArn"),
    "attachPolicyARNs": ("iam", "policyArns"),
    "permissionsBoundary": ("iam", "permissionsBoundary"),
    "tags": ("tags",),
}
# A capability's ARGOCD configuration: eksctl's place, and ours.
ARGOCD = {
    ("namespace",): "namespace",
    ("awsIdc", "idcInstanceArn"): "identityCenter.instanceArn",
    ("awsIdc", "idcRegion"): "identityCenter.region",
    ("networkAccess", "vpceIds"): "vpcEndpointIds",
}


def _capability(it: Source, one: dict[str, Any], path: Path, source: Path) -> None:
    it.carry(source)
    for key, ours in OF_A_CAPABILITY.items():
        if one.get(key) is not None:
            it.draft.put((*path, *ours), one[key], spelled((*source, key)))
    if one.get("attachPolicy"):
        it.permissions((*path, "iam"), one["attachPolicy"], spelled((*source, "attachPolicy")))
    _argocd(it, (one.get("configuration") or {}).get("argocd") or {}, path, (*source, "configuration", "argocd"))


def _argocd(it: Source, one: dict[str, Any], path: Path, source: Path) -> None:
    for keys, ours in ARGOCD.items():
        value: Any = one
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            it.draft.put((*path, *ours.split(".")), value, spelled((*source, *keys)))
    for place, mapping in enumerate(one.get("rbacRoleMappings") or []):
        at, below = (*path, "rbacRoleMappings", place), (*source, "rbacRoleMappings", place)
        it.draft.put((*at, "role"), words(mapping.get("role")), spelled((*below, "role")))
        for number, who in enumerate(mapping.get("identities") or []):
            for key in ("id", "type"):
                value = words(who.get(key)) if key == "type" else who.get(key)
                it.draft.put((*at, "identities", number, key), value, spelled((*below, "identities", number, key)))


def _remote(it: Source) -> None:
    it.carry(("remoteNetworkConfig",))
    reached: list[str] = []
    for theirs, ours in (("remoteNodeNetworks", "nodes"), ("remotePodNetworks", "pods")):
        given = it.get("remoteNetworkConfig", theirs) or []
        ranges = [block for one in given for block in one.get("cidrs") or []]
        reached += ranges
        if ranges:
            it.draft.put(("cluster", "remoteNetwork", ours), ranges, f"remoteNetworkConfig.{theirs}[0].cidrs")
    if it.get("remoteNetworkConfig"):
        given = it.get("remoteNetworkConfig", "iam", "provider")
        provider = {"IRA": "iam-roles-anywhere"}.get(str(given).upper(), "ssm")
        source = "remoteNetworkConfig.iam.provider" if given else ""
        it.draft.put(("cluster", "remoteNetwork", "credentials", "provider"), provider, source)
    gateway = it.get("remoteNetworkConfig", "vpcGatewayID")
    if gateway:
        kind = "vpnGateway" if str(gateway).startswith("vgw-") else "transitGateway"
        it.draft.put(("network", kind, "id"), gateway, "remoteNetworkConfig.vpcGatewayID")
        # eksctl routes the networks of the remote nodes and pods there, and nothing else.
        it.draft.put(("network", kind, "routes"), list(dict.fromkeys(reached)), "")
