"""What the manifests ask AWS for: load balancers, which a controller makes, and volumes, which a driver makes.

Sources: AWS Load Balancer Controller, Ingress annotations (an Ingress has a load balancer of its own unless it shares
one by alb.ingress.kubernetes.io/group.name); Kubernetes documentation, Persistent Volumes and Resource quantities.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.costs.line import Line, steady
from bpc.facts.prices import price
from bpc.output import kubernetes
from bpc.output.stacks import Stacks

GROUP = "alb.ingress.kubernetes.io/group.name"
GIB = {"Gi": 1, "Ti": 1024}
EBS = "ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"


def lines(stacks: Stacks) -> Iterator[Line]:
    """What the manifests ask for; charts that an engine renders may ask for more."""
    objects = [one for part in kubernetes.parts(stacks) for one in part.objects]
    region = stacks.plan.region
    if count := len({*filter(None, map(balancer, objects))}):
        found = price("load balancer", region)
        why = (
            "as the manifests ask; what goes through and public addresses cost more"
            if found
            else f"no price for {region}"
        )
        yield steady("load balancers", found, count, why)
    yield from volumes(objects, region)
    if any(one.source == "chart" and one.entry.name not in stacks.plan.brought for one in stacks.plan.addons):
        yield Line("load balancers that charts ask for", price("load balancer", region), None, "not known here")


def balancer(one: Any) -> str:
    """The name of the load balancer that an object is given, if it is given one."""
    data = one.get("metadata", {})
    name = f"{one.get('kind')}/{data.get('namespace', '')}/{data.get('name', '')}"
    spec = one.get("spec") or {}
    if one.get("kind") == "Service":
        return name if spec.get("type") == "LoadBalancer" else ""
    if one.get("kind") != "Ingress" or spec.get("ingressClassName") != "alb":
        return ""
    group = (data.get("annotations") or {}).get(GROUP)
    return f"group/{group}" if group else name


def volumes(objects: list[Any], region: str) -> Iterator[Line]:
    """By type of volume, the GiB that claims ask for; a claim of another driver is not EBS."""
    types, sizes = _types(objects), dict[str, int]()
    for claim, copies in _claims(objects):
        kind = types.get(claim.get("storageClassName", ""), "")
        asked = str(claim.get("resources", {}).get("requests", {}).get("storage", ""))
        if kind and asked[-2:] in GIB and asked[:-2].isdecimal():
            sizes[kind] = sizes.get(kind, 0) + int(asked[:-2]) * GIB[asked[-2:]] * copies
    for kind, size in sorted(sizes.items()):
        found = price(f"volume {kind}", region)
        why = "as the manifests ask" if found else f"no price for {region}"
        yield steady(f"volumes of pods: {kind}", found, size, why)


def _types(objects: list[Any]) -> dict[str, str]:
    """By storage class, its type of EBS volume; the default one has no name too."""
    found = {}
    for one in objects:
        if one.get("kind") == "StorageClass" and one.get("provisioner") in EBS:
            kind = str((one.get("parameters") or {}).get("type", "gp3"))
            found[one["metadata"]["name"]] = kind
            notes = one["metadata"].get("annotations") or {}
            if notes.get("storageclass.kubernetes.io/is-default-class") == "true":
                found[""] = kind
    return found


def _claims(objects: list[Any]) -> Iterator[tuple[Any, int]]:
    """Each claim, and how many there are of it: a StatefulSet has one for each of its pods."""
    for one in objects:
        spec = one.get("spec") or {}
        if one.get("kind") == "PersistentVolumeClaim":
            yield spec, 1
        if one.get("kind") == "StatefulSet":
            for claim in spec.get("volumeClaimTemplates", ()):
                yield claim["spec"], int(spec.get("replicas", 1))
