"""Kubernetes objects as plain mappings, hardened by default: each call builds fresh ones that share nothing.

What an add-on says about a workload is its image, its arguments and its port. What every workload in
`kube-system` should have (no root, no writable disk, no capability, a priority) is said here, once. It is the
restricted profile of the Pod Security Standards (Kubernetes documentation), with a read-only file system.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpc.kit.record import Record

Object = dict[str, Any]

RBAC = "rbac.authorization.k8s.io"
ENFORCE = "pod-security.kubernetes.io/enforce"


class Probe(Record):
    """An HTTP question that a container answers while it is well."""

    path: str
    scheme: str = "HTTP"
    delay: int = 10


class Mount(Record):
    """A folder or file in a container: of the node, of a ConfigMap, of a claim by its name, or else empty at first.

    `kind` is what the node must have at that place, as a hostPath volume calls it.
    """

    name: str
    path: str
    host: str = ""
    kind: str = ""
    config: str = ""
    claim: str = ""
    writable: bool = False


class Container(Record):
    """What one workload runs; `scratch` is the one folder where it may write, empty at every start.

    A container that writes elsewhere too is not `sealed`; one with no port has no probe.
    """

    image: str
    user: int
    port: int
    port_name: str
    cpu: str
    memory: str
    liveness: Probe | None = None
    readiness: Probe | None = None
    command: Sequence[str] = ()
    args: Sequence[str] = ()
    env: Sequence[Object] = ()
    scratch: str = ""
    mounts: Sequence[Mount] = ()
    sealed: bool = True


def labels(name: str) -> dict[str, str]:
    """The recommended label that says which application an object belongs to."""
    return {"app.kubernetes.io/name": name}


def value(name: str, text: str) -> Object:
    """An environment variable."""
    return {"name": name, "value": text}


def field(name: str, path: str) -> Object:
    """An environment variable that holds a field of the pod itself."""
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def namespace(name: str, level: str) -> Object:
    """A namespace that admits pods up to a level of the Pod Security Standards (Kubernetes documentation), if any."""
    made = thing("v1", "Namespace", name, name)
    if level:
        made["metadata"]["labels"][ENFORCE] = level
    return made


def service_account(name: str, namespace: str) -> Object:
    """Who the pods are; a Pod Identity association may name it."""
    return thing("v1", "ServiceAccount", name, name, namespace)


def annotated(manifest: Object, annotations: Mapping[str, str]) -> Object:
    """The same object with annotations."""
    return manifest | {"metadata": manifest["metadata"] | {"annotations": dict(sorted(annotations.items()))}}


def labelled(manifest: Object, more: Mapping[str, str]) -> Object:
    """The same object with more labels, or others."""
    metadata = manifest["metadata"]
    return manifest | {"metadata": metadata | {"labels": metadata["labels"] | dict(sorted(more.items()))}}


def config_map(name: str, app: str, namespace: str, data: Mapping[str, str]) -> Object:
    """Files that pods read."""
    return thing("v1", "ConfigMap", name, app, namespace) | {"data": dict(data)}


def rule(verbs: str, resources: str, *, group: str = "", names: Sequence[str] = ()) -> Object:
    """What may be done to what: words parted by spaces, and single objects where `names` has them."""
    named = {"resourceNames": list(names)} if names else {}
    return {"apiGroups": [group], "resources": resources.split(), **named, "verbs": verbs.split()}


def urls(verbs: str, *paths: str) -> Object:
    """What may be done at addresses of the API server that are no resources."""
    return {"nonResourceURLs": list(paths), "verbs": verbs.split()}


def cluster_role(name: str, app: str, rules: Sequence[Object], **more: str) -> Object:
    """Rules for the whole cluster; `more` are further labels, for aggregation."""
    made = thing(f"{RBAC}/v1", "ClusterRole", name, app)
    made["metadata"]["labels"] |= {f"{RBAC}/{key.replace('_', '-')}": text for key, text in more.items()}
    return made | {"rules": list(rules)}


def role(name: str, app: str, namespace: str, rules: Sequence[Object]) -> Object:
    """Rules for one namespace."""
    return thing(f"{RBAC}/v1", "Role", name, app, namespace) | {"rules": list(rules)}


def cluster_role_binding(name: str, app: str, namespace: str, to: str) -> Object:
    """The ClusterRole `to` for the service account `app` of a namespace."""
    made = thing(f"{RBAC}/v1", "ClusterRoleBinding", name, app)
    return made | _bound(app, namespace, "ClusterRole", to)


def role_binding(name: str, app: str, namespace: str, to: str) -> Object:
    """The Role `to` for the service account `app` of the same namespace."""
    return thing(f"{RBAC}/v1", "RoleBinding", name, app, namespace) | _bound(app, namespace, "Role", to)


def service(name: str, namespace: str, port: int, port_name: str) -> Object:
    """A stable address for the pods of an application."""
    ports = [{"name": port_name, "port": port, "protocol": "TCP", "targetPort": port_name}]
    return thing("v1", "Service", name, name, namespace) | {"spec": {"selector": labels(name), "ports": ports}}


def disruption_budget(name: str, namespace: str) -> Object:
    """At most one pod of an application is taken away at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": labels(name)}}
    return thing("policy/v1", "PodDisruptionBudget", name, name, namespace) | {"spec": spec}


def deployment(name: str, namespace: str, container: Container, *, replicas: int = 1) -> Object:
    """A system workload; more replicas than one keep away from each other where there is room."""
    # As CoreDNS and the EBS driver do, for groups of nodes that are kept for the system.
    pod = pod_of(name, container, "system-cluster-critical", {"key": "CriticalAddonsOnly", "operator": "Exists"})
    if replicas > 1:
        keys = ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
        pod["topologySpreadConstraints"] = [_apart(name, key) for key in keys]
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": labels(name)},
        "template": {"metadata": {"labels": labels(name)}, "spec": pod},
    }
    return thing("apps/v1", "Deployment", name, name, namespace) | {"spec": spec}


def pod_of(name: str, container: Container, priority: str, toleration: Object | None) -> Object:
    """A pod of one container, on Linux."""
    pod: Object = {
        "serviceAccountName": name,
        **({"priorityClassName": priority} if priority else {}),
        "nodeSelector": {"kubernetes.io/os": "linux"},
        **({"tolerations": [toleration]} if toleration else {}),
        "securityContext": {
            **({"runAsNonRoot": True} if container.user else {}),
            "runAsUser": container.user,
            "runAsGroup": container.user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(name, container)],
    }
    volumes = [_volume(one) for one in container.mounts if not one.claim]
    if container.scratch:
        volumes.append({"name": "scratch", "emptyDir": {}})
    return pod | ({"volumes": volumes} if volumes else {})


def _volume(mount: Mount) -> Object:
    if mount.host:
        return {"name": mount.name, "hostPath": {"path": mount.host} | ({"type": mount.kind} if mount.kind else {})}
    return {"name": mount.name, **({"configMap": {"name": mount.config}} if mount.config else {"emptyDir": {}})}


def thing(version: str, kind: str, name: str, app: str, namespace: str = "") -> Object:
    """The beginning of any object."""
    within = {"namespace": namespace} if namespace else {}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **within, "labels": labels(app)}}


def _bound(app: str, namespace: str, kind: str, to: str) -> Object:
    return {
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": to},
        "subjects": [{"kind": "ServiceAccount", "name": app, "namespace": namespace}],
    }


def _container(name: str, container: Container) -> Object:
    parts: Mapping[str, Any] = {
        "command": list(container.command),
        "args": list(container.args),
        "env": [dict(one) for one in container.env],
        "ports": _ports(container),
        "livenessProbe": _probe(container.liveness, container.port_name) if container.liveness else {},
        "readinessProbe": _probe(container.readiness, container.port_name) if container.readiness else {},
        # Memory is what a neighbour cannot get back; a CPU limit would only slow the workload down.
        "resources": {
            "requests": {"cpu": container.cpu, "memory": container.memory},
            "limits": {"memory": container.memory},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            **({"readOnlyRootFilesystem": True} if container.sealed else {}),
        },
        "volumeMounts": _mounted(container),
    }
    return {"name": name, "image": container.image} | {key: part for key, part in parts.items() if part}


def _ports(container: Container) -> list[Object]:
    if not container.port:
        return []
    return [{"name": container.port_name, "containerPort": container.port, "protocol": "TCP"}]


def _mounted(container: Container) -> list[Object]:
    mounts = [
        {"name": one.name, "mountPath": one.path} | ({} if one.writable else {"readOnly": True})
        for one in container.mounts
    ]
    return [*mounts, *([{"name": "scratch", "mountPath": container.scratch}] if container.scratch else [])]


def _probe(probe: Probe, port_name: str) -> Object:
    asked = {"path": probe.path, "port": port_name, "scheme": probe.scheme}
    return {"httpGet": asked, "initialDelaySeconds": probe.delay, "periodSeconds": 10}


def _apart(name: str, key: str) -> Object:
    return {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": labels(name)},
    }
