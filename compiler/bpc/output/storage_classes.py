"""What the README says of the StorageClasses and PersistentVolumes that are outputs of a stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bpc.kit.naming import logical_id
from bpc.output.stacks import Stacks

if TYPE_CHECKING:
    from bpc.model import Lustre, StorageClass

NEEDS = {
    "efs": "A StorageClass for Amazon EFS has the id of its file system.",
    "fsx": "A StorageClass for Amazon FSx has the ids of a subnet and a security group.",
}


def storage_classes(stacks: Stacks) -> str:
    """How to apply them (AWS CLI Command Reference, cloudformation describe-stacks); nothing where there are none."""
    storage = stacks.plan.blueprint.storage
    classes = [one for one in storage.classes if one.is_output] if storage else []
    parts = [_classes(classes, stacks)] if classes else []
    return "\n\n".join(parts + ([_volumes(storage.fsx, stacks)] if storage and storage.fsx else []))


def _classes(classes: list[StorageClass], stacks: Stacks) -> str:
    drivers = {one.driver for one in classes}
    said = [text for driver, text in NEEDS.items() if driver in drivers]
    said.append(
        "That is known only when it is there; so the class is an output of the stack "
        f"`{stacks.name('storage')}` and not among the manifests. Apply it once, or put it into your own repository:"
    )
    titles = [logical_id(one.name, "StorageClass") for one in classes]
    return f"## StorageClasses of file systems\n\n{' '.join(said)}\n\n{_apply(titles, stacks)}"


def _volumes(systems: Sequence[Lustre], stacks: Stacks) -> str:
    """Amazon FSx for Lustre CSI driver, Static Provisioning; Kubernetes documentation, Persistent Volumes."""
    said = (
        "A file system of Amazon FSx for Lustre is one PersistentVolume, of its own name and an output as well. A "
        'claim gets it by `volumeName` and `storageClassName: ""`, with `accessModes: [ReadWriteMany]`; the nodes need '
        "the driver, `aws-fsx-csi-driver`:"
    )
    stays = (
        "The file system stays when the stack is deleted. Its network cannot be deleted before it is, with "
        "`aws fsx delete-file-system`, and then its security group."
    )
    titles = [logical_id(one.name, "LustreVolume") for one in systems]
    return f"## Volumes of file systems\n\n{said}\n\n{_apply(titles, stacks)}\n\n{stays}"


def _apply(titles: list[str], stacks: Stacks) -> str:
    stack, region = stacks.name("storage"), stacks.plan.region
    lines = []
    for title in titles:
        query = f"Stacks[0].Outputs[?OutputKey=='{title}'].OutputValue"
        lines += [
            f"aws cloudformation describe-stacks --region {region} --stack-name {stack} \\",
            f'  --query "{query}" --output text | kubectl apply --server-side -f -',
        ]
    return "\n".join(["```sh", *lines, "```"])
