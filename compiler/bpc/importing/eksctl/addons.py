"""eksctl's `addons`, EKS add-ons by the names that EKS has for them, and its `gitops`.

eksctl installs vpc-cni, coredns, kube-proxy and metrics-server where nothing is said (its documentation, "Default
addon updates"); metrics-server is not offered in every partition. An add-on of the catalogue's may need what an EKS
add-on alone does not: another one beside it, an endpoint, or a word of the user's.
"""

from __future__ import annotations

from typing import Any

from bpc import catalogue, source
from bpc.addon import AddOn
from bpc.diagnostics import Path
from bpc.importing.draft import spelled
from bpc.importing.eksctl.carry import Source
from bpc.importing.eksctl.identity import policies

DEFAULT_ADDONS = ("vpc-cni", "coredns", "kube-proxy", "metrics-server")
WITHOUT_METRICS_SERVER = ("cn-", "us-gov-", "us-iso", "eu-isoe-")
SUBSCRIBED = "EKS installs it only where the account has subscribed to it in the AWS Marketplace"
BOOTSTRAP = "`flux bootstrap` stays yours; with `repository`, bpc writes what Flux is to apply"


def convert(it: Source) -> None:
    if it.get("gitops", "flux") is not None:
        it.draft.put(("gitops", "engine"), "flux", "gitops")
        it.draft.remark(("gitops", "engine"), "gitops.flux", BOOTSTRAP)
    given = it.get("addons") or []
    by_eks = {entry.eks_name: entry.name for entry in catalogue.addons() if entry.eks_name}
    names = [by_eks.get(name, name) for one in given for name in [str(one.get("name") or "").lower()]]
    for place, name in enumerate(names):
        _addon(it, ("addons", place), name)
    it.carry(("addonsConfig",))
    disabled = it.get("addonsConfig", "disableDefaultAddons") is True
    region = str(it.get("metadata", "region"))
    for name in DEFAULT_ADDONS:
        if name in names:
            continue
        if disabled and name != "metrics-server":
            it.draft.put(("addons", name, "enabled"), False, "addonsConfig.disableDefaultAddons")
        elif name == "metrics-server" and not disabled and not region.startswith(WITHOUT_METRICS_SERVER):
            if _bare(it):
                said = "metrics-server is left out, with CoreDNS, until there are nodes for their pods"
                it.draft.remark(("nodeGroups",), "nodeGroups", said)
                continue
            it.draft.put(("addons", name), {})


def _bare(it: Source) -> bool:
    """Whether there is nothing that pods could run on. eksctl does not wait for them; a stack does."""
    others = ("fargateProfiles", "autoModeConfig", "remoteNetworkConfig", "outpost", "nodeGroups", "managedNodeGroups")
    return not any(it.get(key) for key in others)


def _addon(it: Source, at: Path, name: str) -> None:
    path: Path = ("addons", name)
    said = spelled((*at, "name"))
    why = _settled(it, path, name, said)
    if why:
        it.draft.lose(path, spelled(at), name, why)
        return
    it.draft.carried.add(said)
    version = it.get(*at, "version")
    if version == "latest":
        said = "latest: left out, which takes EKS's default for the Kubernetes version"
        it.draft.remark((*path, "version"), spelled((*at, "version")), said)
    elif version:
        it.draft.put((*path, "version"), version, spelled((*at, "version")))
    _values(it, at, path)
    it.carry(at, (), name)
    policies(it, at, path, "attachPolicy")
    for place in range(len(it.get(*at, "podIdentityAssociations") or [])):
        below = (*at, "podIdentityAssociations", place)
        policies(it, below, (*path, "podIdentityAssociations", place), "permissionPolicy")


def _settled(it: Source, path: Path, name: str, said: str) -> str:
    """Put the add-on there with what it needs, or say why it cannot be."""
    if name not in catalogue.names():
        it.draft.put(path, {"source": "eks"})
        return "" if it.draft.get(*path) else "an add-on has another kind of name"
    entry = catalogue.addon(name)
    if "eks" not in entry.sources:
        return f"the catalogue has no EKS add-on of this name; `bpc addons show {name}` says how it is installed"
    missing = [one for one in entry.required if one != "subscribed"]
    if missing:
        return f"it needs {' and '.join(missing)}, which a ClusterConfig does not say"
    if not it.draft.get(*path):
        it.draft.put(path, {} if entry.sources[0] == "eks" else {"source": "eks"})
    if "subscribed" in entry.required:
        it.draft.put((*path, "subscribed"), True)
        it.draft.remark((*path, "subscribed"), said, SUBSCRIBED)
    _around(it, entry, said)
    return ""


def _around(it: Source, entry: type[AddOn], said: str) -> None:
    """What has to be there beside an add-on."""
    for other in entry.requires:
        if not catalogue.addon(other).core and it.draft.get("addons", other) is None:
            it.draft.put(("addons", other), {})
            it.draft.remark(("addons", other), said, f"{entry.name} needs it")
    at: Path = ("network", "endpoints")
    there = it.draft.get(*at) or []
    missing = [one for one in entry.endpoints if isinstance(there, list) and one not in there]
    if entry.only_by_endpoint and missing and it.draft.get("network", "existing") is None:
        it.draft.put(at, [*there, *missing])
        it.draft.remark(at, said, f"{entry.name} reports to {' and '.join(missing)}")


def _values(it: Source, at: Path, path: Path) -> None:
    """An add-on's configuration: JSON or YAML in a string."""
    given = it.get(*at, "configurationValues")
    if not given:
        return
    said = spelled((*at, "configurationValues"))
    document = source.parse(str(given).encode())[0] if not isinstance(given, dict) else None
    values: Any = given if isinstance(given, dict) else document and document.data
    if values:
        it.draft.put((*path, "values"), values, said)
    else:
        it.draft.lose((*path, "values"), said, given, "it is neither JSON nor YAML")
