"""The objects of an application, from its settings in the language's words: its pods and what belongs to them.

What is scaled has no number of replicas of its own. The volumes of a StatefulSet stay when it or a pod of it goes.

Sources: Kubernetes documentation, Deployments, StatefulSets, Horizontal Pod Autoscaling, Disruptions, Pod Topology
Spread Constraints; KEDA documentation, ScaledObject specification; External Secrets documentation, ExternalSecret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc.kit import k8s
from bpc.kit.app_pod import claimed, keeps, pod
from bpc.kit.digest import digest
from bpc.kit.k8s import Object

Settings = Mapping[str, Any]
STORE = "secrets-manager"
SPREAD = ("kubernetes.io/hostname", "topology.kubernetes.io/zone")


def objects(said: Settings, *, account: bool, role: Mapping[str, str]) -> list[Object]:
    """All of them, in the order in which they are asked for. `account`: whether its ServiceAccount is made here."""
    name, home = said["name"], said["namespace"]
    made = []
    if account:
        one = k8s.service_account(said["serviceAccount"], home)
        made.append(k8s.annotated(one, role) if role else one)
    if config := said.get("config"):
        made.append(k8s.config_map(name, name, home, dict(sorted(config["files"].items()))))
    made += [_external_secret(said, one) for one in said["externalSecrets"]]
    made += [_claim(said, one) for one in said["volumes"] if "storage" in one and not keeps(said, one)]
    made.append(_workload(said))
    if said["kind"] == "StatefulSet":
        made.append(_names(said))
    if said["ports"]:
        made.append(_service(said))
    made += _around(said)
    return made


def _around(said: Settings) -> Iterator[Object]:
    """What looks at the pods from outside."""
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
    return {"apiVersion": "apps/v1", "kind": said["kind"], "name": said["name"]}


def _workload(said: Settings) -> Object:
    labels = k8s.labels(said["name"])
    annotations = dict(said["podAnnotations"])
    if config := said.get("config"):
        files = "\0".join(text for pair in sorted(config["files"].items()) for text in pair)
        annotations["checksum/config"] = digest(files.encode())
    metadata: Object = {"labels": {**labels, **dict(sorted(said["podLabels"].items()))}}
    metadata |= {"annotations": dict(sorted(annotations.items()))} if annotations else {}
    spec: Object = {
        **({"replicas": said["replicas"]} if "replicas" in said else {}),
        "selector": {"matchLabels": dict(labels)},
        **(_kept(said) if said["kind"] == "StatefulSet" else {}),
        # A volume that one node alone mounts is free for the next pod only when the last one is gone.
        **({"strategy": {"type": "Recreate"}} if said["alone"] and said["kind"] == "Deployment" else {}),
        "template": {"metadata": metadata, "spec": pod(said)},
    }
    return _of(said, "apps/v1", said["kind"]) | {"spec": spec}


def _kept(said: Settings) -> Object:
    """What a StatefulSet has beside its pods."""
    claims = [
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": one["name"]}, "spec": _claims(one)}
        for one in said["volumes"]
        if keeps(said, one)
    ]
    kept = {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"}}
    return {"serviceName": named(said["name"]), **(kept | {"volumeClaimTemplates": claims} if claims else {})}


def named(name: str) -> str:
    """The Service by which each pod of a StatefulSet has a name of its own."""
    return f"{name}-pods"


def _names(said: Settings) -> Object:
    """Pods find each other while they start, too."""
    ports = [{"name": one["name"], "port": one["containerPort"], "protocol": one["protocol"]} for one in said["ports"]]
    spec = {
        "clusterIP": "None",
        "publishNotReadyAddresses": True,
        "selector": k8s.labels(said["name"]),
        **({"ports": ports} if ports else {}),
    }
    return k8s.thing("v1", "Service", named(said["name"]), said["name"], said["namespace"]) | {"spec": spec}


def _external_secret(said: Settings, one: Settings) -> Object:
    spec = {
        "refreshInterval": one.get("refreshInterval", "1h"),
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": one.get("store", STORE)},
        "target": {"name": one["name"]},
        "dataFrom": [{"extract": {"key": one["key"]}}],
    }
    made = k8s.thing("external-secrets.io/v1", "ExternalSecret", one["name"], said["name"], said["namespace"])
    return made | {"spec": spec}


def _claim(said: Settings, volume: Settings) -> Object:
    made = k8s.thing("v1", "PersistentVolumeClaim", claimed(said, volume), said["name"], said["namespace"])
    return made | {"spec": _claims(volume)}


def _claims(volume: Settings) -> Object:
    return {
        "accessModes": list(volume["accessModes"]),
        "resources": {"requests": {"storage": volume["storage"]}},
        **({"storageClassName": volume["storageClass"]} if "storageClass" in volume else {}),
    }


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
    secret = {"secretName": wanted["tlsSecretName"]} if "tlsSecretName" in wanted else {}
    spec: Object = {
        "ingressClassName": wanted["class"],
        "rules": [({"host": wanted["host"]} if "host" in wanted else {}) | rule],
        **({"tls": [hosts | secret]} if secret or wanted.get("https") else {}),
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
        "scaleTargetRef": {**({"kind": kind} if (kind := said["kind"]) != "Deployment" else {}), "name": said["name"]},
        "minReplicaCount": wanted["min"],
        "maxReplicaCount": wanted["max"],
        "triggers": [*usual, *own],
    }
    return _of(said, "keda.sh/v1alpha1", "ScaledObject") | {"spec": spec}
