"""`layout: single`: the same resources and logical IDs, with references for imports and DependsOn for order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import pipeline, verify
from bpc.verify import TEMPLATE
from parts.lint import findings
from parts.memory import Memory

ROOT = Path(__file__).resolve().parent.parent
SPECS = sorted(path.stem for path in ROOT.glob("specs/*.yaml"))
Template = dict[str, Any]


def spec(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((ROOT / "specs" / f"{name}.yaml").read_text(encoding="utf-8"))
    # Every environment is laid out in the same way, whatever it says itself.
    data.setdefault("cloudformation", {})["format"] = "json"
    # Stack sets take the one layout alone.
    data["cloudformation"].pop("stackSets", None)
    return data


def compiled(data: dict[str, Any], layout: str) -> tuple[Memory, list[str]]:
    files = Memory()
    data = {**data, "cloudformation": {**data["cloudformation"], "layout": layout}}
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "one.yaml", lambda _: files)
    return files, [f"{one.rule.code} {one.message}" for one in result.diagnostics if one.rule.severity == "error"]


def templates(files: Memory) -> dict[str, dict[str, Template]]:
    """By environment and file."""
    found: dict[str, dict[str, Template]] = {}
    for path, text in files.items():
        if TEMPLATE.fullmatch(path):
            found.setdefault(path.split("/")[1], {})[path] = json.loads(text)
    return found


def one(data: dict[str, Any]) -> Template:
    files, errors = compiled(data, "single")
    assert errors == []
    (((_, template),),) = [list(some.items()) for some in templates(files).values()]
    return template


def depends(template: Template, title: str) -> list[str]:
    found = template["Resources"][title].get("DependsOn", [])
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("name", SPECS)
def test_the_same_resources_as_in_stacks(name: str) -> None:
    several, single = (templates(compiled(spec(name), layout)[0]) for layout in ("stacks", "single"))
    assert set(several) == set(single)
    for environment, stacks in several.items():
        ((path, template),) = single[environment].items()
        assert path.endswith(f"/10-{template['Description'].partition(':')[0]}.json")
        made = {title: one["Type"] for stack in stacks.values() for title, one in stack["Resources"].items()}
        assert {title: one["Type"] for title, one in template["Resources"].items()} == made
        for stack in stacks.values():
            for title, resource in stack["Resources"].items():
                kept, now = {**resource}, {**template["Resources"][title]}
                now.pop("DependsOn", None)
                kept.pop("DependsOn", None)
                if "Fn::ImportValue" not in json.dumps(kept):
                    assert now == kept
        text = json.dumps(template)
        assert '"Fn::ImportValue": {"Fn::Sub"' not in text, "only from what is no part of the platform"
        assert '"Export"' not in text
        assert not [one for one in template.get("Parameters", {}) if one.endswith("Stack")]
        grouped = [
            name
            for group in template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
            for name in group["Parameters"]
        ]
        assert sorted(grouped) == sorted(template["Parameters"])


@pytest.mark.parametrize("name", ["study", "fargate", "private", "graviton-spot"])
def test_cfn_lint_finds_nothing(name: str) -> None:
    data = spec(name)
    for some in templates(compiled(data, "single")[0]).values():
        for template in some.values():
            assert findings(json.dumps(template, indent=1), data["metadata"]["region"]) == []


def test_the_order_of_stacks_is_kept() -> None:
    template = one(spec("single"))
    assert "VpcCniAddOn" in depends(template, "WorkersNodeGroup")
    assert "PrivateSubnetRoute" in depends(template, "WorkersNodeGroup")
    assert "PrivateSubnetRoute" in depends(template, "BastionHost")
    assert depends(template, "AwsEbsCsiDriverAddOn") == ["WorkersNodeGroup", "JobsFargateProfile"]
    assert depends(template, "Cluster") == ["ClusterLogGroup"], "it needs no way out"
    assert depends(template, "VpcCniAddOn") == [], "it comes before the nodes"


@pytest.mark.parametrize("name", SPECS)
def test_nothing_waits_for_what_is_there_anyway(name: str) -> None:
    """cfn-lint says so of what is referred to; what is behind that would be noise."""
    for some in templates(compiled(spec(name), "single")[0]).values():
        for template in some.values():
            needs = {title: set(depends(template, title)) for title in template["Resources"]}
            for title, names in needs.items():
                behind = {far for near in names for far in needs[near]}
                own = {"ClusterLogGroup", "VPCGatewayAttachment"}
                assert not (names & behind) - own, title


def test_an_import_from_elsewhere_stays() -> None:
    data = spec("minimal")
    value = {"Fn::ImportValue": "elsewhere-Arn"}
    patch = [{"op": "add", "path": "/Outputs/Other", "value": {"Value": value}}]
    data["overrides"] = {"cloudformation": [{"stack": "cluster", "patch": patch}]}
    template = one(data)
    assert template["Outputs"]["Other"] == {"Value": value}
    assert template["Outputs"]["VpcId"]["Value"] == {"Ref": "EksVPC"}


def test_a_patch_names_the_stack_as_ever() -> None:
    data = spec("minimal")
    patch = [{"op": "add", "path": "/Resources/Cluster/Properties/ZonalShiftConfig", "value": {"Enabled": True}}]
    data["overrides"] = {"cloudformation": [{"stack": "cluster", "patch": patch}]}
    assert one(data)["Resources"]["Cluster"]["Properties"]["ZonalShiftConfig"] == {"Enabled": True}


def test_too_much_for_one_template_is_refused() -> None:
    data = spec("minimal")
    topic = {"Type": "AWS::SNS::Topic"}
    data["overrides"] = {
        "cloudformation": [
            {
                "stack": stack,
                "patch": [{"op": "add", "path": f"/Resources/{stack}{n}", "value": topic} for n in range(300)],
            }
            for stack in ("network", "cluster")
        ]
    }
    assert compiled(data, "stacks")[1] == []
    (error,) = compiled(data, "single")[1]
    assert error.startswith("BPC425 with everything in one template: 6")


def test_the_trace_names_the_template() -> None:
    output = next(one for one in verify.outputs(str(ROOT / "out")) if one.name == "single")
    assert output.marker["trace"]["single"]["WorkersNodeGroup"] == "nodeGroups.0"
    assert list(output.marker["trace"]) == ["single"]
