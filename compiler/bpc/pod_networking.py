"""What the VPC CNI is told where pods have subnets of their own (Amazon EKS User Guide, Deploy Pods in alternate
subnets with custom networking).

The add-on makes an ENIConfig for each zone, called like the zone, and each node takes the one of its zone. Pods share
the cluster's security group with the nodes, so that everything in the cluster may talk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from troposphere import Sub

from bpc.kit.sheet import Sheet, referred
from bpc.plan.shapes import Plan

ENVIRONMENT = {
    "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
    "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone",
}
GROUP = "${Cluster.ClusterSecurityGroupId}"


def configuration(plan: Plan, sheet: Sheet, finish: Any) -> Sub:
    """The add-on's configuration; `finish` merges it with everything else that there is to say.

    Names of zones and ids are known when the stack is made, so the text has a variable for each of them.
    """
    known: dict[str, Any] = {}
    subnets = {}
    for number, (zone, id) in enumerate(_places(plan, sheet), 1):
        key, subnet = (
            _variable(name, value, known) for name, value in ((f"Zone{number}", zone), (f"PodSubnet{number}", id))
        )
        subnets[key] = {"id": subnet, "securityGroups": [GROUP]}
    values = {
        "env": ENVIRONMENT,
        "eniConfig": {"create": True, "region": "${AWS::Region}", "subnets": subnets},
    }
    text = json.dumps(finish(values), sort_keys=True)
    return Sub(text, **known) if known else Sub(text)


def _places(plan: Plan, sheet: Sheet) -> list[tuple[Any, Any]]:
    """The zone and the id of each subnet for pods."""
    existing = plan.blueprint.network.existing
    if existing:
        zones = plan.blueprint.network.availability_zones
        assert isinstance(zones, tuple), "a check saw to it"
        return [(zone, referred(one)) for zone, one in zip(zones, existing.pod_subnet_ids, strict=True)]
    made = plan.first_in_zones("pods")
    return [(sheet.imported("network", f"{one.id}Zone"), sheet.imported("network", f"{one.id}Id")) for one in made]


def _variable(name: str, value: Any, known: dict[str, Any]) -> str:
    if isinstance(value, str):
        return value
    known[name] = value
    return f"${{{name}}}"


def escaped(values: Any) -> Any:
    """Values in which no text looks like a variable."""
    if isinstance(values, str):
        return values.replace("${", "${!")
    if isinstance(values, Mapping):
        return {escaped(key): escaped(value) for key, value in values.items()}
    return [escaped(one) for one in values] if isinstance(values, list | tuple) else values
