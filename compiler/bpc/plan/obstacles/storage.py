"""Classes whose volumes or snapshots nobody would make."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.plan.shapes import Plan

NO_DRIVER = rule(
    "BPC879",
    "storage-class-without-driver",
    why="A claim for such a class would wait for ever: volumes are made by a driver, which is an add-on, or EKS Auto "
    "Mode.",
    cure="Add the add-on that the message names, or use another driver.",
)
NO_CONTROLLER = rule(
    "BPC880",
    "snapshot-class-without-controller",
    why="The kind VolumeSnapshotClass comes with the snapshot controller (Amazon EKS User Guide, CSI snapshot "
    "controller).",
    cure="Add `snapshot-controller: {}` to addons.",
)
CONTROLLER = "snapshot-controller"
ADDONS = {"ebs": "aws-ebs-csi-driver", "efs": "aws-efs-csi-driver", "fsx": "aws-fsx-csi-driver"}


def _drivers(plan: Plan) -> Iterator[Diagnostic]:
    storage = plan.blueprint.storage
    there = {addon.entry.name for addon in plan.addons}
    classes = [(one.at, one.name, one.driver) for one in storage.classes] if storage else []
    classes += [(one.at, one.name, one.driver) for one in storage.snapshot_classes] if storage else []
    for at, name, driver in classes:
        addon = ADDONS.get(driver)
        if addon and addon not in there:
            built_in = driver == "ebs" and plan.blueprint.cluster.auto_mode
            help = (
                "use driver: ebs-auto-mode, which EKS Auto Mode has" if built_in else f"add `{addon}: {{}}` to addons"
            )
            yield NO_DRIVER.at(at, f"{name} needs {addon}", help)
        elif not addon and not plan.blueprint.cluster.auto_mode:
            yield NO_DRIVER.at((*at, "driver"), f"{name} needs EKS Auto Mode", "use ebs, or cluster.autoMode")


def _controller(plan: Plan) -> Iterator[Diagnostic]:
    storage = plan.blueprint.storage
    there = {addon.entry.name for addon in plan.addons}
    if storage and storage.snapshot_classes and CONTROLLER not in there:
        at = (*storage.at, "snapshotClasses")
        yield NO_CONTROLLER.at(at, "there is no snapshot controller", f"add `{CONTROLLER}: {{}}` to addons", key=True)


OBSTACLES = (_drivers, _controller)
