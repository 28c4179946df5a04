"""Git sync: a stack deployment file for each stack, as CloudFormation's own schema wants it, with what it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cfnlint
import jsonschema
import pytest
import yaml

from parts.compiling import Compiled, compiled

SCHEMA = Path(cfnlint.__file__).parent / "data/schemas/other/deployment_files/git_sync.json"
FOLDER = "platform/out/shop"


def synced(**sections: Any) -> Compiled:
    settings = {"folder": FOLDER} | sections.pop("settings", {})
    more = sections.pop("cloudformation", {})
    return compiled(cloudformation={"gitSync": settings} | more, **sections)


def files(made: Compiled) -> dict[str, dict[str, Any]]:
    """Deployment files by stack."""
    found = {path: text for path, text in made.files.items() if "/deployments/" in path}
    return {Path(path).stem: yaml.safe_load(text) for path, text in found.items()}


def test_each_stack_has_a_file_that_fits() -> None:
    made = synced(metadata={"name": "shop", "region": "eu-west-1", "tags": {"team": "web"}}, bastion={})
    assert made.errors == []
    found = files(made)
    assert set(found) == {f"shop-{one}" for one in ("network", "bastion", "cluster", "nodes", "addons")}
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for one in found.values():
        jsonschema.validate(one, schema)
        path = one["template-file-path"].removeprefix(f"{FOLDER}/")
        template = json.loads(made.files[path])
        assert set(one.get("parameters", {})) <= set(template["Parameters"])
        assert one["tags"] == {"team": "web"}


def test_it_says_what_the_blueprint_decides() -> None:
    group = {"name": "workers", "scaling": {"min": 2, "desired": 3, "max": 5}}
    found = files(synced(network={"cidr": "10.0.0.0/16"}, nodeGroups=[group]))
    assert found["shop-network"]["parameters"]["VpcBlock"] == "10.0.0.0/16"
    sizes = {"WorkersMinSize": 2, "WorkersDesiredSize": 3, "WorkersMaxSize": 5}
    assert found["shop-nodes"]["parameters"] == sizes, "and no names of other stacks"


def test_it_leaves_the_autoscalers_size_alone() -> None:
    found = files(synced(nodeGroups=[{"name": "workers", "scaling": {"min": 2, "max": 5}}]))
    assert "WorkersDesiredSize" not in found["shop-nodes"]["parameters"]


def test_given_values_win() -> None:
    access = {"access": "ssh", "allowedCidrs": ["8.8.8.8/32"]}
    found = files(synced(bastion=access, settings={"parameters": {"KeyName": "mine", "WorkersMaxSize": 9}}))
    assert found["shop-bastion"]["parameters"]["KeyName"] == "mine"
    assert "KeyName" not in found["shop-network"]["parameters"]
    assert synced(bastion=access).errors == ["BPC434"]


def test_the_root_of_the_repository() -> None:
    found = files(synced(settings={"folder": "."}))
    assert found["shop-network"]["template-file-path"] == "cloudformation/default/10-network.json"


def test_one_template_has_one_file() -> None:
    found = files(synced(cloudformation={"layout": "single"}))
    assert set(found) == {"shop"}
    assert found["shop"]["template-file-path"].endswith("/10-shop.json")


def test_the_readme_and_the_policy_know() -> None:
    made, without = synced(), compiled()
    assert f"`{FOLDER}/` of the repository" in made.files["README.md"].decode()
    assert "Sync from Git" not in without.files["README.md"].decode()
    policies = {name: "".join(map(bytes.decode, one.files.values())) for name, one in (("a", made), ("b", without))}
    assert "events:ManagedBy" in policies["a"]
    assert "events:ManagedBy" not in policies["b"]


@pytest.mark.parametrize("folder", ["/abs", "a//b", "a b", "a/", ""])
def test_a_folder_is_a_path_below_the_root(folder: str) -> None:
    assert synced(settings={"folder": folder}).errors
