"""Storage for pods: that each class has what its driver wants and no more, and each file system a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bpc.checks.cluster import KEY_REGION
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, FileSystem, Storage, StorageClass

NAME_TWICE = rule(
    "BPC867",
    "storage-name-twice",
    why="The name is all that tells two of a kind apart.",
    cure="Rename one of the two.",
)
DEFAULT_TWICE = rule(
    "BPC868",
    "default-class-twice",
    why="Kubernetes takes the newest of several default classes, which nobody chose (Kubernetes documentation, Storage "
    "Classes).",
    cure="Keep one default.",
)
UNUSED = rule(
    "BPC869",
    "storage-setting-unused",
    why="The setting belongs to another driver or another type of volume, and would do nothing or be refused.",
    cure="Take it away, or choose the driver or the type that has it.",
)
TAKEN = rule(
    "BPC870",
    "storage-class-name-taken",
    why="EKS makes a class of this name itself, and the parameters of a class cannot be changed.",
    cure="Choose another name, such as gp3.",
)
ONE_FILE_SYSTEM = rule(
    "BPC871",
    "class-without-file-system",
    why="The EFS driver makes directories on one file system that is there; it makes no file systems (Amazon EFS CSI "
    "driver, Dynamic Provisioning).",
    cure="Name one of storage.fileSystems in fileSystem, or give the id of another in fileSystemId.",
)
UNKNOWN_FILE_SYSTEM = rule(
    "BPC872",
    "unknown-file-system",
    why="The class refers to a file system by its name in storage.fileSystems.",
    cure="Use the name of one of them.",
)
EMPTY = rule(
    "BPC873",
    "storage-empty",
    why="There are no classes and no file systems, and nothing that would make the usual class's volumes.",
    cure="Add the add-on aws-ebs-csi-driver, or a file system; or leave storage out.",
)
THROUGHPUT = rule(
    "BPC874",
    "file-system-throughput",
    why="Only the mode provisioned has a throughput of one's own, and it must have one (Amazon EFS User Guide, "
    "Throughput modes).",
    cure="Give both `throughputMode: provisioned` and provisionedThroughput, or neither.",
)
ZONE_ELSEWHERE = rule(
    "BPC875",
    "storage-zone-elsewhere",
    why="A volume lives in a zone of the cluster's Region.",
    cure="Use zones of that Region.",
)
LIFECYCLE = rule(
    "BPC876",
    "file-system-lifecycle",
    why="Files come to Archive later than to Infrequent Access, and only with elastic throughput (Amazon EFS User "
    "Guide, Managing storage lifecycle; EFS storage classes).",
    cure="Make transitionToArchiveDays the longer time, and use `throughputMode: elastic`.",
)
NO_IOPS = rule(
    "BPC877",
    "storage-class-without-iops",
    why="Volumes of this type have the I/O operations a second that somebody says, and no default (Amazon EBS CSI "
    "driver, StorageClass Parameters).",
    cure="Add iops, or use `type: gp3`.",
)
NO_SUBNETS = rule(
    "BPC878",
    "mount-targets-without-subnets",
    why="A file system has a mount target in each zone, so the template must know how many subnets there are; a list "
    "that the console asks for does not say so.",
    cure="Name the subnets in the file system's subnets, or in network.existing.",
)

OF = {
    "ebs": ("type", "iops", "throughput", "key_arn", "fs_type", "zones"),
    "efs": ("file_system", "file_system_id", "base_path", "directory_perms"),
    "fsx": ("deployment_type", "per_unit_storage_throughput", "data_compression_type", "subnet"),
}
PROVISIONED = ("io1", "io2")


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _names(blueprint: Blueprint) -> Iterator[Diagnostic]:
    storage = blueprint.storage
    if not storage:
        return
    kinds: list[Iterable[tuple[tuple[str | int, ...], str]]] = [
        [(one.at, one.name) for one in storage.classes],
        [(one.at, one.name) for one in storage.snapshot_classes],
        [(one.at, one.name) for one in storage.file_systems],
        [(one.at, one.name) for one in storage.fsx],
        *([(point.at, point.name) for point in one.access_points] for one in storage.file_systems),
    ]
    for named in kinds:
        seen: set[str] = set()
        for at, name in named:
            if name in seen:
                yield NAME_TWICE.at((*at, "name"), f"there is another {name}")
            seen.add(name)
    for index, one in enumerate(storage.classes):
        if one.name == "gp2":
            yield TAKEN.at((*storage.at, "classes", index, "name"), "EKS makes the class gp2 itself")


def _defaults(blueprint: Blueprint) -> Iterator[Diagnostic]:
    storage = blueprint.storage
    if not storage:
        return
    classes = [(one.at, one.name, "") for one in storage.classes if one.default]
    snapshots = [(one.at, one.name, one.driver) for one in storage.snapshot_classes if one.default]
    first: dict[object, str] = {}
    for kind, some in (("classes", classes), ("snapshots", snapshots)):
        for at, name, driver in some:
            other = first.setdefault((kind, driver), name)
            if other != name:
                yield DEFAULT_TWICE.at((*at, "default"), f"{other} is the default already", key=True)


def _classes(blueprint: Blueprint) -> Iterator[Diagnostic]:
    storage = blueprint.storage
    if not storage:
        return
    for one in storage.classes:
        yield from _unused(one)
        if one.driver == "efs":
            yield from _file_system(one, storage)
        elif one.type in PROVISIONED and not one.iops:
            yield NO_IOPS.at((*one.at, "type"), f"{one.type} needs iops", "add iops")
        for index, zone in enumerate(one.zones):
            if not zone.startswith(blueprint.metadata.region):
                at = (*one.at, "zones", index)
                yield ZONE_ELSEWHERE.at(at, f"{zone} is not in {blueprint.metadata.region}")


def _unused(one: StorageClass) -> Iterator[Diagnostic]:
    """What the driver, or the type of volume, does not have."""
    kind = "ebs" if one.is_ebs else one.driver
    names = [name for other, some in OF.items() if other != kind for name in some if getattr(one, name)]
    whose = f"driver: {one.driver}"
    if not one.is_ebs:
        names += [] if one.encrypted else ["encrypted"]
        names += ["allow_volume_expansion"] if one.driver == "efs" and not one.allow_volume_expansion else []
    else:
        if one.throughput and one.type != "gp3":
            names, whose = [*names, "throughput"], f"type: {one.type}"
        if one.iops and one.type not in ("gp3", *PROVISIONED):
            names, whose = [*names, "iops"], f"type: {one.type}"
        if one.key_arn and not one.encrypted:
            names, whose = [*names, "key_arn"], "encrypted: false"
    for name in names:
        key = _camel(name)
        yield UNUSED.at((*one.at, key), f"{key} does nothing with {whose}", key=True)


def _file_system(one: StorageClass, storage: Storage) -> Iterator[Diagnostic]:
    if bool(one.file_system) == bool(one.file_system_id):
        message = "two file systems are named" if one.file_system else "the class names no file system"
        yield ONE_FILE_SYSTEM.at(one.at, message, "give fileSystem or fileSystemId")
    known = [it.name for it in storage.file_systems]
    if one.file_system and one.file_system not in known:
        at = (*one.at, "fileSystem")
        yield UNKNOWN_FILE_SYSTEM.at(
            at, f"there is no file system {one.file_system}; known: {', '.join(known) or 'none'}"
        )


def _file_systems(blueprint: Blueprint) -> Iterator[Diagnostic]:
    storage = blueprint.storage
    if not storage:
        return
    for one in storage.file_systems:
        provisioned = one.throughput_mode == "provisioned"
        if provisioned and not one.provisioned_throughput:
            yield THROUGHPUT.at((*one.at, "throughputMode"), "the mode provisioned needs provisionedThroughput")
        if one.provisioned_throughput and not provisioned:
            at = (*one.at, "provisionedThroughput")
            yield THROUGHPUT.at(at, f"provisionedThroughput does nothing with throughputMode: {one.throughput_mode}")
        yield from _lifecycle(one)
        existing = blueprint.network.existing
        kind = "public" if blueprint.network.topology == "public" else "private"
        if existing and not one.subnets and not getattr(existing, f"{kind}_subnet_ids"):
            yield NO_SUBNETS.at(one.at, f"nobody says how many {kind} subnets there are", "add subnets")


def _lifecycle(one: FileSystem) -> Iterator[Diagnostic]:
    archive, infrequent = one.lifecycle.transition_to_archive_days, one.lifecycle.transition_to_ia_days
    at = (*one.lifecycle.at, "transitionToArchiveDays")
    if archive and one.throughput_mode != "elastic":
        yield LIFECYCLE.at(at, f"there is no Archive with throughputMode: {one.throughput_mode}")
    if archive and infrequent and archive <= infrequent:
        yield LIFECYCLE.at(at, f"{archive} days is not after {infrequent}, transitionToIaDays")


def _keys(blueprint: Blueprint) -> Iterator[Diagnostic]:
    storage = blueprint.storage
    if not storage:
        return
    keys = [(one.at, one.key_arn) for one in storage.classes]
    keys += [(one.at, one.key_arn) for one in storage.file_systems]
    keys += [(one.at, one.key_arn) for one in storage.fsx]
    for place, key in keys:
        region = key.split(":")[3] if key else blueprint.metadata.region
        if region != blueprint.metadata.region:
            message = f"the key is in {region}, the cluster in {blueprint.metadata.region}"
            yield KEY_REGION.at((*place, "keyArn"), message)


def _something(blueprint: Blueprint) -> Iterator[Diagnostic]:
    storage = blueprint.storage
    if storage and not (storage.classes or storage.snapshot_classes or storage.has_resources):
        yield EMPTY.at(storage.at, "there is nothing to store on", key=True)


CHECKS = (_names, _defaults, _classes, _file_systems, _keys, _something)
