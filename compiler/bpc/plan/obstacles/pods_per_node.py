"""More pods on a node than it has addresses for.

Amazon EKS User Guide, Choose an optimal Amazon EC2 node instance type, and Assign more IP addresses to Amazon EKS nodes
with prefixes: the first address of each interface is the node's own, and with custom networking the first interface is,
too. Two pods of every node have its address.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc import facts
from bpc.diagnostics import Diagnostic, rule
from bpc.model import NodeGroup
from bpc.plan.shapes import Plan

TOO_MANY = rule(
    "BPC898",
    "max-pods-above-addresses",
    why="Without prefixes, each pod has an address of the node's network interfaces, whose number is that of the "
    "instance type; more pods are scheduled there and never start (Amazon EKS User Guide, Assign more IP addresses to "
    "Amazon EKS nodes with prefixes).",
    cure="Turn prefixes on in vpc-cni, or say a smaller maxPods, or leave it out.",
    severity="warning",
)
OF_THE_HOST = 2
PREFIXES, CUSTOM = "ENABLE_PREFIX_DELEGATION", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"
HELP = 'say `vpc-cni: {{values: {{env: {{ENABLE_PREFIX_DELEGATION: "true"}}}}}}` under addons, or maxPods: {}'


def _addresses(plan: Plan) -> Iterator[Diagnostic]:
    network = plan.blueprint.network
    cni = next((one for one in plan.addons if one.entry.name == "vpc-cni"), None)
    if cni is None or network.ip_family == "ipv6":
        return
    env = (cni.request.options.get("values") or {}).get("env") or {}
    if str(env.get(PREFIXES, "")).lower() == "true":
        return
    apart = 1 if network.has_pod_subnets or str(env.get(CUSTOM, "")).lower() == "true" else 0
    for group in (one.node_group for one in plan.node_groups):
        found = [] if group.family == "windows" else list(_types(group, apart))
        most, said = min(found, default=(0, ""))
        if found and group.max_pods and group.max_pods > most:
            yield TOO_MANY.at((*group.at, "maxPods"), f"{group.max_pods} pods, and {said}", HELP.format(most))


def _types(group: NodeGroup, apart: int) -> Iterator[tuple[int, str]]:
    """How many pods each instance type has addresses for, as far as anybody knows."""
    for name in group.instance_types:
        family, _, size = name.partition(".")
        known = (facts.entry("interfaces.json", family) or {}).get(size)
        if known:
            interfaces, each = known
            most = (interfaces - apart) * (each - 1) + OF_THE_HOST
            yield most, f"{name} has addresses for {most}: {interfaces} interfaces of {each}"


OBSTACLES = (_addresses,)
