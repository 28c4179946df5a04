"""Workloads that are no Deployment: an agent on every node, and a server that keeps its data on a volume.

Both roll when their configuration changes: its digest stands in an annotation of the pods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bpc.kit import k8s
from bpc.kit.digest import digest
from bpc.kit.k8s import Container, Object


def agent(
    name: str,
    namespace: str,
    container: Container,
    *,
    host_network: bool = False,
    config: Mapping[str, str] | None = None,
    only_on: Sequence[Sequence[Object]] = (),
) -> Object:
    """One pod on every Linux node, whatever its taints; `only_on` are alternatives of what a node's labels must say."""
    pod = k8s.pod_of(name, container, "system-node-critical", {"operator": "Exists"})
    terms = [{"matchExpressions": [*one, _not_on_fargate()]} for one in only_on or ([],)]
    pod["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}
    if host_network:
        # Otherwise names of Services would be asked of the VPC.
        pod |= {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}
    spec = {
        "selector": {"matchLabels": k8s.labels(name)},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}},
        "template": _template(name, pod, config),
    }
    return k8s.thing("apps/v1", "DaemonSet", name, name, namespace) | {"spec": spec}


def server(
    name: str,
    namespace: str,
    container: Container,
    *,
    gibibytes: int,
    storage_class: str | None,
    config: Mapping[str, str] | None = None,
) -> Object:
    """One pod with a volume of its own, which is the container's mount that has a `claim`."""
    pod = k8s.pod_of(name, container, "", None)
    # Volumes come owned by root; the group may write.
    pod["securityContext"] |= {"fsGroup": container.user, "fsGroupChangePolicy": "OnRootMismatch"}
    [claim] = [one.claim for one in container.mounts if one.claim]
    wanted: Object = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{gibibytes}Gi"}},
    }
    spec = {
        "replicas": 1,
        "serviceName": name,
        "selector": {"matchLabels": k8s.labels(name)},
        # The volume of a StatefulSet that somebody deletes is kept: it holds what was measured.
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        "template": _template(name, pod, config),
        "volumeClaimTemplates": [
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": claim},
                "spec": wanted | ({"storageClassName": storage_class} if storage_class else {}),
            }
        ],
    }
    return k8s.thing("apps/v1", "StatefulSet", name, name, namespace) | {"spec": spec}


def _not_on_fargate() -> Object:
    """Each pod there has a machine of its own, which takes no agents."""
    return {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate"]}


def _template(name: str, pod: Object, config: Mapping[str, str] | None) -> Object:
    metadata: Object = {"labels": k8s.labels(name)}
    if config:
        metadata["annotations"] = {"checksum/config": digest("\0".join(config.values()).encode())}
    return {"metadata": metadata, "spec": pod}
