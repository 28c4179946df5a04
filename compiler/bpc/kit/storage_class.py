"""StorageClasses and VolumeSnapshotClasses as Kubernetes objects.

Sources: Kubernetes documentation, Storage Classes; Amazon EBS CSI driver, StorageClass Parameters; Amazon EFS CSI
driver, Storage Class Parameters for Dynamic Provisioning; Amazon EKS User Guide, Create a storage class (EKS Auto
Mode).
"""

from __future__ import annotations

from typing import Any

from bpc.kit.k8s import Object, labels
from bpc.model import SnapshotClass, Storage, StorageClass

PROVISIONERS = {"ebs": "ebs.csi.aws.com", "ebs-auto-mode": "ebs.csi.eks.amazonaws.com", "efs": "efs.csi.aws.com"}
BINDING = {"wait-for-first-consumer": "WaitForFirstConsumer", "immediate": "Immediate"}
COMPONENT = "storage"


def manifests(storage: Storage) -> list[Object]:
    """All but the classes of file systems that are made here; those are outputs of the stack."""
    classes = [storage_class(one) for one in storage.classes if not one.file_system]
    return classes + [snapshot_class(one) for one in storage.snapshot_classes]


def storage_class(one: StorageClass, file_system_id: str = "") -> Object:
    """The object; `file_system_id` stands in where the class names a file system of the blueprint's own."""
    made: Object = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": _metadata(one.name, "storageclass.kubernetes.io/is-default-class", one.default),
        "provisioner": PROVISIONERS[one.driver],
        "parameters": _ebs(one) if one.is_ebs else _efs(one, one.file_system_id or file_system_id),
        "reclaimPolicy": one.reclaim_policy.capitalize(),
        "volumeBindingMode": BINDING[one.volume_binding_mode],
    }
    if one.is_ebs:
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


def _metadata(name: str, mark: str, default: bool) -> Object:
    return {"name": name, "labels": labels(COMPONENT)} | ({"annotations": {mark: "true"}} if default else {})


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


def _topology(one: StorageClass) -> list[dict[str, Any]]:
    found = []
    if one.driver == "ebs-auto-mode":
        # Other nodes do not have the driver.
        found.append({"key": "eks.amazonaws.com/compute-type", "values": ["auto"]})
    if one.zones:
        found.append({"key": "topology.kubernetes.io/zone", "values": list(one.zones)})
    return found
