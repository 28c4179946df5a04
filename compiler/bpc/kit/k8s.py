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


class Container(Record):
    """What one workload runs; `scratch` is the one folder where it may write, empty at every start."""

    image: str
    user: int
    port: int
    port_name: str
    cpu: str
    memory: str
    liveness: Probe
    readiness: Probe | None = None
    command: Sequence[str] = ()
    args: Sequence[str] = ()
    env: Sequence[Object] = ()
    scratch: str = ""


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
    made = _object("v1", "Namespace", name, name)
    if level:
        made["metadata"]["labels"][ENFORCE] = level
    return made


def service_account(name: str, namespace: str) -> Object:
    """Who the pods are; a Pod Identity association may name it."""
    return _object("v1", "ServiceAccount", name, name, namespace)


def annotated(manifest: Object, annotations: Mapping[str, str]) -> Object:
    """The same object with annotations."""
    return manifest | {"metadata": manifest["metadata"] | {"annotations": dict(sorted(annotations.items()))}}


def labelled(manifest: Object, more: Mapping[str, str]) -> Object:
    """The same object with more labels, or others."""
    metadata = manifest["metadata"]
    return manifest | {"metadata": metadata | {"labels": metadata["labels"] | dict(sorted(more.items()))}}


def rule(verbs: str, resources: str, *, group: str = "", names: Sequence[str] = ()) -> Object:
    """What may be done to what: words parted by spaces, and single objects where `names` has them."""
    named = {"resourceNames": list(names)} if names else {}
    return {"apiGroups": [group], "resources": resources.split(), **named, "verbs": verbs.split()}


def cluster_role(name: str, app: str, rules: Sequence[Object], **more: str) -> Object:
    """Rules for the whole cluster; `more` are further labels, for aggregation."""
    made = _object(f"{RBAC}/v1", "ClusterRole", name, app)
    made["metadata"]["labels"] |= {f"{RBAC}/{key.replace('_', '-')}": text for key, text in more.items()}
    return made | {"rules": list(rules)}


def role(name: str, app: str, namespace: str, rules: Sequence[Object]) -> Object:
    """Rules for one namespace."""
    return _object(f"{RBAC}/v1", "Role", name, app, namespace) | {"rules": list(rules)}


def cluster_role_binding(name: str, app: str, namespace: str, to: str) -> Object:
    """The ClusterRole `to` for the service account `app` of a namespace."""
    made = _object(f"{RBAC}/v1", "ClusterRoleBinding", name, app)
    return made | _bound(app, namespace, "ClusterRole", to)


def role_binding(name: str, app: str, namespace: str, to: str) -> Object:
    """The Role `to` for the service account `app` of the same namespace."""
    return _object(f"{RBAC}/v1", "RoleBinding", name, app, namespace) | _bound(app, namespace, "Role", to)


def service(name: str, namespace: str, port: int, port_name: str) -> Object:
    """A stable address for the pods of an application."""
    ports = [{"name": port_name, "port": port, "protocol": "TCP", "targetPort": port_name}]
    return _object("v1", "Service", name, name, namespace) | {"spec": {"selector": labels(name), "ports": ports}}


def disruption_budget(name: str, namespace: str) -> Object:
    """At most one pod of an application is taken away at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": labels(name)}}
    return _object("policy/v1", "PodDisruptionBudget", name, name, namespace) | {"spec": spec}


def deployment(name: str, namespace: str, container: Container, *, replicas: int = 1) -> Object:
    """A system workload; more replicas than one keep away from each other where there is room."""
    pod: Object = {
        "serviceAccountName": name,
        "priorityClassName": "system-cluster-critical",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        # As CoreDNS and the EBS driver do, for groups of nodes that are kept for the system.
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": container.user,
            "runAsGroup": container.user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(name, container)],
    }
    if container.scratch:
        pod["volumes"] = [{"name": "scratch", "emptyDir": {}}]
    if replicas > 1:
        keys = ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
        pod["topologySpreadConstraints"] = [_apart(name, key) for key in keys]
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": labels(name)},
        "template": {"metadata": {"labels": labels(name)}, "spec": pod},
    }
    return _object("apps/v1", "Deployment", name, name, namespace) | {"spec": spec}


def _object(version: str, kind: str, name: str, app: str, namespace: str = "") -> Object:
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
        "ports": [{"name": container.port_name, "containerPort": container.port, "protocol": "TCP"}],
        "livenessProbe": _probe(container.liveness, container.port_name),
        "readinessProbe": _probe(container.readiness, container.port_name) if container.readiness else {},
        # Memory is what a neighbour cannot get back; a CPU limit would only slow the workload down.
        "resources": {
            "requests": {"cpu": container.cpu, "memory": container.memory},
            "limits": {"memory": container.memory},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "scratch", "mountPath": container.scratch}] if container.scratch else [],
    }
    return {"name": name, "image": container.image} | {key: part for key, part in parts.items() if part}


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
