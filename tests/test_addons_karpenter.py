"""Karpenter: its nodes' identity, its permissions, and that every word of a NodePool and an EC2NodeClass arrives."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bpc import catalogue
from bpc.addon import Context
from parts.compiling import Compiled, compiled

ENTRY = catalogue.addon("karpenter")
GROUPS = [{"name": "system", "scaling": {"min": 2, "max": 3}}]
# What must be said with a field so that the object is one that Karpenter takes.
BESIDE = {
    ("nodeClasses", "amiSelectorTerms", "owner"): {"name": "golden"},
    ("nodePools", "disruption", "budgets", "schedule"): {"duration": "8h"},
    ("nodePools", "disruption", "budgets", "duration"): {"schedule": "@daily"},
    ("nodePools", "requirements", "key"): {"operator": "Exists"},
    ("nodePools", "requirements", "operator"): {"values": ["5"]},
    ("nodePools", "requirements", "values"): {"operator": "In"},
    ("nodePools", "requirements", "minValues"): {"operator": "Exists"},
}
FAMILY = {"amiSelectorTerms": {"amiFamily": "AL2023"}}


def made(options: dict[str, Any], **more: Any) -> Compiled:
    sections: dict[str, Any] = {"gitops": {"engine": "flux"}, "nodeGroups": GROUPS} | more
    return compiled(addons={"karpenter": options}, **sections)


def objects(it: Compiled) -> dict[tuple[str, str], dict[str, Any]]:
    files = [text for path, text in it.files.items() if path.startswith("kubernetes/base/karpenter/")]
    found = [one for text in files for one in yaml.safe_load_all(text) if "metadata" in one]
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def statements(it: Compiled) -> list[dict[str, Any]]:
    [policy] = it.resources("addons", "AWS::IAM::Role")["KarpenterRole"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def actions(it: Compiled) -> set[str]:
    return {action for one in statements(it) for action in one["Action"]}


# Every word of a NodePool and of an EC2NodeClass


def leaves(shape: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The fields without fields of their own, by their path without places."""
    inside = shape.get("items", shape)
    for key, one in inside.get("properties", {}).items():
        deeper = list(leaves(one, (*path, key)))
        yield from deeper or [((*path, key), one)]


LEAVES = [one for key in ("nodePools", "nodeClasses") for one in leaves(ENTRY.options[key], (key,))]


def other(shape: dict[str, Any]) -> Any:
    """A value that is not the default."""
    if shape.get("type") == "boolean":
        return not shape.get("default", True)
    if "enum" in shape:
        return next(one for one in reversed(shape["enum"]) if one != shape.get("default"))
    return shape["examples"][0] if "examples" in shape else shape["default"] + 1


def filled(shape: dict[str, Any], path: tuple[str, ...], value: Any, at: tuple[str, ...]) -> Any:
    """The smallest object that has this value there."""
    inside = shape.get("items", shape)
    if path:
        required = [key for key in inside.get("required", ()) if key not in (path[0], "ebs")]
        own = {key: other(inside["properties"][key]) for key in required}
        if "ebs" in inside.get("required", ()) and path[0] != "ebs":
            own["ebs"] = {"volumeSize": "20Gi"}
        own |= BESIDE.get((*at, path[0]), {})
        value = own | {path[0]: filled(inside["properties"][path[0]], path[1:], value, (*at, path[0]))}
        return [value] if "items" in shape else value
    return value


@pytest.mark.parametrize(("path", "shape"), LEAVES, ids=lambda one: ".".join(one) if isinstance(one, tuple) else "")
def test_every_field_changes_the_output(path: tuple[str, ...], shape: dict[str, Any]) -> None:
    key = path[0]
    value = filled({"items": ENTRY.options[key]["items"]}, path[1:], other(shape), (key,))
    usual: list[dict[str, Any]] = [{"name": "default"}]
    if path[1] in FAMILY and path[2] != "alias":
        usual = [usual[0] | FAMILY[path[1]] | {path[1]: [{"name": "other"}]}]
        value[0] |= FAMILY[path[1]]
    if path == (key, "amiFamily"):
        usual = [usual[0] | {"amiFamily": "AL2023", "amiSelectorTerms": [{"name": "other"}]}]
        value[0] |= {"amiSelectorTerms": [{"name": "other"}]}
    if path[1:] != ("name",):
        value[0]["name"] = "default"
    if path[1] == "nodeClass":
        value[0]["nodeClass"] = "second"
    more = {"nodeClasses": [{"name": "default"}, {"name": "second"}]} if path[1] == "nodeClass" else {}
    before, after = made({key: usual} | more), made({key: value} | more)
    assert before.errors == [] and after.errors == [], value
    assert before.files != after.files


# Its nodes


def test_its_nodes_have_the_profile_that_the_class_names_and_a_way_into_the_cluster() -> None:
    it = made({"ssm": True})
    profile = it.resource("addons", "AWS::IAM::InstanceProfile")
    node_class = objects(it)["EC2NodeClass", "default"]["spec"]
    assert node_class["instanceProfile"] == profile["InstanceProfileName"] == "shop-eu-west-1-karpenter-node"
    assert "role" not in node_class
    access = it.resources("addons", "AWS::EKS::AccessEntry")["KarpenterNodeAccess"]
    assert access["Type"] == "EC2_LINUX" and access["PrincipalArn"] == {"Fn::GetAtt": ["KarpenterNodeRole", "Arn"]}
    [handed] = [one for one in statements(it) if one["Action"] == ["iam:PassRole"]]
    assert handed["Resource"] == [{"Fn::GetAtt": ["KarpenterNodeRole", "Arn"]}]
    policies = json.dumps(it.resources("addons", "AWS::IAM::Role")["KarpenterNodeRole"]["ManagedPolicyArns"])
    assert "AmazonSSMManagedInstanceCore" in policies
    assert it.lint() == []


def test_its_nodes_role_has_the_boundary_of_all_roles() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    it = made({}, cloudformation={"permissionsBoundary": boundary})
    roles = it.resources("addons", "AWS::IAM::Role")
    assert {one["PermissionsBoundary"] for one in roles.values()} == {boundary}


def test_it_finds_the_subnets_that_the_network_marks() -> None:
    for network, value in (({}, "shop"), ({"karpenterDiscovery": "shared"}, "shared")):
        it = made({}, network=network)
        tags = [
            {tag["Key"]: tag["Value"] for tag in one["Tags"]}
            for one in it.resources("network", "AWS::EC2::Subnet").values()
        ]
        found = {one.get("karpenter.sh/discovery") for one in tags if "kubernetes.io/role/internal-elb" in one}
        wanted = objects(it)["EC2NodeClass", "default"]["spec"]["subnetSelectorTerms"]
        assert found == {value} and wanted == [{"tags": {"karpenter.sh/discovery": value}}]


def test_volumes_are_encrypted_and_a_key_stays_out_of_the_manifests_account() -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
    volume = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": "9Gi", "kmsKeyID": key}}
    it = made({"nodeClasses": [{"name": "default", "blockDeviceMappings": [volume]}]})
    [found] = objects(it)["EC2NodeClass", "default"]["spec"]["blockDeviceMappings"]
    assert found["ebs"]["encrypted"] is True and found["ebs"]["kmsKeyID"] == key.rpartition("/")[2]
    assert any(one["Resource"] == [key] for one in statements(it))
    usual = objects(made({"nodeClasses": [{"name": "a", "amiSelectorTerms": [{"alias": "bottlerocket@latest"}]}]}))
    volumes = usual["EC2NodeClass", "a"]["spec"]["blockDeviceMappings"]
    assert [one["deviceName"] for one in volumes] == ["/dev/xvda", "/dev/xvdb"]
    assert all(one["ebs"]["encrypted"] for one in volumes)


# What it may do, and hears of


def test_the_queue_hears_of_five_things_and_can_be_left_out() -> None:
    it = made({})
    assert len(it.resources("addons", "AWS::Events::Rule")) == 5
    queue = it.resource("addons", "AWS::SQS::Queue")["QueueName"]
    settings = objects(it)["HelmRelease", "karpenter"]["spec"]["values"]["settings"]
    assert settings == {"clusterName": "shop", "isolatedVPC": False, "interruptionQueue": queue}
    without = made({"interruptionQueue": False})
    assert not without.resources("addons", "AWS::SQS::Queue")
    assert not [one for one in actions(without) if one.startswith("sqs:")]
    assert "interruptionQueue" not in objects(without)["HelmRelease", "karpenter"]["spec"]["values"]["settings"]


def test_it_changes_only_machines_of_its_own_cluster() -> None:
    for one in statements(made({})):
        changed = [each for each in one["Action"] if not each.partition(":")[2].startswith(("Describe", "Get", "List"))]
        if any(each.startswith("ec2:") for each in changed) and one.get("Sid") != "StartsNodesFromWhatOthersMade":
            tags = one["Condition"]["StringEquals"]
            assert any(key.endswith("Tag/kubernetes.io/cluster/shop") for key in tags), one["Action"]
    assert not [one for one in actions(made({})) if one.startswith(("iam:Create", "iam:Delete"))]


def test_a_private_network_has_no_way_to_prices_and_iam() -> None:
    options = {key: one["default"] for key, one in ENTRY.options.items() if "default" in one}
    alone = Context("shop", "eu-west-1", "aws", "1.35", options, True, False, 3)
    told = ENTRY.chart_values(alone, "karpenter")
    assert told["settings"]["isolatedVPC"] is True
    allowed = {one.action for each in ENTRY.policy(alone) for one in each.properties["Action"]}
    assert not {"GetProducts", "ListInstanceProfiles"} & allowed and "CreateFleet" in allowed
    assert set(ENTRY.endpoints) == {"ec2", "eks", "sqs", "ssm"}
    # The chart itself has to come from somewhere.
    network = {"topology": "private", "endpoints": ["private-cluster"]}
    assert made({}, network=network).errors == ["BPC404"]


def test_both_charts_have_one_version_and_one_brings_the_definitions() -> None:
    found = objects(made({"version": "1.13.0"}))
    assert {found["OCIRepository", one]["spec"]["ref"]["tag"] for one in ("karpenter", "karpenter-crd")} == {"1.13.0"}
    crds = {one: found["HelmRelease", one]["spec"]["install"]["crds"] for one in ("karpenter", "karpenter-crd")}
    assert crds == {"karpenter": "Skip", "karpenter-crd": "CreateReplace"}
    assert found["HelmRelease", "karpenter"]["spec"]["dependsOn"] == [{"name": "karpenter-crd"}]
    argo = objects(made({}, gitops={"engine": "argocd"}))
    assert argo["Application", "karpenter"]["spec"]["source"]["helm"]["skipCrds"] is True
    assert "skipCrds" not in argo["Application", "karpenter-crd"]["spec"]["source"]["helm"]


def test_one_node_has_one_controller() -> None:
    one = objects(made({}, nodeGroups=[{"name": "system", "scaling": {"min": 1, "max": 1}}]))
    assert one["HelmRelease", "karpenter"]["spec"]["values"]["replicas"] == 1
    assert "replicas" not in objects(made({}))["HelmRelease", "karpenter"]["spec"]["values"]


# What cannot be together

ALIAS = {"alias": "al2023@latest"}


@pytest.mark.parametrize(
    "options",
    [
        {"nodePools": [{"name": "a", "nodeClass": "b"}]},
        {"nodePools": [{"name": "a"}, {"name": "a"}]},
        {"nodeClasses": [{"name": "a"}, {"name": "a"}]},
        {"nodePools": [{"name": "a", "requirements": [{"key": "b", "operator": "In"}]}]},
        {"nodePools": [{"name": "a", "requirements": [{"key": "b", "operator": "Exists", "values": ["c"]}]}]},
        {"nodePools": [{"name": "a", "requirements": [{"key": "b", "operator": "Gt", "values": ["c"]}]}]},
        {
            "nodePools": [
                {"name": "a", "requirements": [{"key": "b", "operator": "In", "values": ["c"], "minValues": 2}]}
            ]
        },
        {"nodePools": [{"name": "a", "disruption": {"budgets": [{"nodes": "1", "duration": "1h"}]}}]},
        {"nodeClasses": [{"name": "a", "amiSelectorTerms": [ALIAS, {"name": "b"}]}]},
        {"nodeClasses": [{"name": "a", "amiSelectorTerms": [{"name": "b"}]}]},
        {"nodeClasses": [{"name": "a", "amiFamily": "Bottlerocket", "amiSelectorTerms": [ALIAS]}]},
        {"nodeClasses": [{"name": "a", "amiFamily": "AL2023", "amiSelectorTerms": [{"owner": "self"}]}]},
        {
            "nodeClasses": [
                {"name": "a", "amiFamily": "AL2023", "amiSelectorTerms": [{"name": "b", "ssmParameter": "/c"}]}
            ]
        },
        {
            "nodeClasses": [
                {
                    "name": "a",
                    "blockDeviceMappings": [
                        {"deviceName": one, "rootVolume": True, "ebs": {"volumeSize": "9Gi"}}
                        for one in ("/dev/xvda", "/dev/xvdb")
                    ],
                }
            ]
        },
    ],
)
def test_what_the_cluster_would_refuse_is_refused(options: dict[str, Any]) -> None:
    assert made(copy.deepcopy(options)).errors == ["BPC981"]


def test_it_needs_a_place_of_its_own() -> None:
    assert "BPC981" in compiled(addons={"karpenter": {}}, gitops={"engine": "flux"}, nodeGroups=[]).errors
    assert (
        made(
            {},
            nodeGroups=[],
            fargateProfiles=[{"name": "system", "selectors": [{"namespace": "kube-system"}]}],
            environments={"live": {"account": "111122223333"}},
        ).errors
        == []
    )


def test_subnets_of_others_have_to_be_named() -> None:
    network = {
        "existing": {
            "vpcId": "vpc-0123456789abcdef0",
            "privateSubnetIds": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        }
    }
    assert made({}, network=network).errors == ["BPC981"]
    named = [{"name": "default", "subnetSelectorTerms": [{"tags": {"tier": "nodes"}}]}]
    assert made({"nodeClasses": named}, network=network).errors == []
