"""Resources that a blueprint adds to its stacks: written as they come, and treated like the others."""

from __future__ import annotations

import json
from typing import Any

from bpc import catalogue, pipeline, reference
from parts import compiling

TOPIC: dict[str, Any] = {
    "Type": "AWS::SNS::Topic",
    "DependsOn": "VpcCniAddOn",
    "DeletionPolicy": "Retain",
    "UpdateReplacePolicy": "Retain",
    "Properties": {"TopicName": {"Fn::Sub": "${Cluster}-alarms"}, "KmsMasterKeyId": "alias/aws/sns"},
}


def blueprint(resources: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "base", "region": "eu-west-1"},
        "cloudformation": {"format": "json"},
        "overrides": {"resources": resources},
        **sections,
    }


def compiled(data: dict[str, Any]) -> compiling.Compiled:
    files = compiling.Memory()
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "one.yaml", lambda _: files)
    assert not result.failed, result.diagnostics
    return compiling.Compiled(files, [])


def test_a_resource_is_added_as_it_is_written() -> None:
    made = compiled(blueprint({"cluster": {"AlarmTopic": TOPIC}}))
    resources = made.template("cluster")["Resources"]
    assert resources["AlarmTopic"] == TOPIC
    assert list(resources)[-1] == "AlarmTopic"
    assert "AlarmTopic" not in made.template("nodes")["Resources"]
    assert made.lint() == []


def test_a_patch_reaches_what_was_added() -> None:
    data = blueprint({"cluster": {"AlarmTopic": TOPIC}})
    change = {"op": "replace", "path": "/Resources/AlarmTopic/DeletionPolicy", "value": "Delete"}
    data["overrides"]["cloudformation"] = [{"stack": "cluster", "patch": [change]}]
    assert compiled(data).template("cluster")["Resources"]["AlarmTopic"]["DeletionPolicy"] == "Delete"


def test_its_line_is_known() -> None:
    files = compiling.Memory()
    data = blueprint({"cluster": {"AlarmTopic": TOPIC}})
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "one.yaml", lambda _: files)
    assert result.about["trace"]["cluster"]["AlarmTopic"] == "overrides.resources.cluster.AlarmTopic"


def test_the_deployer_may_make_it() -> None:
    files = compiled(blueprint({"cluster": {"AlarmTopic": TOPIC}})).files
    policies = "".join(text.decode() for path, text in files.items() if "deployer-policy" in path)
    assert "sns:CreateTopic" in policies
    assert "arn:aws:sns:eu-west-1:*:*-alarms" in policies


def test_environments_add_their_own() -> None:
    data = blueprint({"cluster": {"AlarmTopic": TOPIC}})
    more = {"overrides": {"resources": {"cluster": {"Other": {"Type": "AWS::SNS::Topic"}}}}}
    made = compiled({**data, "environments": {"dev": {}, "prod": {"region": "us-east-1", "with": more}}})
    assert "Other" not in made.template("cluster", "dev")["Resources"]
    assert {"AlarmTopic", "Other"} <= set(made.template("cluster", "prod")["Resources"])


def test_it_works_in_one_template() -> None:
    data = blueprint({"cluster": {"AlarmTopic": TOPIC}}, cloudformation={"format": "json", "layout": "single"})
    made = compiled(data)
    assert made.template("base")["Resources"]["AlarmTopic"] == TOPIC
    assert made.lint() == []


def test_help_leads_to_the_field() -> None:
    for path in ("overrides.resources.cluster.Topic.Type", "overrides.resources.cluster"):
        found = reference.find(path)
        assert found
        assert found.path == "overrides.resources"
    own = reference.find("environments.dev.region")
    assert own
    assert own.path == "environments.<name>.region"
    assert reference.find("overrides.resource.cluster") is None


def test_the_schema_names_every_stack_in_both_places() -> None:
    added = reference.find("overrides.resources")
    patched = reference.find("overrides.cloudformation[].stack")
    assert added and patched
    known = {one.name for one in catalogue.stacks()} | {"iam"}
    assert set(added.node["propertyNames"]["enum"]) == set(patched.node["enum"]) == known
