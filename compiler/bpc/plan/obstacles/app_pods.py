"""Where the pods of applications would run, and what they would be given there: nodes, volumes, values of Secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.model import NodeGroup, Taint
from bpc.plan.apps import MANY, SHARED, PlannedApp, driver
from bpc.plan.shapes import Plan

ACCESS_MODE = rule(
    "BPC892",
    "app-access-mode",
    why="A volume of EBS is attached to one node at a time; many nodes mount those of EFS and FSx (Amazon EKS User "
    "Guide, Use Kubernetes volume storage with Amazon EBS).",
    cure="Say ReadWriteOnce or ReadWriteOncePod, or a storageClass of EFS or FSx.",
)
NO_NODE = rule(
    "BPC893",
    "app-fits-no-node",
    why="A pod runs where the node has the labels that it selects and no taint that it does not tolerate; these would "
    "wait for ever (Kubernetes documentation, Taints and Tolerations).",
    cure="Change nodeSelector or tolerations, or the labels and taints of a node group.",
)
EXTERNAL = rule(
    "BPC894",
    "app-external-secret",
    why="The add-on external-secrets reads through its ClusterSecretStores, and only what its role may read.",
    cure="Do what the message says.",
)
ONE_SOURCE = rule(
    "BPC895",
    "app-one-source",
    why="Variables and files come from one place each.",
    cure="Keep one of the two, and make an item of the other.",
)
TOLERATION = rule(
    "BPC896",
    "app-toleration",
    why="Kubernetes refuses such a toleration (Kubernetes documentation, Taints and Tolerations).",
    cure="Do what the message says.",
)

HTTPS = rule(
    "BPC881",
    "app-https",
    why="An Application Load Balancer finds its certificate by the host of the Ingress; the controllers of other "
    "classes take one from a Secret (AWS Load Balancer Controller documentation, Certificate Discovery).",
    cure="Say `host`, or tlsSecretName instead of https where the class is another controller's.",
)

STORES = {"secrets-manager": ("secrets", "{}/*"), "parameter-store": ("parameters", "/{}/*")}
# Who puts labels of its own on nodes, which no blueprint says.
KNOWN = ("kubernetes.io", "k8s.io", "amazonaws.com", "karpenter.sh", "nvidia.com")
Said = Iterator[Diagnostic]
Settings = Mapping[str, Any]


def _volumes(plan: Plan) -> Said:
    for app in plan.apps:
        for index, one in enumerate(app.given.get("volumes", ())):
            at: Path = (*app.at, "volumes", index)
            if "secretName" in one and "storage" in one:
                yield ONE_SOURCE.at((*at, "secretName"), f"{one['name']} is a claim already", key=True)
            who = driver(one.get("storageClass"), plan.blueprint)
            wrong = [mode for mode in one.get("accessModes", ()) if mode in MANY]
            if "storage" in one and wrong and who not in (*SHARED, None):
                said = f"{wrong[0]} is for several nodes, and {one['name']} is a volume of EBS"
                yield ACCESS_MODE.at((*at, "accessModes"), said)


def _values(plan: Plan) -> Said:
    for app in plan.apps:
        for index, one in enumerate(app.given.get("envFrom", ())):
            there = [key for key in ("secretRef", "configMapRef") if key in one]
            if len(there) != 1:
                said = "both a Secret and a ConfigMap" if there else "neither a Secret nor a ConfigMap"
                yield ONE_SOURCE.at((*app.at, "envFrom", index), f"this item names {said}")


def _external(plan: Plan) -> Said:
    there = {addon.entry.name: addon.context.options for addon in plan.addons}
    for app in plan.apps:
        for index, one in enumerate(app.given.get("externalSecrets", ())):
            at: Path = (*app.at, "externalSecrets", index)
            if "external-secrets" not in there:
                said = f"the Secret {one['name']} of {app.name} needs external-secrets"
                yield EXTERNAL.at(at, said, "add `external-secrets: {clusterStores: [secrets-manager]}` to addons")
                continue
            store, options = one.get("store", "secrets-manager"), there["external-secrets"]
            if store not in options["clusterStores"]:
                said = f"external-secrets makes no ClusterSecretStore {store}"
                yield EXTERNAL.at(at, said, f"add {store} to its clusterStores")
            option, usual = STORES[store]
            readable = options.get(option, [usual.format(plan.name)])
            if not any(fnmatchcase(one["key"], pattern) for pattern in readable):
                said = f"external-secrets may not read {one['key']}: its {option} are {', '.join(readable) or 'none'}"
                yield EXTERNAL.at((*at, "key"), said, f"add it to {option} of external-secrets")


def _tolerations(plan: Plan) -> Said:
    for app in plan.apps:
        for index, one in enumerate(app.given.get("tolerations", ())):
            at: Path = (*app.at, "tolerations", index)
            operator = one.get("operator") or ("Equal" if "value" in one else "Exists")
            if operator == "Exists" and "value" in one:
                yield TOLERATION.at((*at, "value"), "Exists asks for no value", "leave value out", key=True)
            if operator == "Equal" and "key" not in one:
                yield TOLERATION.at(at, "Equal needs a key", "say key, or operator: Exists")
            if "tolerationSeconds" in one and one.get("effect") != "NoExecute":
                said = "tolerationSeconds is for taints with NoExecute"
                yield TOLERATION.at((*at, "tolerationSeconds"), said, "say effect: NoExecute", key=True)


def _nodes(plan: Plan) -> Said:
    cluster, groups = plan.blueprint.cluster, plan.blueprint.node_groups
    others = cluster.auto_mode or cluster.remote_network or any(one.entry.name == "karpenter" for one in plan.addons)
    if others or not groups:
        return
    for app in plan.apps:
        for one in app.deployments:
            if not any(_selected(one, group) and _tolerated(one, group) for group in groups):
                yield NO_NODE.at(_at(app), f"no node group takes the pods of {one['name']}", _why(one, groups))
                break


def _https(plan: Plan) -> Said:
    auto_mode = plan.blueprint.cluster.auto_mode
    balancers = {"alb", *(one["name"] for one in auto_mode.ingress_classes)} if auto_mode else {"alb"}
    for app in plan.apps:
        wanted, at = app.deployments[0].get("ingress", {}), (*app.at, "ingress", "https")
        if not wanted.get("https"):
            continue
        if wanted["class"] not in balancers:
            said = f"no controller of the class {wanted['class']} looks for certificates in AWS"
            yield HTTPS.at(at, said, "use tlsSecretName", key=True)
        elif "host" not in wanted:
            yield HTTPS.at(at, "a certificate is found by its host, and there is none", "add host", key=True)


def _at(app: PlannedApp) -> Path:
    said = next((key for key in ("nodeSelector", "tolerations") if key in app.given), "")
    return (*app.at, said) if said else app.at


def _why(one: Settings, groups: tuple[NodeGroup, ...]) -> str:
    if selected := [group for group in groups if _selected(one, group)]:
        taints = {f"{it.key}={it.value}:{it.effect}" for group in selected for it in _hard(group)}
        return f"tolerate {' or '.join(sorted(taints))}"
    return f"give a group the labels {', '.join(f'{key}={value}' for key, value in one['nodeSelector'].items())}"


def _selected(one: Settings, group: NodeGroup) -> bool:
    wanted = one["nodeSelector"].items()
    return all(group.labels.get(key) == value for key, value in wanted if not _known(key))


def _known(label: str) -> bool:
    prefix = label.partition("/")[0]
    return any(prefix == one or prefix.endswith(f".{one}") for one in KNOWN)


def _tolerated(one: Settings, group: NodeGroup) -> bool:
    return all(any(_puts_up(toleration, taint) for toleration in one["tolerations"]) for taint in _hard(group))


def _hard(group: NodeGroup) -> list[Taint]:
    """The taints that keep pods away."""
    return [it for it in group.taints if it.effect != "PreferNoSchedule"]


def _puts_up(toleration: Settings, taint: Taint) -> bool:
    """Whether a toleration is for a taint."""
    same = toleration.get("key") in (None, taint.key) and toleration.get("effect") in (None, taint.effect)
    return same and ("value" not in toleration or toleration["value"] == taint.value)


OBSTACLES = (_volumes, _values, _external, _tolerations, _nodes, _https)
