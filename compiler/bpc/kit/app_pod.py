"""The pods of an application, from its settings in the language's words.

Hardened as the restricted profile of the Pod Security Standards wants it (Kubernetes documentation), unless the
settings say baseline.

Sources: Kubernetes documentation, Pod Security Standards, Liveness, Readiness and Startup Probes, Taints and
Tolerations, Using sysctls in a Kubernetes Cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.kit import k8s
from bpc.kit.k8s import Object

Settings = Mapping[str, Any]
# Below these, only root may listen, if the kernel is not told otherwise.
PRIVILEGED = 1024
TMP, CONFIG = "tmp", "config"
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
TIMES = ("periodSeconds", "timeoutSeconds", "failureThreshold")


def keeps(said: Settings, volume: Settings) -> bool:
    """Whether each pod has a claim of its own for a volume, which is made with it."""
    return "storage" in volume and said["kind"] == "StatefulSet"


def claimed(said: Settings, volume: Settings) -> str:
    """The claim that all pods mount."""
    return f"{said['name']}-{volume['name']}"


def pod(said: Settings) -> Object:
    """What stands in a template of pods."""
    selector = {"kubernetes.io/os": "linux"} | dict(said["nodeSelector"])
    if len(said["architectures"]) == 1:
        selector["kubernetes.io/arch"] = said["architectures"][0]
    spread = [
        {**one, "labelSelector": {"matchLabels": k8s.labels(said["name"])}} for one in said.get("topologySpread", ())
    ]
    volumes = list(_volumes(said))
    tolerations = [_toleration(one) for one in said["tolerations"]]
    return {
        "serviceAccountName": said["serviceAccount"],
        "nodeSelector": dict(sorted(selector.items())),
        **({"tolerations": tolerations} if tolerations else {}),
        **{key: said[key] for key in ("priorityClassName", "terminationGracePeriodSeconds") if key in said},
        **(
            {"imagePullSecrets": [{"name": one} for one in said["imagePullSecrets"]]}
            if said["imagePullSecrets"]
            else {}
        ),
        **({"topologySpreadConstraints": spread} if spread else {}),
        "securityContext": _of_pod(said),
        "containers": [_container(said)],
        **({"volumes": volumes} if volumes else {}),
    }


def _toleration(one: Settings) -> Object:
    operator = one.get("operator") or ("Equal" if "value" in one else "Exists")
    rest = {key: one[key] for key in ("key", "value", "effect", "tolerationSeconds") if key in one}
    return {"operator": operator, **rest}


def _of_pod(said: Settings) -> Object:
    wanted, restricted = said["securityContext"], said["podSecurity"] == "restricted"
    made: Object = {"runAsNonRoot": True} if restricted else {}
    if "runAsUser" in wanted:
        made |= {"runAsUser": wanted["runAsUser"], "runAsGroup": wanted["runAsUser"]}
    if "fsGroup" in wanted:
        made |= {"fsGroup": wanted["fsGroup"], "fsGroupChangePolicy": "OnRootMismatch"}
    if restricted and any(one["containerPort"] < PRIVILEGED for one in said["ports"]):
        made["sysctls"] = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    return made | {"seccompProfile": {"type": "RuntimeDefault"}}


def _container(said: Settings) -> Object:
    security: Object = {"allowPrivilegeEscalation": False}
    if said["podSecurity"] == "restricted":
        security["capabilities"] = {"drop": ["ALL"]}
    if said["securityContext"]["readOnlyRootFilesystem"]:
        security["readOnlyRootFilesystem"] = True
    parts: Object = {
        "command": list(said.get("command", ())),
        "args": list(said.get("args", ())),
        "env": [_variable(name, value) for name, value in sorted(said["env"].items())],
        "envFrom": [_variables(one) for one in said["envFrom"]],
        "ports": [dict(one) for one in said["ports"]],
        **{key: _probe(said, said[key]) for key in PROBES if key in said},
        "resources": {key: dict(sorted(some.items())) for key, some in sorted(said["resources"].items())},
        "securityContext": security,
        "volumeMounts": list(_mounts(said)),
    }
    return {"name": said["name"], "image": said["image"]} | {key: part for key, part in parts.items() if part}


def _variable(name: str, value: str | Settings) -> Object:
    if isinstance(value, str):
        return k8s.value(name, value)
    return {"name": name, "valueFrom": {key: dict(sorted(one.items())) for key, one in value.items()}}


def _variables(one: Settings) -> Object:
    """All keys of a Secret or a ConfigMap."""
    prefix = {"prefix": one["prefix"]} if "prefix" in one else {}
    return prefix | {key: {"name": one[key]} for key in ("secretRef", "configMapRef") if key in one}


def _probe(said: Settings, probe: Settings) -> Object:
    port = probe.get("port", said["ports"][0]["name"] if said["ports"] else "")
    if "command" in probe:
        asked: Object = {"exec": {"command": list(probe["command"])}}
    elif "path" in probe:
        asked = {"httpGet": {"path": probe["path"], "port": port}}
    else:
        asked = {"tcpSocket": {"port": port}}
    times = {"initialDelaySeconds": 10, "periodSeconds": 10} | dict(probe)
    return asked | {key: times[key] for key in ("initialDelaySeconds", *TIMES) if key in times}


def _has_tmp(said: Settings) -> bool:
    """Whether /tmp is the one place to write, and no volume of the application's own."""
    own = {one["mountPath"] for one in said["volumes"]} | {said.get("config", {}).get("mountPath")}
    return bool(said["securityContext"]["readOnlyRootFilesystem"]) and "/tmp" not in own


def _volumes(said: Settings) -> Iterator[Object]:
    for one in said["volumes"]:
        if keeps(said, one):
            continue
        if "storage" in one:
            kind: Object = {"persistentVolumeClaim": {"claimName": claimed(said, one)}}
        else:
            kind = {"secret": {"secretName": one["secretName"]}} if "secretName" in one else {"emptyDir": {}}
        yield {"name": one["name"], **kind}
    if "config" in said:
        yield {"name": CONFIG, "configMap": {"name": said["name"]}}
    if _has_tmp(said):
        yield {"name": TMP, "emptyDir": {}}


def _mounts(said: Settings) -> Iterator[Object]:
    for one in said["volumes"]:
        only = {"readOnly": True} if one.get("readOnly") or "secretName" in one else {}
        yield {"name": one["name"], "mountPath": one["mountPath"], **only}
    if config := said.get("config"):
        yield {"name": CONFIG, "mountPath": config["mountPath"], "readOnly": True}
    if _has_tmp(said):
        yield {"name": TMP, "mountPath": "/tmp"}
