"""The objects of an application, from its settings in the language's words: one Deployment and what belongs to it.

Hardened as the restricted profile of the Pod Security Standards wants it (Kubernetes documentation), unless the
settings say baseline. What is scaled has no number of replicas of its own.

Sources: Kubernetes documentation, Deployments, Horizontal Pod Autoscaling, Disruptions, Pod Topology Spread
Constraints, Using sysctls in a Kubernetes Cluster; KEDA documentation, ScaledObject specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.kit import k8s
from bpc.kit.digest import digest
from bpc.kit.k8s import Object

Settings = Mapping[str, Any]
SPREAD = ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
# Below these, only root may listen, if the kernel is not told otherwise.
PRIVILEGED = 1024
TMP, CONFIG = "tmp", "config"


def objects(said: Settings, *, account: bool, role: Mapping[str, str]) -> list[Object]:
    """All of them, in the order in which they are asked for. `account`: whether its ServiceAccount is made here."""
    name, home = said["name"], said["namespace"]
    made = []
    if account:
        one = k8s.service_account(said["serviceAccount"], home)
        made.append(k8s.annotated(one, role) if role else one)
    if config := said.get("config"):
        made.append(k8s.config_map(name, name, home, dict(sorted(config["files"].items()))))
    made += [_claim(said, one) for one in said["volumes"] if "storage" in one]
    made.append(_deployment(said))
    if said["ports"]:
        made.append(_service(said))
    made += _around(said)
    return made


def _around(said: Settings) -> Iterator[Object]:
    """What looks at the Deployment from outside."""
    if "ingress" in said:
        yield _ingress(said)
    if "autoscaling" in said:
        yield _scaled_object(said) if said["autoscaling"]["triggers"] else _autoscaler(said)
    if "verticalAutoscaling" in said:
        policy = {"updateMode": said["verticalAutoscaling"]["updateMode"]}
        yield _of(said, "autoscaling.k8s.io/v1", "VerticalPodAutoscaler") | {
            "spec": {"targetRef": _target(said), "updatePolicy": policy}
        }
    if budget := said.get("disruptionBudget"):
        spec = dict(budget) | {"selector": {"matchLabels": k8s.labels(said["name"])}}
        yield _of(said, "policy/v1", "PodDisruptionBudget") | {"spec": spec}


def _of(said: Settings, version: str, kind: str) -> Object:
    return k8s.thing(version, kind, said["name"], said["name"], said["namespace"])


def _target(said: Settings) -> Object:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": said["name"]}


def _deployment(said: Settings) -> Object:
    labels = k8s.labels(said["name"])
    metadata: Object = {"labels": dict(labels)}
    if config := said.get("config"):
        files = "\0".join(text for pair in sorted(config["files"].items()) for text in pair)
        metadata["annotations"] = {"checksum/config": digest(files.encode())}
    spec: Object = {
        **({"replicas": said["replicas"]} if "replicas" in said else {}),
        "selector": {"matchLabels": dict(labels)},
        # A volume that one node alone mounts is free for the next pod only when the last one is gone.
        **({"strategy": {"type": "Recreate"}} if said["alone"] else {}),
        "template": {"metadata": metadata, "spec": _pod(said)},
    }
    return _of(said, "apps/v1", "Deployment") | {"spec": spec}


def _pod(said: Settings) -> Object:
    selector = {"kubernetes.io/os": "linux"} | dict(said["nodeSelector"])
    if len(said["architectures"]) == 1:
        selector["kubernetes.io/arch"] = said["architectures"][0]
    spread = [
        {**one, "labelSelector": {"matchLabels": k8s.labels(said["name"])}} for one in said.get("topologySpread", ())
    ]
    volumes = list(_volumes(said))
    return {
        "serviceAccountName": said["serviceAccount"],
        "nodeSelector": dict(sorted(selector.items())),
        **({"topologySpreadConstraints": spread} if spread else {}),
        "securityContext": _of_pod(said),
        "containers": [_container(said)],
        **({"volumes": volumes} if volumes else {}),
    }


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
        "ports": [dict(one) for one in said["ports"]],
        **{key: _probe(said, said[key]) for key in ("livenessProbe", "readinessProbe") if key in said},
        "resources": {key: dict(sorted(some.items())) for key, some in sorted(said["resources"].items())},
        "securityContext": security,
        "volumeMounts": list(_mounts(said)),
    }
    return {"name": said["name"], "image": said["image"]} | {key: part for key, part in parts.items() if part}


def _variable(name: str, value: str | Settings) -> Object:
    if isinstance(value, str):
        return k8s.value(name, value)
    return {"name": name, "valueFrom": {"secretKeyRef": dict(sorted(value["secretKeyRef"].items()))}}


def _probe(said: Settings, probe: Settings) -> Object:
    port = said["ports"][0]["name"] if said["ports"] else ""
    asked = {"path": probe["path"], "port": port}
    return {"httpGet": asked, "initialDelaySeconds": probe.get("initialDelaySeconds", 10), "periodSeconds": 10}


def _has_tmp(said: Settings) -> bool:
    """Whether /tmp is the one place to write, and no volume of the application's own."""
    own = {one["mountPath"] for one in said["volumes"]} | {said.get("config", {}).get("mountPath")}
    return bool(said["securityContext"]["readOnlyRootFilesystem"]) and "/tmp" not in own


def _volumes(said: Settings) -> Iterator[Object]:
    for one in said["volumes"]:
        claim = {"persistentVolumeClaim": {"claimName": _claimed(said, one)}}
        yield {"name": one["name"], **(claim if "storage" in one else {"emptyDir": {}})}
    if "config" in said:
        yield {"name": CONFIG, "configMap": {"name": said["name"]}}
    if _has_tmp(said):
        yield {"name": TMP, "emptyDir": {}}


def _mounts(said: Settings) -> Iterator[Object]:
    for one in said["volumes"]:
        only = {"readOnly": True} if one.get("readOnly") else {}
        yield {"name": one["name"], "mountPath": one["mountPath"], **only}
    if config := said.get("config"):
        yield {"name": CONFIG, "mountPath": config["mountPath"], "readOnly": True}
    if _has_tmp(said):
        yield {"name": TMP, "mountPath": "/tmp"}


def _claimed(said: Settings, volume: Settings) -> str:
    return f"{said['name']}-{volume['name']}"


def _claim(said: Settings, volume: Settings) -> Object:
    wanted = {
        "accessModes": ["ReadWriteMany" if volume["shared"] else "ReadWriteOnce"],
        "resources": {"requests": {"storage": volume["storage"]}},
        **({"storageClassName": volume["storageClass"]} if "storageClass" in volume else {}),
    }
    name = _claimed(said, volume)
    return k8s.thing("v1", "PersistentVolumeClaim", name, said["name"], said["namespace"]) | {"spec": wanted}


def _service(said: Settings) -> Object:
    wanted, first = said["service"], said["ports"][0]
    ports = [
        {
            "name": one["name"],
            "port": wanted["port"] if one is first else one["containerPort"],
            "protocol": one["protocol"],
            "targetPort": one["name"],
        }
        for one in said["ports"]
    ]
    spec: Object = {"type": wanted["type"], "selector": k8s.labels(said["name"]), "ports": ports}
    made = _of(said, "v1", "Service") | {"spec": spec}
    return k8s.annotated(made, wanted["annotations"]) if wanted["annotations"] else made


def _ingress(said: Settings) -> Object:
    wanted = said["ingress"]
    port = {"name": said["ports"][0]["name"] if said["ports"] else ""}
    backend = {"service": {"name": said["name"], "port": port}}
    rule: Object = {"http": {"paths": [{"path": wanted["path"], "pathType": "Prefix", "backend": backend}]}}
    hosts = {"hosts": [wanted["host"]]} if "host" in wanted else {}
    spec: Object = {
        "ingressClassName": wanted["class"],
        "rules": [({"host": wanted["host"]} if "host" in wanted else {}) | rule],
        **({"tls": [{**hosts, "secretName": wanted["tlsSecretName"]}]} if "tlsSecretName" in wanted else {}),
    }
    made = _of(said, "networking.k8s.io/v1", "Ingress") | {"spec": spec}
    return k8s.annotated(made, wanted["annotations"]) if wanted["annotations"] else made


def _autoscaler(said: Settings) -> Object:
    wanted = said["autoscaling"]
    metrics = [
        {
            "type": "Resource",
            "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": wanted[name]}},
        }
        for name in ("cpu", "memory")
        if name in wanted
    ]
    spec = {
        "scaleTargetRef": _target(said),
        "minReplicas": wanted["min"],
        "maxReplicas": wanted["max"],
        "metrics": metrics,
    }
    return _of(said, "autoscaling/v2", "HorizontalPodAutoscaler") | {"spec": spec}


def _scaled_object(said: Settings) -> Object:
    wanted = said["autoscaling"]
    usual = [
        {"type": name, "metricType": "Utilization", "metadata": {"value": f"{wanted[name]}"}}
        for name in ("cpu", "memory")
        if name in wanted
    ]
    own = [{"type": one["type"], "metadata": dict(sorted(one["metadata"].items()))} for one in wanted["triggers"]]
    spec = {
        "scaleTargetRef": {"name": said["name"]},
        "minReplicaCount": wanted["min"],
        "maxReplicaCount": wanted["max"],
        "triggers": [*usual, *own],
    }
    return _of(said, "keda.sh/v1alpha1", "ScaledObject") | {"spec": spec}
