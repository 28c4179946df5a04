"""StorageClasses, VolumeSnapshotClasses and PersistentVolumes as Kubernetes objects.

Sources: Kubernetes documentation, Storage Classes; Amazon EBS CSI driver, StorageClass Parameters; Amazon EFS CSI
driver, Storage Class Parameters for Dynamic Provisioning; Amazon FSx for Lustre CSI driver, Dynamic Provisioning and
Static Provisioning; Amazon EKS User Guide, Create a storage class (EKS Auto
Mode).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.kit.k8s import Object, labels
from bpc.model import Lustre, SnapshotClass, Storage, StorageClass

PROVISIONERS = {
    "ebs": "ebs.csi.aws.com",
    "ebs-auto-mode": "ebs.csi.eks.amazonaws.com",
    "efs": "efs.csi.aws.com",
    "fsx": "fsx.csi.aws.com",
}
# The version of the servers. What FSx would take by itself, the kernels of current nodes cannot mount.
LUSTRE = "2.15"
BINDING = {"wait-for-first-consumer": "WaitForFirstConsumer", "immediate": "Immediate"}
COMPONENT = "storage"


def manifests(storage: Storage) -> list[Object]:
    """All but the classes that need what is made here; those are outputs of the stack."""
    classes = [storage_class(one) for one in storage.classes if not one.is_output]
    return classes + [snapshot_class(one) for one in storage.snapshot_classes]


def storage_class(one: StorageClass, file_system_id: str = "", place: Mapping[str, str] | None = None) -> Object:
    """The object; `file_system_id` stands in where the class names a file system of the blueprint's own.

    `place` is where the file systems will be that are made for a class of FSx.
    """
    made: Object = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": _metadata(one.name, "storageclass.kubernetes.io/is-default-class", one.default),
        "provisioner": PROVISIONERS[one.driver],
        "parameters": _parameters(one, one.file_system_id or file_system_id, place or {}),
        "reclaimPolicy": one.reclaim_policy.capitalize(),
        "volumeBindingMode": BINDING[one.volume_binding_mode],
    }
    if one.driver != "efs":
        made["allowVolumeExpansion"] = one.allow_volume_expansion
    if one.mount_options:
        made["mountOptions"] = list(one.mount_options)
    if topology := _topology(one):
        made["allowedTopologies"] = [{"matchLabelExpressions": topology}]
    return made


def snapshot_class(one: SnapshotClass) -> Object:
    return {
        "apiVersion": "snapshot.storage.k8s.io/v1",
        "kind": "VolumeSnapshotClass",
        "metadata": _metadata(one.name, "snapshot.storage.kubernetes.io/is-default-class", one.default),
        "driver": PROVISIONERS[one.driver],
        "deletionPolicy": one.deletion_policy.capitalize(),
    }


def lustre_volume(one: Lustre, file_system_id: str, server: str, mount: str) -> Object:
    """What claims that name it get: the whole file system."""
    attributes = {"dnsname": server, "mountname": mount}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": _metadata(one.name, "", default=False),
        "spec": {
            "capacity": {"storage": f"{one.storage_capacity}Gi"},
            "accessModes": ["ReadWriteMany"],
            "mountOptions": ["flock"],
            "persistentVolumeReclaimPolicy": "Retain",
            "csi": {"driver": PROVISIONERS["fsx"], "volumeHandle": file_system_id, "volumeAttributes": attributes},
        },
    }


def _metadata(name: str, mark: str, default: bool) -> Object:
    return {"name": name, "labels": labels(COMPONENT)} | ({"annotations": {mark: "true"}} if default else {})


def _parameters(one: StorageClass, file_system_id: str, place: Mapping[str, str]) -> dict[str, str]:
    if one.driver == "fsx":
        return {**place, **_fsx(one)}
    return _ebs(one) if one.is_ebs else _efs(one, file_system_id)


def _ebs(one: StorageClass) -> dict[str, str]:
    """A key goes by its id: an account number has no place in a manifest."""
    made = {"type": one.type, "encrypted": str(one.encrypted).lower(), "csi.storage.k8s.io/fstype": one.fs_type}
    made["iops"] = str(one.iops) if one.iops else None
    made["throughput"] = str(one.throughput) if one.throughput else None
    made["kmsKeyId"] = one.key_arn.rpartition("/")[2] if one.key_arn else None
    return {key: value for key, value in made.items() if value}


def _efs(one: StorageClass, file_system_id: str) -> dict[str, str]:
    made = {"provisioningMode": "efs-ap", "fileSystemId": file_system_id, "directoryPerms": one.directory_perms}
    return {key: value for key, value in (made | {"basePath": one.base_path}).items() if value}


def _fsx(one: StorageClass) -> dict[str, str]:
    made = {"deploymentType": (one.deployment_type or "").upper().replace("-", "_"), "fileSystemTypeVersion": LUSTRE}
    if one.per_unit_storage_throughput:
        made["perUnitStorageThroughput"] = str(one.per_unit_storage_throughput)
    if one.data_compression_type:
        made["dataCompressionType"] = one.data_compression_type.upper()
    return made


def _topology(one: StorageClass) -> list[dict[str, Any]]:
    found = []
    if one.driver == "ebs-auto-mode":
        # Other nodes do not have the driver.
        found.append({"key": "eks.amazonaws.com/compute-type", "values": ["auto"]})
    if one.zones:
        found.append({"key": "topology.kubernetes.io/zone", "values": list(one.zones)})
    return found
