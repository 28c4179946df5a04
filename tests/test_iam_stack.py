"""`iamStack`: roles in a stack of their own, which the others import from; moto deploys it in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import pipeline, verify
from bpc.verify import TEMPLATE, promises
from parts.cloudformation import Account
from parts.compiling import Compiled, compiled
from parts.lint import findings
from parts.memory import Memory

ROOT = Path(__file__).resolve().parent.parent
SPECS = ["study", "private", "graviton-spot", "fargate"]
IAM = ("AWS::IAM::Role", "AWS::IAM::InstanceProfile", "AWS::IAM::ManagedPolicy")


def spec(name: str, iam: bool) -> tuple[str, dict[str, str]]:
    """The Region of an example, and its templates by file."""
    data: dict[str, Any] = yaml.safe_load((ROOT / "specs" / f"{name}.yaml").read_text(encoding="utf-8"))
    data["cloudformation"] = {**data.get("cloudformation", {}), "format": "json", "iamStack": iam}
    data.setdefault("cluster", {})["deletionProtection"] = False
    files = Memory()
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "one.yaml", lambda _: files)
    assert not result.failed, result.diagnostics
    texts = {path: text.decode() for path, text in sorted(files.items()) if TEMPLATE.fullmatch(path)}
    return data["metadata"]["region"], texts


def titles(texts: dict[str, str]) -> dict[str, str]:
    return {title: one["Type"] for text in texts.values() for title, one in json.loads(text)["Resources"].items()}


@pytest.mark.parametrize("name", SPECS)
def test_the_same_resources_linked_and_clean(name: str) -> None:
    region, texts = spec(name, iam=True)
    assert titles(texts) == titles(spec(name, iam=False)[1])
    parsed = [verify.parse(path, text) for path, text in texts.items()]
    assert parsed[0].stack == "iam"
    platform = json.loads(texts[parsed[0].file])["Description"].partition("-iam:")[0]
    assert list(promises.linked(platform, parsed)) == []
    for text in texts.values():
        assert findings(text, region) == []
    first, *others = (json.loads(text) for text in texts.values())
    assert {one["Type"] for one in first["Resources"].values()} <= set(IAM)
    assert "Parameters" not in first, "it needs nothing from anybody"
    kept = [title for one in others for title, made in one["Resources"].items() if made["Type"] in IAM]
    # Those that name a queue or a log group of their own stack.
    here = {"graviton-spot": ["AwsNodeTerminationHandlerRole"], "private": ["FlowLogRole"]}
    assert kept == here.get(name, [])


@pytest.mark.parametrize("name", ["study", "graviton-spot"])
def test_moto_creates_and_deletes_it(name: str) -> None:
    region, texts = spec(name, iam=True)
    with Account(region) as account:
        account.key_pair("a-key-pair")
        stacks = []
        for text in texts.values():
            template = json.loads(text)
            stack = template["Description"].partition(":")[0]
            asked = [key for key, one in template.get("Parameters", {}).items() if "Default" not in one]
            has_iam = any(one["Type"].startswith("AWS::IAM::") for one in template["Resources"].values())
            account.create(
                stack,
                text,
                parameters=dict.fromkeys(asked, "a-key-pair"),
                capabilities=["CAPABILITY_IAM"] if has_iam else [],
            )
            stacks.append(stack)
        assert stacks[0].endswith("-iam")
        for stack in reversed(stacks):
            account.delete(stack)
        assert account.exports() == {}


def separated(**sections: Any) -> Compiled:
    return compiled(cloudformation={"iamStack": True}, **sections)


def test_a_patch_cannot_name_a_role_that_has_gone() -> None:
    patch = [{"op": "add", "path": "/Outputs/Role", "value": {"Value": {"Fn::Sub": "${ClusterRole.Arn}"}}}]
    assert separated(overrides={"cloudformation": [{"stack": "cluster", "patch": patch}]}).errors == ["BPC423"]


def test_text_that_names_a_role_imports_it() -> None:
    from bpc.output.iam_stack import _Reader

    exports: dict[str, Any] = {}
    reader = _Reader("cluster", "shop", {"ClusterRole": "cluster"}, {}, exports)
    template = {
        "Resources": {
            "Other": {
                "Type": "AWS::SNS::Topic",
                "DependsOn": ["ClusterRole", "Third"],
                "Properties": {"DisplayName": {"Fn::Sub": "${ClusterRole.Arn} ${AWS::Region} ${Third}"}},
            },
            "Third": {"Type": "AWS::SNS::Topic", "DependsOn": "ClusterRole"},
        }
    }
    made = reader.template(template)
    assert made["Resources"]["Other"] == {
        "Type": "AWS::SNS::Topic",
        "DependsOn": "Third",
        "Properties": {
            "DisplayName": {
                "Fn::Sub": [
                    "${ClusterRoleArn} ${AWS::Region} ${Third}",
                    {"ClusterRoleArn": {"Fn::ImportValue": {"Fn::Sub": "${IamStack}-ClusterRoleArn"}}},
                ]
            }
        },
    }
    assert made["Resources"]["Third"] == {"Type": "AWS::SNS::Topic"}
    assert made["Parameters"]["IamStack"]["Default"] == "shop-iam"
    assert list(exports) == ["ClusterRoleArn"]


def test_a_patch_reaches_the_new_stack() -> None:
    patch = [{"op": "add", "path": "/Resources/ClusterRole/Properties/Path", "value": "/platform/"}]
    data = {"overrides": {"cloudformation": [{"stack": "iam", "patch": patch}]}}
    role = separated(**data).template("05-iam")["Resources"]["ClusterRole"]
    assert role["Properties"]["Path"] == "/platform/"
    assert compiled(**data).errors == ["BPC421"]


def test_the_readme_begins_with_it() -> None:
    readme = separated(bastion={"clusterAccess": "none"}).files["README.md"].decode()
    assert "| 1 | `shop-iam` | `cloudformation/default/05-iam.json` | `CAPABILITY_IAM` |" in readme
    assert "| `cloudformation/default/10-network.json` | none |" in readme
    assert "say what its role may do in `bastion.clusterAccess`" in readme
    assert "BastionRoleArn" in separated(bastion={"clusterAccess": "none"}).template("05-iam")["Outputs"]
