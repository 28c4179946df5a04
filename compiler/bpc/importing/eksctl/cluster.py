"""eksctl's control plane: version, access, logs, encryption, and what it does where nothing is said."""

from __future__ import annotations

from typing import Any

from bpc import facts
from bpc.importing.draft import spelled
from bpc.importing.eksctl.carry import Source

# What the stored eksctl creates where metadata.version is left out.
DEFAULT_VERSION = "1.34"
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
FOR_EVER = 3653  # days; the most that CloudWatch Logs counts
SECTIONS = (
    "metadata",
    "accessConfig",
    "cloudWatch",
    "secretsEncryption",
    "upgradePolicy",
    "zonalShiftConfig",
    "controlPlaneScalingConfig",
    "kubeAPIServerConfig",
    "kubeControllerManagerConfig",
    "kubeSchedulerConfig",
    "gitops",
    "karpenter",
)


def convert(it: Source) -> None:
    for section in SECTIONS:
        it.carry((section,))
    _karpenter(it)
    _version(it)
    _service_range(it)
    _logging(it)
    _mappings(it)
    _provider(it)
    _defaults(it)


def _version(it: Source) -> None:
    version = it.get("metadata", "version")
    path = ("cluster", "version")
    if version == "latest":
        it.draft.remark(path, "metadata.version", "latest: left out, which takes the newest in standard support")
    elif version and (facts.support(version) == "ended" or age(version) < min(map(age, facts.kubernetes()))):
        it.draft.lose(path, "metadata.version", version, "EKS has ended it; the newest version is taken instead")
    else:
        it.draft.put(path, version or DEFAULT_VERSION, "metadata.version" if version else "")


def age(version: str) -> tuple[int, ...]:
    """A version as something to compare."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _service_range(it: Source) -> None:
    """Amazon EKS API Reference, KubernetesNetworkConfigRequest: the range that does not meet the VPC's is taken."""
    if str(it.get("vpc", "cidr") or "").startswith("10.") and not it.get("kubernetesNetworkConfig", "serviceIPv4CIDR"):
        it.draft.put(("cluster", "serviceCidr"), "172.20.0.0/16")


def _logging(it: Source) -> None:
    at = ("cloudWatch", "clusterLogging")
    wanted = it.get(*at, "enableTypes") or []
    types = list(LOGS) if {"*", "all"} & set(map(str, wanted)) else wanted
    it.draft.put(("cluster", "logging", "types"), types, spelled((*at, "enableTypes")) if wanted else "")
    if types and it.get(*at, "logRetentionInDays") is None:
        path = ("cluster", "logging", "retentionDays")
        if it.draft.put(path, FOR_EVER):
            said = "not set, which keeps events for ever; ten years are the most here"
            it.draft.remark(path, spelled((*at, "logRetentionInDays")), said)


def _karpenter(it: Source) -> None:
    """eksctl installs the chart itself; of a blueprint, an engine does."""
    if it.get("karpenter") is None:
        return
    it.draft.put(("gitops", "engine"), "flux")
    why = "Flux installs the chart: it has to be in the cluster. NodePools are part of the blueprint now"
    it.draft.remark(("addons", "karpenter"), "karpenter", why)


def _mappings(it: Source) -> None:
    """The ConfigMap aws-auth as access entries (Amazon EKS User Guide, "Change authentication mode")."""
    given = it.get("iamIdentityMappings") or []
    entries = {one.get("principal") for one in it.draft.get("cluster", "access") or []}
    for place, one in enumerate(given):
        source: tuple[str | int, ...] = ("iamIdentityMappings", place)
        slot = len(it.draft.get("cluster", "access") or [])
        path: tuple[str | int, ...] = ("cluster", "access", slot)
        it.carry(source, (slot,))
        if not one.get("arn"):
            continue
        if one["arn"] in entries:
            why = "the principal has an access entry already; join the two"
            it.draft.lose(("cluster", "access"), spelled(source), one, why)
            continue
        entries.add(one["arn"])
        if not it.draft.put((*path, "principal"), one["arn"], spelled((*source, "arn"))):
            continue
        if one.get("username"):
            it.draft.put((*path, "username"), one["username"], spelled((*source, "username")))
        _groups(it, one.get("groups") or [], path, spelled((*source, "groups")))


def _groups(it: Source, groups: list[Any], path: tuple[str | int, ...], source: str) -> None:
    own = [one for one in groups if not str(one).startswith("system:")]
    if own:
        it.draft.put((*path, "groups"), own, source)
    for one in groups:
        if one == "system:masters":
            it.draft.put((*path, "policies"), [{"policy": "cluster-admin"}], source)
        elif one == "system:nodes":
            it.draft.put((*path, "type"), "ec2-linux", source)
        elif one not in own and one != "system:bootstrappers":
            it.draft.lose((*path, "groups"), source, one, "an access entry takes no group that starts with system:")


def _provider(it: Source) -> None:
    """EKS takes one provider; the first is it."""
    ours = {"issuerURL": "issuerUrl", "clientID": "clientId"}
    for place, one in enumerate(it.get("identityProviders") or []):
        source: tuple[str | int, ...] = ("identityProviders", place)
        if place:
            why = "EKS associates one identity provider with a cluster"
            it.draft.lose(("cluster", "oidcIdentityProvider"), spelled(source), one.get("name"), why)
            continue
        it.carry(source, (0,))
        for key, value in one.items():
            if key not in ("type", "tags") and value is not None:
                path = ("cluster", "oidcIdentityProvider", ours.get(key, key))
                it.draft.put(path, value, spelled((*source, key)))
        it.draft.carried.add(spelled((*source, "type")))


def _defaults(it: Source) -> None:
    """Where eksctl does otherwise than bpc when nothing is said, the blueprint says what eksctl does."""
    said = it.draft.get("cluster") or {}
    if "upgradePolicy" not in said:
        it.draft.put(("cluster", "upgradePolicy"), "extended")
    if "authentication" not in said:
        it.draft.put(("cluster", "authentication"), "api-and-config-map")
    if not it.get("secretsEncryption", "keyARN"):
        it.draft.put(("cluster", "secretsEncryption", "enabled"), False)
    it.draft.put(("cluster", "deletionProtection"), False)
