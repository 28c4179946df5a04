"""Amazon FSx for Lustre: that a file system has a size that there is, and no more than its type of deployment has.

Sources: Amazon FSx API Reference, CreateFileSystem and CreateFileSystemLustreConfiguration.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.build import camel
from bpc.diagnostics import Diagnostic, rule
from bpc.model import Blueprint, Lustre, StorageClass
from bpc.model.storage import PERSISTENT

CAPACITY = rule(
    "BPC900",
    "lustre-capacity",
    why="FSx for Lustre has file systems of 1200 GiB, of 2400 GiB and of multiples of 2400 GiB (Amazon FSx API "
    "Reference, CreateFileSystem).",
    cure="Use one of the sizes that the message names.",
)
SCRATCH = rule(
    "BPC901",
    "lustre-scratch-setting",
    why="Scratch file systems have one throughput, FSx's own key and no backups (Amazon FSx for Lustre User Guide, "
    "Deployment and storage options).",
    cure="Take the setting away, or use `deploymentType: persistent-2`.",
)
SMALLEST, STEP = 1200, 2400


def _capacities(blueprint: Blueprint) -> Iterator[Diagnostic]:
    for one in blueprint.storage.fsx if blueprint.storage else ():
        size = one.storage_capacity
        if size != SMALLEST and size % STEP:
            below = size // STEP * STEP or SMALLEST
            message = f"there are no file systems of {size} GiB"
            yield CAPACITY.at((*one.at, "storageCapacity"), message, f"use {below} or {(size // STEP + 1) * STEP}")


def _scratch(blueprint: Blueprint) -> Iterator[Diagnostic]:
    storage = blueprint.storage
    if not storage:
        return
    for system in storage.fsx:
        yield from _of_persistent(system, ("per_unit_storage_throughput", "key_arn", "automatic_backup_retention_days"))
    for one in storage.made_by("fsx"):
        yield from _of_persistent(one, ("per_unit_storage_throughput",))


def _of_persistent(one: Lustre | StorageClass, names: tuple[str, ...]) -> Iterator[Diagnostic]:
    for name in names if one.deployment_type != PERSISTENT else ():
        if getattr(one, name) is not None:
            key = camel(name)
            yield SCRATCH.at((*one.at, key), f"{key} is not for deploymentType: {one.deployment_type}", key=True)


CHECKS = (_capacities, _scratch)
