"""NodePools and EC2NodeClasses of what the blueprint says of them.

Source: Karpenter v1.14, Concepts, NodeClasses (which volumes an image of each family has) and NodePools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpc.kit import karpenter_pools

Object = dict[str, Any]

DISCOVERY = "karpenter.sh/discovery"
# EKS puts it on the security group that it makes for the cluster.
CLUSTER = "aws:eks:cluster-name"
# What has a place of its own in a NodePool, and what is taken as it is said.
POOL_PLAIN = ("expireAfter", "terminationGracePeriod", "taints", "startupTaints")
CLASS_PLAIN = ("amiFamily", "userData", "associatePublicIPAddress", "instanceStorePolicy", "kubelet")


# Those whose user data Karpenter adds its own to, setting by setting.
FAMILIES = ("AL2023", "Bottlerocket")


def node_class(
    said: Mapping[str, Any],
    cluster: str,
    subnets: str,
    profile: str,
    tags: Mapping[str, str],
    proxy: Mapping[str, str],
) -> Object:
    """The EC2NodeClass; `subnets` is the value of the tag that the subnets of nodes have."""
    hops = said.get("metadataOptions", {}).get("httpPutResponseHopLimit", 1)
    images = said.get("amiSelectorTerms", [{"alias": "al2023@latest"}])
    spec: Object = {
        "instanceProfile": profile,
        "amiSelectorTerms": copied(images),
        "subnetSelectorTerms": copied(said.get("subnetSelectorTerms")) or [{"tags": {DISCOVERY: subnets}}],
        "securityGroupSelectorTerms": copied(said.get("securityGroupSelectorTerms")) or [{"tags": {CLUSTER: cluster}}],
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": hops,
            "httpTokens": "required",
        },
    }
    if named := dict(tags) | said.get("tags", {}):
        spec["tags"] = dict(sorted(named.items()))
    if volumes := [_volume(one) for one in said.get("blockDeviceMappings", _usual(said, images))]:
        spec["blockDeviceMappings"] = volumes
    if said.get("detailedMonitoring"):
        spec["detailedMonitoring"] = True
    spec |= {key: copied(said[key]) for key in CLASS_PLAIN if said.get(key) not in (None, {})}
    if proxy and "userData" not in spec and (kind := family(said, images)) in FAMILIES:
        from bpc.kit import proxy_setup

        spec["userData"] = proxy_setup.user_data(kind, proxy)
    return made("karpenter.k8s.aws/v1", "EC2NodeClass", said["name"], spec)


def node_pool(said: Mapping[str, Any], classes: Sequence[Mapping[str, Any]]) -> Object:
    """The NodePool."""
    named = said.get("nodeClass") or classes[0]["name"]
    reference = {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": named}
    return pool({"requirements": karpenter_pools.REQUIREMENTS, "expireAfter": "720h", **said}, reference)


def pool(said: Mapping[str, Any], reference: Mapping[str, str]) -> Object:
    """A NodePool whose nodes are made as the class says that it refers to."""
    inside: Object = {"nodeClassRef": dict(reference), "requirements": copied(said["requirements"])}
    inside |= {key: copied(said[key]) for key in POOL_PLAIN if said.get(key)}
    template: Object = {"spec": inside}
    if said.get("labels"):
        template["metadata"] = {"labels": copied(said["labels"])}
    usual = {"consolidationPolicy": "WhenEmptyOrUnderutilized", "consolidateAfter": "1m"}
    spec: Object = {"template": template, "disruption": usual | copied(said.get("disruption", {}))}
    if limits := said.get("limits", karpenter_pools.LIMITS):
        spec["limits"] = copied(limits)
    spec |= {key: said[key] for key in ("replicas", "weight") if key in said}
    return made("karpenter.sh/v1", "NodePool", said["name"], spec)


def keys(classes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The KMS keys of the volumes."""
    found = {one["ebs"].get("kmsKeyID") for each in classes for one in each.get("blockDeviceMappings", ())}
    return sorted(one for one in found if one)


def parameters(classes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The parameters that hold images' ids, other than those of AWS."""
    found = {one.get("ssmParameter", "") for each in classes for one in each.get("amiSelectorTerms", ())}
    return sorted(one for one in found if one and not one.startswith("/aws/service/"))


def family(said: Mapping[str, Any], images: Sequence[Mapping[str, Any]]) -> str:
    """The family of the images, by their alias where that says it."""
    aliases = {"al2023": "AL2023", "bottlerocket": "Bottlerocket"}
    found = [aliases[one["alias"].partition("@")[0]] for one in images if "alias" in one]
    return found[0] if found else str(said.get("amiFamily", ""))


def _usual(said: Mapping[str, Any], images: Sequence[Mapping[str, Any]]) -> list[Object]:
    """The volumes of an image of a family that is known; Bottlerocket keeps its system on one of its own."""
    kind = family(said, images)
    sizes = {"AL2023": {"/dev/xvda": "20Gi"}, "Bottlerocket": {"/dev/xvda": "4Gi", "/dev/xvdb": "20Gi"}}
    return [{"deviceName": name, "ebs": {"volumeSize": size}} for name, size in sizes.get(kind, {}).items()]


def _volume(said: Mapping[str, Any]) -> Object:
    ebs: Object = {"volumeType": "gp3"} | copied(said["ebs"]) | {"encrypted": True, "deleteOnTermination": True}
    if "kmsKeyID" in ebs:
        # A manifest names no account.
        ebs["kmsKeyID"] = ebs["kmsKeyID"].rpartition("/")[2]
    root = {"rootVolume": True} if said.get("rootVolume") else {}
    return {"deviceName": said["deviceName"], **root, "ebs": ebs}


def copied(part: Any) -> Any:
    """The same, sharing nothing, whatever the order in which the blueprint has its keys."""
    if isinstance(part, Mapping):
        return {key: copied(part[key]) for key in sorted(part)}
    return [copied(one) for one in part] if isinstance(part, list | tuple) else part


def made(version: str, kind: str, name: str, spec: Object) -> Object:
    """An object that belongs to no namespace."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}
