"""NodeClasses, NodePools and IngressClasses of EKS Auto Mode: what EKS would refuse, or never make a node for.

Amazon EKS User Guide: Create a Node Class for Amazon EKS, Create a Node Pool for EKS Auto Mode, Static-Capacity Node
Pools in EKS Auto Mode, Configure advanced security settings for nodes; the rules of the custom resource definitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import auto_mode_objects as objects
from bpc.kit import karpenter_checks
from bpc.model import AutoMode, Blueprint
from bpc.plan import subnets

TAKEN = rule(
    "BPC488",
    "auto-mode-name-taken",
    why="general-purpose and system are the NodePools that EKS brings along, and default is the NodeClass that it "
    "makes with them; nobody else can change these (Amazon EKS User Guide, Create a Node Pool for EKS Auto Mode).",
    cure="Use another name; default is free where nodePools is an empty list.",
)
NO_CLASS = rule(
    "BPC489",
    "auto-mode-without-node-class",
    why="EKS makes the NodeClass default with its own node pools alone; a NodePool that refers to one that is not "
    "there never has a node (Amazon EKS User Guide, Create a Node Pool for EKS Auto Mode).",
    cure="Name one of nodeClasses.",
)
LABEL = rule(
    "BPC490",
    "auto-mode-label",
    why="Machines of EKS Auto Mode have labels of its own, and all run Linux; with a label that none of them has, no "
    "node is ever made (Amazon EKS User Guide, Create a Node Pool for EKS Auto Mode, Supported Labels).",
    cure="Use a label that the page lists.",
)
REFUSED = rule(
    "BPC491",
    "auto-mode-object-refused",
    why="The API server would refuse the object, or EKS would not do what it says (Amazon EKS User Guide, Create a "
    "Node Class, Create a Node Pool, Static-Capacity Node Pools).",
    cure="Do what the message says.",
)
NO_SUBNETS = rule(
    "BPC492",
    "auto-mode-without-subnets",
    why="A NodeClass finds its subnets by tags, at most 30 times. Those of bpc's own network it finds by their Names; "
    "the tags of a network that is there already bpc does not know.",
    cure="Say by which tags in subnetSelectorTerms.",
)
NO_FIPS = rule(
    "BPC493",
    "auto-mode-fips-region",
    why="There are images with FIPS-validated cryptography in the Regions of the USA and Canada alone (Amazon EKS User "
    "Guide, Configure advanced security settings for nodes).",
    cure="Take fips away in the other environments.",
)
TWO_ENTRIES = rule(
    "BPC494",
    "auto-mode-role-has-entry",
    why="A principal has one access entry in a cluster, and the role of a NodeClass gets one of the type EC2 (Amazon "
    "EKS User Guide, Create node class access entry).",
    cure="Take the principal out of cluster.access.",
)

BUILT_IN = ("general-purpose", "system")
MACHINE = (
    "hypervisor", "encryption-in-transit-supported", "category", "generation", "family", "size", "cpu",
    "cpu-manufacturer", "memory", "ebs-bandwidth", "network-bandwidth", "gpu-name", "gpu-manufacturer", "gpu-count",
    "gpu-memory", "local-nvme",
)  # fmt: skip
OLD, OWN = "karpenter.k8s.aws/", f"{objects.GROUP}/"
LINUX_ALONE = ("kubernetes.io/os", "node.kubernetes.io/windows-build")
LONGEST = 504 * 3600
UNITS = {"h": 3600, "m": 60, "s": 1}
MOST_TERMS = 30


def _every(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = blueprint.cluster.auto_mode
    assert wanted, "a blueprint without it is not asked"
    yield from _names(wanted)
    for place, one in enumerate(wanted.node_classes):
        yield from _class((*wanted.at, "nodeClasses", place), one, blueprint)
    for place, one in enumerate(wanted.custom_node_pools):
        yield from _pool((*wanted.at, "customNodePools", place), one, wanted)
    yield from _entries(blueprint, wanted)
    defaults = [place for place, one in enumerate(wanted.ingress_classes) if one["default"]]
    for place in defaults[1:]:
        at = (*wanted.at, "ingressClasses", place, "default")
        yield REFUSED.at(at, "there is a default class already", "one alone can be the default")


def _names(wanted: AutoMode) -> Iterator[Diagnostic]:
    for key, some in (
        ("nodeClasses", wanted.node_classes),
        ("customNodePools", wanted.custom_node_pools),
        ("ingressClasses", wanted.ingress_classes),
    ):
        for path, said in karpenter_checks.twice(key, some):
            yield REFUSED.at((*wanted.at, *path), said)
    for place, one in enumerate(wanted.custom_node_pools):
        if one["name"] in BUILT_IN:
            at = (*wanted.at, "customNodePools", place, "name")
            yield TAKEN.at(at, f"EKS has a node pool {one['name']} itself", "use another name")
    for place, one in enumerate(wanted.node_classes):
        if one["name"] == objects.DEFAULT and wanted.node_pools:
            at = (*wanted.at, "nodeClasses", place, "name")
            yield TAKEN.at(at, "EKS makes the node class default itself", "use another name")


def _class(at: Path, one: Mapping[str, Any], blueprint: Blueprint) -> Iterator[Diagnostic]:
    network = blueprint.network
    own = [] if network.existing else [each for each in subnets.planned(blueprint) if each.kind == network.kinds[-1]]
    if "subnetSelectorTerms" not in one and not 0 < len(own) <= MOST_TERMS:
        yield NO_SUBNETS.at(at, f"{one['name']} has to say its subnetSelectorTerms")
    separate = "podSubnetSelectorTerms" in one or (network.has_pod_subnets and not network.existing)
    if "podSecurityGroupSelectorTerms" in one and not separate:
        path = (*at, "podSecurityGroupSelectorTerms")
        yield REFUSED.at(path, "these are for pods with subnets of their own", "say podSubnetSelectorTerms", key=True)
    proxy = one.get("advancedNetworking", {})
    if "noProxy" in proxy and "httpsProxy" not in proxy and not network.proxy:
        yield REFUSED.at((*at, "advancedNetworking", "noProxy"), "there is no httpsProxy", "say it too", key=True)
    if "enableV4Egress" in proxy and network.ip_family != "ipv6":
        path = (*at, "advancedNetworking", "enableV4Egress")
        yield REFUSED.at(path, "the cluster's pods have IPv4 addresses", "it is for network.ipFamily: ipv6", key=True)
    region = blueprint.metadata.region
    if one.get("advancedSecurity", {}).get("fips") and not region.startswith(("us-", "ca-")):
        yield NO_FIPS.at((*at, "advancedSecurity", "fips"), f"there are no such images in {region}", "take it away")
    size = one.get("ephemeralStorage", {}).get("size", "1Gi")
    if _beyond(size):
        yield REFUSED.at(
            (*at, "ephemeralStorage", "size"), f"{size} is more than a volume can have", "use 58Ti or less"
        )


def _beyond(size: str) -> bool:
    """The custom resource definition of NodeClasses has these limits."""
    number, unit = int(size.rstrip("GTi")), size.lstrip("0123456789")
    return number > {"Gi": 59000, "G": 64000, "Ti": 58, "T": 64}[unit]


def _pool(at: Path, one: Mapping[str, Any], wanted: AutoMode) -> Iterator[Diagnostic]:
    known = {each["name"] for each in wanted.node_classes} | ({objects.DEFAULT} if wanted.node_pools else set())
    named = objects.class_of(one, wanted.node_classes)
    if named not in known:
        path = (*at, "nodeClass") if "nodeClass" in one else at
        yield NO_CLASS.at(path, f"there is no node class {named}", _choice(known))
    for place, each in enumerate(one.get("requirements", ())):
        if said := _label(each["key"]):
            yield LABEL.at((*at, "requirements", place, "key"), *said)
    for path, message in karpenter_checks.requirements((*at, "requirements"), one.get("requirements", ())):
        yield REFUSED.at(path, message)
    budgets = one.get("disruption", {}).get("budgets", ())
    for path, message in karpenter_checks.budgets((*at, "disruption", "budgets"), budgets):
        yield REFUSED.at(path, message)
    yield from _fixed(at, one)
    if _seconds(one["expireAfter"]) > LONGEST:
        yield REFUSED.at((*at, "expireAfter"), "EKS lets no node grow older than 504h", "use 504h or less")


def _choice(known: set[str]) -> str:
    return (
        f"there {'is' if len(known) == 1 else 'are'} {', '.join(sorted(known))}" if known else "add one to nodeClasses"
    )


def _label(key: str) -> tuple[str, str] | None:
    if key in LINUX_ALONE:
        return "all nodes of EKS Auto Mode run Linux", "take the requirement away"
    if key.startswith(OLD):
        return f"{key} is a label of Karpenter's own nodes", f"use {OWN}{key.removeprefix(OLD)}"
    kind = key.removeprefix(f"{OWN}instance-")
    if kind != key and kind not in MACHINE:
        return f"no node has a label {key}", "use one of those that the page lists"
    return None


def _fixed(at: Path, one: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """A NodePool of so many nodes, and one of as many as there need be."""
    limits = one.get("limits", {})
    if "replicas" not in one:
        if "nodes" in limits:
            yield REFUSED.at(
                (*at, "limits", "nodes"), "this limit is for a NodePool with replicas", "use cpu or memory"
            )
        return
    if "weight" in one:
        yield REFUSED.at((*at, "weight"), "a NodePool with replicas takes no weight", "take it away", key=True)
    for key in limits:
        if key != "nodes":
            yield REFUSED.at((*at, "limits", key), "a NodePool with replicas has one limit, nodes", "take it away")


def _entries(blueprint: Blueprint, wanted: AutoMode) -> Iterator[Diagnostic]:
    """Roles that get an access entry here, where cluster.access has one too."""
    roles = {one["roleArn"] for one in wanted.node_classes if "roleArn" in one}
    if wanted.iam and wanted.iam.role_arn and wanted.node_classes and not wanted.node_pools:
        roles.add(wanted.iam.role_arn)
    for at, principal in blueprint.principals:
        if principal in roles:
            yield TWO_ENTRIES.at(at, "the role of a node class has an access entry already", "take it out of access")


def _seconds(text: str) -> int:
    total = number = 0
    for one in text:
        number, total = (number * 10 + int(one), total) if one.isdigit() else (0, total + number * UNITS[one])
    return total


CHECKS = (_every,)
