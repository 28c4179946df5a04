"""What the README says of the StorageClasses that are outputs of a stack."""

from __future__ import annotations

from bpc.kit.naming import logical_id
from bpc.output.stacks import Stacks


def storage_classes(stacks: Stacks) -> str:
    """How to apply them (AWS CLI Command Reference, cloudformation describe-stacks); nothing where there are none."""
    storage = stacks.plan.blueprint.storage
    names = [one.name for one in storage.classes if one.file_system] if storage else []
    if not names:
        return ""
    stack, region = stacks.name("storage"), stacks.plan.region
    lines = [
        "## StorageClasses of file systems",
        "",
        "A StorageClass for Amazon EFS has the id of its file system, which is known only when it is there; so it is "
        f"an output of the stack `{stack}` and not among the manifests. Apply it once, or put it into your own "
        "repository:",
        "",
        "```sh",
    ]
    for name in names:
        query = f"Stacks[0].Outputs[?OutputKey=='{logical_id(name, 'StorageClass')}'].OutputValue"
        lines += [
            f"aws cloudformation describe-stacks --region {region} --stack-name {stack} \\",
            f'  --query "{query}" --output text | kubectl apply --server-side -f -',
        ]
    return "\n".join([*lines, "```"])
