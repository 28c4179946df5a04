"""The README tells of each resource that stays when its stack goes, whoever says that it should."""

from __future__ import annotations

from typing import Any

import pytest

from parts.compiling import Compiled, compiled

VELERO = {"gitops": {"engine": "flux"}, "nodeGroups": [{"name": "workers"}]}
STAYS = "This stays, and is paid for, until you delete it by hand"


def _page(made: Compiled) -> str:
    assert made.errors == []
    return made.files["README.md"].decode()


def test_a_platform_that_keeps_nothing_says_nothing_of_it() -> None:
    page = _page(compiled(nodeGroups=[{"name": "workers"}]))
    assert "## Take it down" in page and STAYS not in page


@pytest.mark.parametrize("layout", ["stacks", "single"])
def test_a_bucket_is_told_by_its_name_and_how_it_is_taken_up(layout: str) -> None:
    velero = {"velero": {"bucket": "shop-backups-4711"}}
    page = _page(compiled(**VELERO, addons=velero, cloudformation={"layout": layout}))
    stack = "shop-addons" if layout == "stacks" else "shop"
    assert f"`VeleroBucket` of `{stack}`, `shop-backups-4711`" in page
    assert "`aws s3api delete-bucket --bucket shop-backups-4711 --region eu-west-1`" in page
    assert "With `addons.velero.createBucket: false` Velero takes the bucket" in page
    # Its policy goes with it, its name is known, and no network waits for it.
    assert "BucketPolicy" not in page.split(STAYS)[1]
    assert "describe-stack-resource " not in page and "cannot go before" not in page


def test_a_bucket_that_is_nobodys_here_is_not_told_of() -> None:
    velero = {"velero": {"bucket": "shop-backups-4711", "createBucket": False}}
    assert STAYS not in _page(compiled(**VELERO, addons=velero))


FILES: dict[str, Any] = {
    "nodeGroups": [{"name": "workers"}],
    "storage": {
        "fileSystems": [{"name": "shared"}],
        "fsx": [{"name": "training", "storageCapacity": 1200}],
    },
}


def test_file_systems_are_asked_for_and_the_network_waits() -> None:
    page = _page(compiled(**FILES, addons={"aws-efs-csi-driver": {}, "aws-fsx-csi-driver": {}}))
    for title, command in (
        ("SharedFileSystem", "aws efs delete-file-system --file-system-id ID --region eu-west-1"),
        ("TrainingLustre", "aws fsx delete-file-system --file-system-id ID --region eu-west-1"),
        ("LustreSecurityGroup", "aws ec2 delete-security-group --group-id ID --region eu-west-1"),
    ):
        assert f"| `{title}` of `shop-storage` |" in page and command in page
        assert f"--stack-name shop-storage \\\n  --logical-resource-id {title} --query" in page
    assert "The stack `shop-network` cannot go before" in page
    assert "LustreFromItself988" not in page


def test_what_a_patch_keeps_is_told_of_too() -> None:
    change = {"op": "replace", "path": "/Resources/SecretsKey/DeletionPolicy", "value": "Retain"}
    patches = {"cloudformation": [{"stack": "cluster", "patch": [change]}]}
    page = _page(compiled(nodeGroups=[{"name": "workers"}], overrides=patches))
    assert "| `SecretsKey` of `shop-cluster` | `AWS::KMS::Key` | its service's own console or command |" in page


def test_stack_sets_say_it_as_well() -> None:
    sets = {"layout": "single", "stackSets": {}}
    page = _page(
        compiled(
            **VELERO,
            addons={"velero": {"bucket": "shop-backups-4711"}},
            environments={"prod": {"account": "111122223333"}},
            cloudformation=sets,
        )
    )
    assert page.index("## Take it down") < page.index(STAYS) < page.index("EKS may write its last log lines")
