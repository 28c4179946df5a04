"""Every field that the schema accepts changes the output: nothing is only parsed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from bpc import pipeline, reference
from bpc.verify import TEMPLATE
from parts import fields, schemas
from parts.memory import Memory


def compiled(data: Any) -> tuple[Memory, list[str]]:
    output = Memory()
    # JSON is YAML, so this is the way of every blueprint.
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "base.yaml", lambda _: output, beside=fields.BESIDE)
    return output, [one.rule.code for one in result.diagnostics if one.rule.severity == "error"]


@pytest.mark.parametrize(
    "field",
    [one for one in (*fields.LEAVES, *fields.OPTIONS) if one.path not in fields.SINGLE],
    ids=lambda one: one.path,
)
def test_field_changes_the_output(field: reference.Field) -> None:
    before, after = fields.pair(field)
    assert before != after
    (old, complaints), (new, refused) = compiled(before), compiled(after)
    if field.path in fields.REFUSED:
        assert refused
        return
    assert (complaints, refused) == ([], [])
    assert old != new


@pytest.mark.parametrize("path", fields.SINGLE)
def test_field_with_one_value_takes_no_other(path: str) -> None:
    found = reference.find(path)
    assert found
    assert len(found.node["enum"]) == 1


def test_every_role_has_the_permissions_boundary() -> None:
    data = copy.deepcopy(fields.BASE)
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    data["cloudformation"] = {"permissionsBoundary": boundary, "format": "json"}
    data["addons"] = {"cluster-autoscaler": {}, "aws-ebs-csi-driver": {}}
    output, complaints = compiled(data)
    assert complaints == []
    templates = [json.loads(content) for path, content in output.items() if TEMPLATE.fullmatch(path)]
    roles = [one for made in templates for one in made["Resources"].values() if one["Type"] == "AWS::IAM::Role"]
    assert len(roles) > 10
    assert {one["Properties"].get("PermissionsBoundary") for one in roles} == {boundary}


def test_the_platforms_tags_are_on_every_resource_that_takes_tags() -> None:
    """Which types take tags, and in which property, is what AWS's own resource schemas say."""
    data = copy.deepcopy(fields.BASE)
    data["metadata"]["tags"] = {"team": "platform"}
    data["network"] = {"topology": "public-private", "nat": "per-zone"}
    data["addons"] = {"aws-ebs-csi-driver": {}, "aws-node-termination-handler": {}, "cluster-autoscaler": {}}
    alone = copy.deepcopy(data) | {"network": {"topology": "private"}, "nodeGroups": [{"name": "a"}], "overrides": {}}
    alone["addons"] = {"aws-ebs-csi-driver": {}}
    seen = set()
    for one in (data, alone):
        one["cloudformation"] = {"format": "json"}
        output, complaints = compiled(one)
        assert complaints == []
        for path, content in output.items():
            for title, made in json.loads(content)["Resources"].items() if TEMPLATE.fullmatch(path) else ():
                body = schemas.schema(made["Type"], "us-west-2").body
                tagging = body.get("tagging", {"taggable": body.get("taggable", "Tags" in body["properties"])})
                if tagging.get("taggable"):
                    where = tagging.get("tagProperty", "/properties/Tags").rpartition("/")[2]
                    assert "platform" in json.dumps(made["Properties"].get(where)), f"{path}: {title} lacks {where}"
                    seen.add(made["Type"])
    assert len(seen) >= 20
