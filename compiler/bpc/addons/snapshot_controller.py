"""The CSI snapshot controller. Source: Amazon EKS User Guide, CSI snapshot controller. It calls no AWS service."""

from __future__ import annotations

from bpc.addon import AddOn


class SnapshotController(AddOn):
    """Takes snapshots of volumes, through the CSI driver that made them."""

    name = "snapshot-controller"
    crds = (
        "volumegroupsnapshotclasses.groupsnapshot.storage.k8s.io",
        "volumegroupsnapshotcontents.groupsnapshot.storage.k8s.io",
        "volumegroupsnapshots.groupsnapshot.storage.k8s.io",
        "volumesnapshotclasses.snapshot.storage.k8s.io",
        "volumesnapshotcontents.snapshot.storage.k8s.io",
        "volumesnapshots.snapshot.storage.k8s.io",
    )
    waits_for = ("Deployment/snapshot-controller",)
    pod_security = "baseline"
