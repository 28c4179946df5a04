"""Applications that would not start, would be asked by nobody, or want what the platform does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from bpc import samples
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit import app_objects, app_pod, k8s
from bpc.plan.apps import BALANCERS, PlannedApp, driver
from bpc.plan.shapes import Plan

NO_IMAGE = rule(
    "BPC965",
    "app-without-image",
    why="A name alone is that of a sample; an application of one's own has an image.",
    cure="Use the name of a sample, or add `image`.",
)
TWICE = rule(
    "BPC966",
    "app-name-taken",
    why="Objects of a kind and a namespace, the folders of the manifests, and what is in one pod have names and places "
    "of their own.",
    cure="Rename one of the two.",
)
NEEDS = rule(
    "BPC967",
    "app-needs-what-is-not-there",
    why="Without it the object would be refused, or nobody would ever do what it asks for: an Ingress without its "
    "controller, a HorizontalPodAutoscaler without metrics, a claim without a driver.",
    cure="Add what the message names, or take the setting away.",
)
SCALING = rule(
    "BPC968",
    "app-scaling",
    why="Two parties would decide how many pods there are or how large they are, or none; or a volume that one node "
    "alone can mount would be wanted on several (Kubernetes documentation, Horizontal Pod Autoscaling; Persistent "
    "Volumes, Access Modes).",
    cure="Do what the message says.",
)
ARCHITECTURE = rule(
    "BPC969",
    "app-architecture",
    why="An image runs on machines that it is made for; on the nodes of this platform its pods would wait for ever.",
    cure="Add a node group of that architecture, or use another image and say its `architectures`.",
)
NO_PROFILE = rule(
    "BPC978",
    "app-without-fargate-profile",
    why="With no nodes, pods run on Fargate, and Fargate takes only those that a profile selects (Amazon EKS User "
    "Guide, Define which Pods use Fargate).",
    cure="Add the application's namespace to the selectors of a Fargate profile, or a node group for it.",
)
UNUSED = rule(
    "BPC979",
    "app-setting-unused",
    why="The setting is for something that the application does not have, and would do nothing or be refused.",
    cure="Take it away, or add what the message names.",
)

# Who serves the usual classes.
CLASSES = {"nginx": ("ingress-nginx", "nginx-ingress"), "traefik": ("traefik",), "alb": (BALANCERS,)}
RESERVED = (app_pod.TMP, app_pod.CONFIG)
Said = Iterator[Diagnostic]


def _images(plan: Plan) -> Said:
    for app in plan.apps:
        if not app.deployments[0]["image"]:
            known = ", ".join(samples.names())
            yield NO_IMAGE.at(app.at, f"{app.name} is no sample and has no image", f"samples: {known}")


def _names(plan: Plan) -> Said:
    taken = {addon.entry.name: "an add-on" for addon in plan.addons}
    taken |= dict.fromkeys(("storage", "service-accounts", "auto-mode", "network-policies"), "a component of bpc's own")
    taken |= {f"team-{team.name}": "a team's component" for team in plan.blueprint.teams}
    objects: dict[tuple[str, str], str] = {}
    for app in plan.apps:
        if app.name in taken:
            yield TWICE.at(app.at, f"{app.name} is {taken[app.name]} already")
        taken[app.name] = "an application"
        for one in app.deployments:
            for name in _taken(one):
                other = objects.setdefault((app.namespace, name), app.name)
                if other != app.name:
                    yield TWICE.at(app.at, f"{other} has a {name} in the namespace {app.namespace} already")
        yield from _inside(app)


def _taken(one: Mapping[str, Any]) -> Iterator[str]:
    """The names of a workload's objects that somebody else might want."""
    yield one["name"]
    yield from (app_objects.named(one["name"]) for _ in (0,) if one["kind"] == "StatefulSet")
    yield from (f"Secret {secret['name']}" for secret in one["externalSecrets"])


def _inside(app: PlannedApp) -> Said:
    """Two ports, volumes or folders that are the same."""
    (first, *_) = app.deployments
    places = [("volumes", "mountPath", one["mountPath"]) for one in first["volumes"]]
    places += [("config", "mountPath", first["config"]["mountPath"])] if "config" in first else []
    numbers = [("ports", "containerPort", f"{one['containerPort']}/{one['protocol']}") for one in first["ports"]]
    names = [("ports", "name", one["name"]) for one in first["ports"]]
    volumes = [("volumes", "name", one) for one in (*RESERVED, *(it["name"] for it in first["volumes"]))]
    secrets = [("externalSecrets", "name", one["name"]) for one in first["externalSecrets"]]
    for group in (places, numbers, names, volumes, secrets):
        seen: set[str] = set()
        for key, what, value in group:
            if value in seen:
                yield TWICE.at((*app.at, key), f"the {what} {value} is taken already", key=True)
            seen.add(value)
    for key in sorted(first["podLabels"].keys() & k8s.labels(app.name).keys()):
        yield TWICE.at((*app.at, "podLabels", key), f"{key} is how the pods of {app.name} are found", key=True)
    yield from _service(app, first)


def _service(app: PlannedApp, said: Mapping[str, Any]) -> Said:
    """The Service's port for the first one, which another may have as its number."""
    mine = said["service"]["port"]
    first = said["ports"][:1]
    if any((one["containerPort"], one["protocol"]) == (mine, first[0]["protocol"]) for one in said["ports"][1:]):
        at = (*app.at, "service" if "service" in app.given else "ports")
        yield TWICE.at(at, f"the Service has the port {mine} twice", "choose another service.port", key=True)


def _addons(plan: Plan) -> Said:
    there = {addon.entry.name for addon in plan.addons}
    for app in plan.apps:
        said = app.deployments[0]
        scaling = said.get("autoscaling", {})
        if scaling.get("triggers") and "keda" not in there:
            yield _missing((*app.at, "autoscaling", "triggers"), app, "triggers", "keda")
        if ("cpu" in scaling or "memory" in scaling) and "metrics-server" not in there:
            yield _missing((*app.at, "autoscaling"), app, "autoscaling by cpu or memory", "metrics-server")
        if "verticalAutoscaling" in said and "vertical-pod-autoscaler" not in there:
            yield _missing((*app.at, "verticalAutoscaling"), app, "verticalAutoscaling", "vertical-pod-autoscaler")
        if "ingress" in said:
            yield from _ingress(plan, app, there)


def _missing(at: Path, app: PlannedApp, what: str, addon: str) -> Diagnostic:
    # What a sample brings along stands nowhere in the blueprint.
    shown = at if at[2] in app.given else app.at
    return NEEDS.at(shown, f"{what} of {app.name} needs {addon}", f"add `{addon}: {{}}` to addons", key=shown is at)


def _ingress(plan: Plan, app: PlannedApp, there: set[str]) -> Said:
    wanted = app.deployments[0]["ingress"]
    name, at = wanted["class"], (*app.at, "ingress")
    auto_mode = plan.blueprint.cluster.auto_mode
    known = {one["name"]: one for one in auto_mode.ingress_classes} if auto_mode else {}
    if name in known:
        if wanted.get("scheme", known[name]["scheme"]) != known[name]["scheme"]:
            said = f"the load balancers of the class {name} are {known[name]['scheme']}"
            yield UNUSED.at((*at, "scheme"), said, "choose another class", key=True)
    elif name in CLASSES and not there & {*CLASSES[name]}:
        if name == "alb" and auto_mode:
            said = f"the ingress of {app.name} needs an IngressClass alb"
            yield NEEDS.at(app.at, said, "add `{name: alb}` to cluster.autoMode.ingressClasses")
        else:
            yield _missing(at, app, "the ingress", CLASSES[name][0])
    elif name != "alb" and "scheme" in wanted:
        said = f"the controller of the class {name} has one load balancer, whose scheme is its own"
        yield UNUSED.at((*at, "scheme"), said, key=True)


def _volumes(plan: Plan) -> Said:
    there = {addon.entry.name for addon in plan.addons}
    for app in plan.apps:
        for index, one in enumerate(app.deployments[0]["volumes"]):
            at: Path = (*app.at, "volumes", index) if "volumes" in app.given else app.at
            name = one.get("storageClass")
            if "storage" not in one:
                for key, what in (("storageClass", "class"), ("accessModes", "access modes")):
                    if key in app.given.get("volumes", [{}] * (index + 1))[index]:
                        yield UNUSED.at((*at, key), f"a volume without storage has no {what}", key=True)
                continue
            who = driver(name, plan.blueprint)
            if who is None:
                said = f"there is no class {name}" if name else "there is no default class"
                yield NEEDS.at(at, f"{said} for the volume {one['name']} of {app.name}", "add it to storage.classes")
            elif name == "gp2" and "aws-ebs-csi-driver" not in there:
                said = f"the volume {one['name']} of {app.name} needs aws-ebs-csi-driver"
                yield NEEDS.at(at, said, "add `aws-ebs-csi-driver: {}` to addons")
            elif who != "efs" and not plan.blueprint.has_nodes:
                said = f"the volume {one['name']} of {app.name} needs a node, and Fargate mounts EFS alone"
                yield NEEDS.at(at, said, "use a class of efs, or add a node group")


def _scaling(plan: Plan) -> Said:
    for app in plan.apps:
        said = app.deployments[0]
        wanted, at = said.get("autoscaling"), (*app.at, "autoscaling")
        if wanted:
            yield from _scaled(app, wanted, at)
        most = wanted["max"] if wanted else said["replicas"]
        if said["alone"] and most > 1:
            place = at if wanted else (*app.at, "replicas")
            yield SCALING.at(place, f"a volume of {app.name} can be mounted by one node alone", "use a class of efs")
        mode = said.get("verticalAutoscaling", {}).get("updateMode", "Off")
        if mode != "Off" and wanted and ("cpu" in wanted or "memory" in wanted):
            place = (*app.at, "verticalAutoscaling")
            yield SCALING.at(place, "autoscaling by cpu or memory goes by what it changes", "use updateMode: Off")
        if len(app.given.get("disruptionBudget", {})) > 1:
            place = (*app.at, "disruptionBudget")
            yield SCALING.at(place, "a budget has either minAvailable or maxUnavailable", "keep one of them", key=True)


def _scaled(app: PlannedApp, wanted: Mapping[str, Any], at: Path) -> Said:
    shown = at if "autoscaling" in app.given else app.at
    if "replicas" in app.given:
        yield SCALING.at((*app.at, "replicas"), f"{app.name} has autoscaling already", "use autoscaling.min", key=True)
    if not ({"cpu", "memory"} & {*wanted} or wanted["triggers"]):
        yield SCALING.at(shown, "there is nothing to scale by", "add cpu, memory or triggers", key=True)
    if wanted["min"] > wanted["max"]:
        yield SCALING.at(shown, f"min {wanted['min']} is more than max {wanted['max']}", key=True)
    if wanted["min"] == 0 and not wanted["triggers"]:
        yield SCALING.at(shown, "only with triggers there may be no pod at all", "use min: 1", key=True)


def _architectures(plan: Plan) -> Said:
    blueprint = plan.blueprint
    there = {addon.entry.name for addon in plan.addons}
    cluster = blueprint.cluster
    if cluster.auto_mode or cluster.remote_network or cluster.outpost or "karpenter" in there or blueprint.is_bare:
        return
    known = {one.architecture for one in blueprint.node_groups} or {"amd64"}
    for app in plan.apps:
        for one in app.deployments:
            if not known & {*one["architectures"]}:
                image, nodes = " and ".join(one["architectures"]), " or ".join(sorted(known))
                yield ARCHITECTURE.at(app.at, f"{one['name']} is for {image}, and all nodes are {nodes}")
                break


def _fargate(plan: Plan) -> Said:
    if plan.blueprint.has_nodes or any(addon.entry.name == "karpenter" for addon in plan.addons):
        return
    selectors = [one for profile in plan.blueprint.fargate_profiles for one in profile.selectors]
    for app in plan.apps:
        for one in app.deployments:
            labels = k8s.labels(one["name"]).items()
            if not any(fnmatchcase(app.namespace, it.namespace) and it.labels.items() <= labels for it in selectors):
                said = f"no profile selects {one['name']} in the namespace {app.namespace}, and there are no nodes"
                yield NO_PROFILE.at(app.at, said)
                break


def _unused(plan: Plan) -> Said:
    for app in plan.apps:
        said = app.deployments[0]
        yield from _probes(app, said)
        for key in ("service", "ingress") if not said["ports"] else ():
            if key in app.given:
                yield UNUSED.at((*app.at, key), f"{key} needs a port", "add ports", key=True)
        if said["ports"] and said["ports"][0]["protocol"] == "UDP" and "ingress" in said:
            at = (*app.at, "ingress") if "ingress" in app.given else app.at
            yield UNUSED.at(at, "ingress asks the first port by HTTP, and that is UDP", "put a TCP port first")
        if "scheme" in said["service"] and said["service"]["type"] != "LoadBalancer":
            yield UNUSED.at((*app.at, "service", "scheme"), "scheme is for type: LoadBalancer", key=True)
        ingress = said.get("ingress", {})
        if "tlsSecretName" in ingress and ingress["class"] == "alb":
            at = (*app.at, "ingress", "tlsSecretName")
            yield UNUSED.at(at, "the class alb takes certificates from AWS Certificate Manager", "say https", key=True)


def _probes(app: PlannedApp, said: Mapping[str, Any]) -> Said:
    """What a probe asks, which the container has to have."""
    for key in app_pod.PROBES:
        probe, at = said.get(key), (*app.at, key) if key in app.given else app.at
        if probe is None:
            continue
        if "command" in probe:
            for other in ("path", "port"):
                if other in probe:
                    yield UNUSED.at((*at, other), f"a command asks no {other}", key=True)
            continue
        wanted = probe.get("port")
        found = [one for one in said["ports"] if wanted in (None, one["name"], one["containerPort"])]
        if not said["ports"]:
            yield UNUSED.at(at, f"{key} needs a port", "add ports, or say a command", key=True)
        elif not found:
            yield UNUSED.at((*at, "port"), f"{app.name} has no port {wanted}", "name one of its ports")
        elif found[0]["protocol"] == "UDP":
            which = f"the port {wanted}" if wanted else "the first port"
            yield UNUSED.at(at, f"{key} asks {which} by TCP, and that is UDP", "name a TCP port")


OBSTACLES = (_images, _names, _addons, _volumes, _scaling, _architectures, _fargate, _unused)
