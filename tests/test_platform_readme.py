"""The README of an output folder, where its environments are not alike."""

from __future__ import annotations

from typing import Any

from parts.compiling import compiled
from test_deploy import consents


def test_what_other_environments_take_is_said() -> None:
    """One is in one stack, and one has a role with a name: the README shows neither in full."""
    patch = {"op": "add", "path": "/Resources/ClusterRole/Properties/RoleName", "value": "mine"}
    named = {"overrides": {"cloudformation": [{"stack": "cluster", "patch": [patch]}]}}
    environments: dict[str, Any] = {
        "dev": {"region": "eu-north-1", "with": {"cloudformation": {"layout": "single"}}},
        "prod": {},
        "test": {"region": "eu-central-1", "with": named},
    }
    made = compiled(environments=environments)
    assert made.errors == []
    readme = made.files["README.md"].decode()
    assert "here for `prod`" in readme
    assert consents(readme, "dev") == {"shop": "CAPABILITY_IAM"}
    assert consents(readme, "test") == {"shop-cluster": "CAPABILITY_NAMED_IAM"}
    assert consents(readme, "prod") == {}
    assert "In `test`, `shop-cluster` takes `CAPABILITY_NAMED_IAM`." in readme
