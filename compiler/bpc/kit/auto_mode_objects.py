"""NodeClasses, NodePools and IngressClasses of EKS Auto Mode, of what the blueprint says of them.

Amazon EKS User Guide: Create a Node Class for Amazon EKS, Create a Node Pool for EKS Auto Mode, Static-Capacity Node
Pools in EKS Auto Mode, Create an IngressClass to configure an Application Load Balancer, Use Network Policies with EKS
Auto Mode.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpc.kit import karpenter_objects, karpenter_pools
from bpc.kit.karpenter_objects import Object, copied, made
from bpc.kit.record import Record

COMPONENT = "auto-mode"
GROUP, VERSION = "eks.amazonaws.com", "eks.amazonaws.com/v1"
# The NodeClass that EKS makes with its own node pools.
DEFAULT = "default"
REQUIREMENTS = [
    {"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]},
    {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]},
    {"key": f"{GROUP}/instance-category", "operator": "In", "values": ["c", "m", "r"]},
    {"key": f"{GROUP}/instance-generation", "operator": "Gt", "values": ["4"]},
]
# What is taken as it is said.
PLAIN = (
    "networkPolicy",
    "networkPolicyEventLogs",
    "snatPolicy",
    "certificateBundles",
    "capacityReservationSelectorTerms",
)
INGRESS_PLAIN = ("ipAddressType", "inboundCIDRs", "sslPolicy")


class Surroundings(Record):
    """What a NodeClass is made for: `subnets` and `pod_subnets` are the Names of the platform's own.

    `proxy` is the platform's, as a NodeClass has it.
    """

    cluster: str
    profile: str
    role: str
    subnets: Sequence[str]
    pod_subnets: Sequence[str]
    tags: Mapping[str, str]
    proxy: Mapping[str, Any]


def node_class(said: Mapping[str, Any], home: Surroundings) -> Object:
    """The NodeClass. A role is said by its name, for an ARN is no word of a manifest."""
    role = _name(said["roleArn"]) if "roleArn" in said else home.role
    groups = [{"tags": {karpenter_objects.CLUSTER: home.cluster}}]
    spec: Object = {"role": role} if role else {"instanceProfile": home.profile}
    spec["subnetSelectorTerms"] = copied(said.get("subnetSelectorTerms")) or _named(home.subnets)
    spec["securityGroupSelectorTerms"] = copied(said.get("securityGroupSelectorTerms")) or groups
    if pods := copied(said.get("podSubnetSelectorTerms")) or _named(home.pod_subnets):
        spec["podSubnetSelectorTerms"] = pods
        spec["podSecurityGroupSelectorTerms"] = copied(said.get("podSecurityGroupSelectorTerms")) or groups
    if storage := copied(said.get("ephemeralStorage")):
        spec["ephemeralStorage"] = _storage(storage)
    spec |= {key: copied(said[key]) for key in PLAIN if said.get(key)}
    if network := dict(home.proxy) | copied(said.get("advancedNetworking", {})):
        spec["advancedNetworking"] = network
    hardened = {key: value for key, value in said.get("advancedSecurity", {}).items() if value}
    if hardened:
        spec["advancedSecurity"] = copied(hardened)
    if "placementGroup" in said:
        spec["placementGroupSelector"] = {"name": said["placementGroup"]}
    if tags := dict(home.tags) | said["tags"]:
        spec["tags"] = dict(sorted(tags.items()))
    return made(VERSION, "NodeClass", said["name"], spec)


def node_pool(said: Mapping[str, Any], classes: Sequence[Mapping[str, Any]]) -> Object:
    """The NodePool."""
    reference = {"group": GROUP, "kind": "NodeClass", "name": class_of(said, classes)}
    limits = {} if "replicas" in said else karpenter_pools.LIMITS
    return karpenter_objects.pool({"requirements": REQUIREMENTS, "limits": limits, **said}, reference)


def class_of(said: Mapping[str, Any], classes: Sequence[Mapping[str, Any]]) -> str:
    """The NodeClass of a NodePool."""
    return str(said.get("nodeClass") or (classes[0]["name"] if classes else DEFAULT))


def ingress_class(said: Mapping[str, Any], tags: Mapping[str, str]) -> list[Object]:
    """The IngressClass, after what it says of its load balancers."""
    spec: Object = {"scheme": said["scheme"]} | {key: copied(said[key]) for key in INGRESS_PLAIN if key in said}
    if "group" in said:
        spec["group"] = {"name": said["group"]}
    if "subnetTags" in said:
        tagged = sorted(said["subnetTags"].items())
        spec["subnets"] = {"matchTags": [{"key": key, "values": [value]} for key, value in tagged]}
    if "namespaceLabels" in said:
        spec["namespaceSelector"] = {"matchLabels": copied(said["namespaceLabels"])}
    for key, pairs in (
        ("loadBalancerAttributes", said.get("loadBalancerAttributes", {})),
        ("tags", dict(tags) | said["tags"]),
    ):
        if pairs:
            spec[key] = [{"key": name, "value": value} for name, value in sorted(pairs.items())]
    named = made("networking.k8s.io/v1", "IngressClass", said["name"], _served(said["name"]))
    if said["default"]:
        named["metadata"]["annotations"] = {"ingressclass.kubernetes.io/is-default-class": "true"}
    return [made(VERSION, "IngressClassParams", said["name"], spec), named]


def network_policies() -> Object:
    """What makes EKS enforce NetworkPolicies on the nodes of Auto Mode."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "amazon-vpc-cni", "namespace": "kube-system"},
        "data": {"enable-network-policy-controller": "true"},
    }


def profile(cluster: str, region: str) -> str:
    """The instance profile's name: IAM has one such in all Regions, and EKS takes those alone that begin with eks."""
    return f"eks-{cluster}-{region}-auto"


def role(arn: str | None) -> str:
    """The name of a role that is given; nothing where the template makes one."""
    return _name(arn) if arn else ""


def keys(classes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The KMS keys of the nodes' volumes."""
    return sorted({one["ephemeralStorage"]["kmsKeyID"] for one in classes if "kmsKeyID" in _storage_of(one)})


def _storage_of(said: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = said.get("ephemeralStorage", {})
    return found


def _storage(said: Object) -> Object:
    """A key goes by its id: an account number has no place in a manifest."""
    return said | ({"kmsKeyID": _name(said["kmsKeyID"])} if "kmsKeyID" in said else {})


def _named(names: Sequence[str]) -> list[Object]:
    return [{"tags": {"Name": one}} for one in dict.fromkeys(names)]


def _served(name: str) -> Object:
    parameters = {"apiGroup": GROUP, "kind": "IngressClassParams", "name": name}
    return {"controller": f"{GROUP}/alb", "parameters": parameters}


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
