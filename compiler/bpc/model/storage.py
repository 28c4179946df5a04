"""Storage for pods: classes of volumes and of snapshots, and file systems."""

from __future__ import annotations

from bpc.model.node import Data, Node, Reference

EBS = ("ebs", "ebs-auto-mode")
PERSISTENT = "persistent-2"


class StorageClass(Node):
    """What belongs to another kind of driver is None; `encrypted` is EBS's alone, and EFS has nothing that grows."""

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
    deployment_type: str | None
    per_unit_storage_throughput: int | None
    data_compression_type: str | None
    subnet: Reference | None
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
        if data["driver"] == "fsx":
            return {"volumeBindingMode": "immediate", **_lustre("scratch-2", data)}
        return {"type": "gp3", "fsType": "ext4", "volumeBindingMode": "wait-for-first-consumer", **data}

    @property
    def is_ebs(self) -> bool:
        return self.driver in EBS

    @property
    def is_output(self) -> bool:
        """Whether it needs an id of what is yet to be made, and so is no manifest."""
        return bool(self.file_system) or self.driver == "fsx"


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


class Lustre(Node):
    name: str
    deployment_type: str
    storage_capacity: int
    per_unit_storage_throughput: int | None
    data_compression_type: str
    key_arn: str | None
    automatic_backup_retention_days: int | None
    weekly_maintenance_start_time: str | None
    subnet: Reference | None

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        kept = {"automaticBackupRetentionDays": 7} if data["deploymentType"] == PERSISTENT else {}
        return {**kept, **_lustre(PERSISTENT, data)}


class Storage(Node):
    classes: tuple[StorageClass, ...]
    snapshot_classes: tuple[SnapshotClass, ...]
    file_systems: tuple[FileSystem, ...]
    fsx: tuple[Lustre, ...]

    @classmethod
    def derived(cls, data: Data, whole: Data) -> Data:
        """Whoever asks for storage gets a default class, where something makes volumes."""
        usual = [DEFAULT_CLASS] if _has_driver(whole) or _is_auto(whole) else []
        return {"classes": usual, **data}

    @property
    def has_manifests(self) -> bool:
        """Whether anything but what needs an id of what is yet to be made."""
        return bool(self.snapshot_classes or any(not one.is_output for one in self.classes))

    @property
    def makes_lustre(self) -> bool:
        """Whether there are such file systems, or will be for claims."""
        return bool(self.fsx or self.made_by("fsx"))

    @property
    def has_resources(self) -> bool:
        return bool(self.file_systems or self.makes_lustre)

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


def _lustre(deployment_type: str, data: Data) -> Data:
    """What a file system that is kept twice must say: its throughput."""
    data = {"deploymentType": deployment_type, **data}
    return {"perUnitStorageThroughput": 125, **data} if data["deploymentType"] == PERSISTENT else data


def _ebs(whole: Data) -> str:
    return "ebs-auto-mode" if _is_auto(whole) and not _has_driver(whole) else "ebs"


def _is_auto(whole: Data) -> bool:
    return bool(whole["cluster"].get("autoMode", {}).get("enabled"))


def _has_driver(whole: Data) -> bool:
    request = whole["addons"].get("aws-ebs-csi-driver")
    return bool(request and request["options"]["enabled"])
