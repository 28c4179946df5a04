"""The CSI snapshot controller. Sources: Amazon EKS User Guide, CSI snapshot controller;
kubernetes-csi/external-snapshotter, README (Kubernetes 1.20). It calls no AWS service.
"""

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
    kubernetes = ("1.20", "")
