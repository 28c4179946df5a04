"""The disks of a group's nodes, always encrypted, gone with their node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import ec2

from bpc.model import Disk, NodeGroup

# Where an image expects the disk that grows, when it is not /dev/xvda.
DEVICES = {"bottlerocket": "/dev/xvdb", "windows": "/dev/sda1", "ubuntu": "/dev/sda1"}


def devices(group: NodeGroup) -> list[ec2.LaunchTemplateBlockDeviceMapping]:
    return list(_devices(group))


def _devices(group: NodeGroup) -> Iterator[ec2.LaunchTemplateBlockDeviceMapping]:
    """Bottlerocket keeps its system on xvda and everything that grows on xvdb."""
    if group.family == "bottlerocket":
        kind = group.disk.type if group.disk.type in ("gp2", "gp3") else "gp3"
        key = {"KmsKeyId": group.disk.key_arn} if group.disk.key_arn else {}
        system = ec2.EBSBlockDevice(VolumeType=kind, Encrypted=True, DeleteOnTermination=True, **key)
        yield ec2.LaunchTemplateBlockDeviceMapping(DeviceName="/dev/xvda", Ebs=system)
    device = DEVICES.get(group.family, "/dev/xvda")
    yield _mapping(group.disk, group.disk.device_name or device)
    for volume in group.volumes:
        yield _mapping(volume, volume.device_name or "")


def _mapping(disk: Disk, device: str) -> ec2.LaunchTemplateBlockDeviceMapping:
    special: dict[str, Any] = {
        "Iops": disk.iops,
        "Throughput": disk.throughput,
        "KmsKeyId": disk.key_arn,
        "SnapshotId": disk.snapshot_id,
    }
    volume = ec2.EBSBlockDevice(
        VolumeType=disk.type,
        VolumeSize=disk.size,
        Encrypted=True,
        DeleteOnTermination=True,
        **{key: value for key, value in special.items() if value},
    )
    return ec2.LaunchTemplateBlockDeviceMapping(DeviceName=device, Ebs=volume)
