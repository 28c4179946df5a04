"""What each application is when its sample, the language's defaults and the blueprint have been put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc import samples
from bpc.diagnostics import Path
from bpc.kit import app_objects, service_balancer
from bpc.kit.merging import merged
from bpc.kit.record import Record
from bpc.model import Blueprint
from bpc.plan.shapes import Plan

Settings = Mapping[str, Any]

USUAL: Settings = {
    "podSecurity": "restricted",
    "architectures": ["amd64", "arm64"],
    "ports": [],
    "kind": "Deployment",
    "env": {},
    "envFrom": [],
    "externalSecrets": [],
    "tolerations": [],
    "podLabels": {},
    "podAnnotations": {},
    "imagePullSecrets": [],
    "securityContext": {},
    "service": {"type": "ClusterIP", "port": 80, "annotations": {}},
    "volumes": [],
    "nodeSelector": {},
    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {}},
}
# What is there only where somebody speaks of it, and what it then has.
WITHIN: Mapping[str, Settings] = {
    "ingress": {"class": "alb", "path": "/", "annotations": {}},
    "autoscaling": {"min": 2, "triggers": []},
    "verticalAutoscaling": {"updateMode": "Off"},
}
# Drivers whose volumes several nodes mount, and the modes that say so.
SHARED = ("efs", "fsx")
MANY = ("ReadWriteMany", "ReadOnlyMany")
PRIVATE = ".dkr.ecr."
BALANCERS = "aws-load-balancer-controller"
ALB = "alb.ingress.kubernetes.io/"
# EKS makes this class itself, for the EBS driver.
GP2 = "gp2"


class PlannedApp(Record):
    """An item of `apps`: each of its workloads with all settings; `given` is what the blueprint says of the first."""

    at: Path
    name: str
    given: Settings
    deployments: tuple[Settings, ...]

    @property
    def namespace(self) -> str:
        return str(self.deployments[0]["namespace"])

    @property
    def registries(self) -> set[str]:
        """Those of Amazon ECR's that images come from: their names say an account, which the blueprint gives."""
        hosts = (one["image"].partition("/")[0] for one in self.deployments)
        return {one for one in hosts if PRIVATE in one}


def planned(plan: Plan) -> Iterator[PlannedApp]:
    """Every application, in the blueprint's order."""
    for index, one in enumerate(plan.blueprint.apps):
        given: Settings = {"name": one} if isinstance(one, str) else one
        if not given.get("enabled", True):
            continue
        known = samples.sample(given["name"])
        first = _over(known.settings, given) if known else given
        home = first.get("namespace", given["name"])
        parts = [first, *(known.others if known else ())]
        at: Path = ("apps", index)
        yield PlannedApp(at, given["name"], given, tuple(_whole({**part, "namespace": home}, plan) for part in parts))


def _over(sample: Settings, given: Settings) -> Settings:
    """The sample as the blueprint wants it; a fixed number of replicas is instead of the sample's autoscaling."""
    fixed = "replicas" in given and "autoscaling" not in given
    return merged({key: one for key, one in sample.items() if not (fixed and key == "autoscaling")}, given)


def driver(name: str | None, blueprint: Blueprint) -> str | None:
    """Who makes the volumes of a class, or of the default one where there is no name; None where nobody knows."""
    if name == GP2:
        return "ebs"
    classes = blueprint.storage.classes if blueprint.storage else ()
    found = [one.driver for one in classes if (one.name == name if name else one.default)]
    return found[0] if found else None


def _whole(said: Settings, plan: Plan) -> Settings:
    """The settings of a deployment with all defaults."""
    made = merged(USUAL, said)
    made |= {key: merged(usual, made[key]) for key, usual in WITHIN.items() if key in made}
    made.setdefault("serviceAccount", made["name"])
    made.setdefault("image", "")
    made["securityContext"] = {"readOnlyRootFilesystem": made["podSecurity"] == "restricted"} | made["securityContext"]
    requests, limits = made["resources"]["requests"], made["resources"]["limits"]
    made["resources"] = {"requests": requests, "limits": {"memory": requests["memory"], **limits}}
    made["ports"] = [_port(one, index) for index, one in enumerate(made["ports"])]
    made["volumes"] = [_volume(one, plan.blueprint) for one in made["volumes"]]
    # Each pod of a StatefulSet has volumes of its own.
    apart = made["kind"] == "StatefulSet"
    made["alone"] = not apart and any("storage" in one and not one["shared"] for one in made["volumes"])
    _scaled(made)
    _annotated(made, plan)
    return made


def _port(one: Settings, index: int) -> Settings:
    name = "http" if index == 0 else f"port-{one['containerPort']}"
    return {"name": name, "protocol": "TCP", **one}


def _volume(one: Settings, blueprint: Blueprint) -> Settings:
    """`shared`: whether several nodes can mount it at a time."""
    usual = "ReadWriteMany" if driver(one.get("storageClass"), blueprint) in SHARED else "ReadWriteOnce"
    modes = one.get("accessModes", [usual])
    return {**one, "accessModes": modes, "shared": not {*modes}.isdisjoint(MANY)}


def _scaled(made: dict[str, Any]) -> None:
    """How many pods there are, and what follows from there being several."""
    if "autoscaling" not in made:
        made.setdefault("replicas", 1 if made["alone"] else 2)
    if made.get("replicas", 2) > 1:
        made.setdefault("disruptionBudget", {"maxUnavailable": 1})
        made.setdefault("topologySpread", [{"topologyKey": key} for key in app_objects.SPREAD])
    usual = {"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}
    made["topologySpread"] = [usual | dict(one) for one in made.get("topologySpread", ())]


def _annotated(made: dict[str, Any], plan: Plan) -> None:
    """What load balancers are told by annotations; the blueprint's own go last."""
    others = frozenset(addon.entry.name for addon in plan.addons)
    service = made["service"]
    if service["type"] == "LoadBalancer":
        words = service_balancer.words(service.get("scheme", "internal"), others)
        made["service"] = {**service, "annotations": words | service["annotations"]}
    ingress = made.get("ingress")
    if ingress and ingress["class"] == "alb" and BALANCERS in others:
        # The pods themselves are its targets, so the Service need be for the cluster alone.
        words = {f"{ALB}scheme": ingress.get("scheme", "internal"), f"{ALB}target-type": "ip"}
        ingress = made["ingress"] = {**ingress, "annotations": words | ingress["annotations"]}
    if ingress and ingress.get("https"):
        # The certificate is found by the host (AWS Load Balancer Controller, Certificate Discovery).
        words = {f"{ALB}listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]', f"{ALB}ssl-redirect": "443"}
        made["ingress"] = {**ingress, "annotations": words | ingress["annotations"]}
