"""The CSI snapshot controller. Source: Amazon EKS User Guide, CSI snapshot controller. It calls no AWS service."""

from __future__ import annotations

from bpc.addon import AddOn


class SnapshotController(AddOn):
    """Takes snapshots of volumes, through the CSI driver that made them."""

    name = "snapshot-controller"
