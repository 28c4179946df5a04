"""Storage for pods: classes of volumes and of snapshots, and shared file systems."""

from __future__ import annotations

from bpc.model.node import Data, Node, Reference

EBS = ("ebs", "ebs-auto-mode")


class StorageClass(Node):
    """What belongs to the other kind of driver is None; `encrypted` and `allow_volume_expansion` are EBS's alone."""

    name: str
    driver: str
    default: bool
    type: str | None
    iops: int | None
    throughput: int | None
    encrypted: bool
    key_arn: str | None
    fs_type: str | None
    file_system: str | None
    file_system_id: str | None
    base_path: str | None
    directory_perms: str | None
    reclaim_policy: str
    volume_binding_mode: str
    allow_volume_expansion: bool
    mount_options: tuple[str, ...]
    zones: tuple[str, ...]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        data = {"driver": _ebs(whole), **data}
        if data["driver"] == "efs":
            return {"directoryPerms": "700", "volumeBindingMode": "immediate", **data}
        return {"type": "gp3", "fsType": "ext4", "volumeBindingMode": "wait-for-first-consumer", **data}

    @property
    def is_ebs(self) -> bool:
        return self.driver in EBS


class SnapshotClass(Node):
    name: str
    driver: str
    default: bool
    deletion_policy: str

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"driver": _ebs(whole), **data}


class Lifecycle(Node):
    transition_to_ia_days: int | None
    transition_to_archive_days: int | None
    transition_to_primary_storage_class: bool


class AccessPoint(Node):
    name: str
    path: str
    uid: int
    gid: int
    directory_permissions: str


class FileSystem(Node):
    name: str
    key_arn: str | None
    throughput_mode: str
    provisioned_throughput: int | None
    lifecycle: Lifecycle
    backup: bool
    subnets: tuple[Reference, ...]
    access_points: tuple[AccessPoint, ...]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        return {"subnets": (), **data}


class Storage(Node):
    classes: tuple[StorageClass, ...]
    snapshot_classes: tuple[SnapshotClass, ...]
    file_systems: tuple[FileSystem, ...]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """Whoever asks for storage gets a default class, where something makes volumes."""
        usual = [DEFAULT_CLASS] if _has_driver(whole) or _is_auto(whole) else []
        return {"classes": usual, **data}

    @property
    def has_manifests(self) -> bool:
        """Whether anything but what needs an id of a file system that is yet to be made."""
        return bool(self.snapshot_classes or any(not one.file_system for one in self.classes))

    def made_by(self, driver: str) -> list[StorageClass]:
        return [one for one in self.classes if one.driver == driver]

    def keys(self, driver: str) -> tuple[str, ...]:
        """The KMS keys that a driver needs."""
        return tuple(sorted({one.key_arn for one in self.made_by(driver) if one.key_arn}))


DEFAULT_CLASS = {
    "name": "gp3",
    "default": True,
    "encrypted": True,
    "reclaimPolicy": "delete",
    "allowVolumeExpansion": True,
    "mountOptions": [],
    "zones": [],
}


def _ebs(whole: Data) -> str:
    return "ebs-auto-mode" if _is_auto(whole) and not _has_driver(whole) else "ebs"


def _is_auto(whole: Data) -> bool:
    return bool(whole["cluster"].get("autoMode", {}).get("enabled"))


def _has_driver(whole: Data) -> bool:
    request = whole["addons"].get("aws-ebs-csi-driver")
    return bool(request and request["options"]["enabled"])
