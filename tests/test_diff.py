"""`bpc diff` says what CloudFormation would do: over real pairs of compiled blueprints, against the provider schemas,
against what docs/updates.md says, and against CloudFormation as moto plays it.
"""

from __future__ import annotations

import copy
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import test_updates as updates
from bpc import pipeline
from bpc.cli import main
from bpc.difference import compare, dangers, machine, markdown, text, unused, words
from bpc.difference.direct import leaves
from bpc.difference.shapes import ABSENT, Change, Changes, Difference
from bpc.difference.sides import Side, side
from bpc.difference.values import HIDDEN, Scope, holds, references, resolved
from parts import fields
from parts.cloudformation import Account, Refused
from parts.memory import Memory

ROOT = Path(__file__).resolve().parent.parent
# Without the environment that only the page's blueprint needs.
SPEC: dict[str, Any] = {key: value for key, value in updates.BLUEPRINT.items() if key != "environments"}
Edit = Callable[[dict[str, Any]], object]


def compiled(blueprint: dict[str, Any], shown: str = "demo", only: str = "") -> Side:
    memory = Memory()
    result = pipeline.compile_blueprint(
        json.dumps(blueprint).encode(), "demo.yaml", lambda _: memory, only, beside=fields.BESIDE
    )
    assert not result.failed, result.diagnostics
    return side(shown, result.about["environments"], memory, only)


def edited(edit: Edit) -> dict[str, Any]:
    blueprint = copy.deepcopy(SPEC)
    edit(blueprint)
    return blueprint


def difference(after: Edit, before: Edit = lambda _: None) -> Difference:
    return compare(compiled(edited(before), "old"), compiled(edited(after), "new"))


def changes(after: Edit, before: Edit = lambda _: None) -> Changes:
    return difference(after, before).environments.get("default", Changes())


def by_title(found: Changes) -> dict[str, Change]:
    return {one.title: one for one in found.resources}


def codes(change: Change | Changes) -> list[str]:
    return [one.rule.code for one in change.findings]


# What happens


@pytest.fixture(scope="module")
def base() -> Side:
    return compiled(updates.BLUEPRINT)


@pytest.mark.parametrize("case", [*updates.CHANGES, *updates.VARIANTS])
def test_it_says_what_the_page_says(case: str, base: Side) -> None:
    """The other planner, that of test_updates.py, was written apart from this one."""
    value = updates.CHANGES.get(case, updates.VARIANTS.get(case))
    after = updates.changed(case, value)
    wanted = updates.happens(updates.base()[0], updates.compiled(after)[0])
    agree(wanted, compare(base, compiled(after)).environments.get("prod", Changes()))


def agree(wanted: dict[str, str], found: Changes) -> None:
    """The planner of the page, and ours."""
    ours = by_title(found)
    verdicts = {
        "replaces": {"replaced"},
        # Or EKS refuses what CloudFormation would change.
        "refused": {"replaced", "changed"},
        "adds or removes": {"added", "removed"},
        # A change set does not tell a group that is made anew from one whose nodes are.
        "rolls": {"changed", "may be replaced"},
        "restarts": {"may be replaced"},
        "in place": {"changed"},
    }
    assert {title: words.verdict(ours[title]) in verdicts[what] for title, what in wanted.items()} == dict.fromkeys(
        wanted, True
    )
    # What the other one does not see is what only follows from a change, in another stack or in place.
    own = {title for title, one in ours.items() if not one.details or direct(one)}
    assert own <= set(wanted)
    refused = {title for title, one in ours.items() if {"BPC512", "BPC513", "BPC524"} & set(codes(one))}
    assert {title for title, what in wanted.items() if what == "refused"} & own == refused & own


def direct(change: Change) -> bool:
    return any(one.source in ("DirectModification", "ParameterReference") for one in change.details)


REPLACES: dict[str, tuple[Edit, str, str, list[str]]] = {
    "another capacity": (
        lambda one: one["nodeGroups"][0].update(capacity="spot"),
        "WorkersNodeGroup",
        "CapacityType: ON_DEMAND → SPOT",
        ["BPC512"],
    ),
    "another service network": (
        lambda one: one["cluster"].update(serviceCidr="172.20.0.0/16"),
        "Cluster",
        "KubernetesNetworkConfig.ServiceIpv4Cidr: 10.100.0.0/16 → 172.20.0.0/16",
        ["BPC512", "BPC510", "BPC513"],
    ),
    "another subnet": (
        lambda one: one["network"]["subnets"].update(private=["10.0.2.0/24", "10.0.5.0/24"]),
        "PrivateSubnet2",
        "CidrBlock: 10.0.3.0/24 → 10.0.5.0/24 (parameter PrivateSubnet2Block)",
        ["BPC510", "BPC513"],
    ),
    "another key pair": (
        lambda one: one["bastion"].update(keyName="b"),
        "BastionHost",
        "KeyName: a → b (parameter KeyName)",
        [],
    ),
    "other subnets for a group": (
        lambda one: one["nodeGroups"][0].update(subnets="public"),
        "WorkersNodeGroup",
        "Subnets.0: demo-network-PrivateSubnet1Id → demo-network-PublicSubnet1Id",
        ["BPC512"],
    ),
}


@pytest.mark.parametrize("name", REPLACES)
def test_what_is_replaced(name: str) -> None:
    edit, title, why, found = REPLACES[name]
    change = by_title(changes(edit))[title]
    assert (change.action, change.replacement) == ("Modify", "True")
    assert words.details(change)[0] == why
    assert codes(change) == found


def test_a_group_of_another_name_comes_and_the_old_one_goes() -> None:
    found = by_title(changes(lambda one: one["nodeGroups"][0].update(name="others", capacity="spot")))
    assert words.verdict(found["OthersNodeGroup"]) == "added" and words.verdict(found["WorkersNodeGroup"]) == "removed"
    assert found["WorkersNodeRole"].renamed == "OthersNodeRole", "the role says the same under another logical ID"
    assert found["OthersNodeRole"].renamed == "WorkersNodeRole"
    assert found["WorkersNodeGroup"].renamed == ""


def test_a_larger_disk_rolls_the_nodes() -> None:
    found = by_title(changes(lambda one: one["nodeGroups"][0].update(disk={"size": 99})))
    assert {title: words.verdict(one) for title, one in found.items()} == {
        "WorkersLaunchTemplate": "changed",
        "WorkersNodeGroup": "changed",
    }
    assert words.details(found["WorkersNodeGroup"]) == [
        "LaunchTemplate.Version: because WorkersLaunchTemplate.LatestVersionNumber changes"
    ]
    assert words.remarks(found["WorkersNodeGroup"]) == ["EKS replaces the nodes step by step"]


def test_a_new_version_is_in_place_and_two_at_once_are_refused() -> None:
    one_up = by_title(changes(lambda one: one["cluster"].update(version="1.36")))["Cluster"]
    assert (one_up.replacement, codes(one_up)) == ("False", [])
    two_up = changes(
        lambda one: one["cluster"].update(version="1.36"), lambda one: one["cluster"].update(version="1.34")
    )
    assert codes(by_title(two_up)["Cluster"]) == ["BPC517"]


def test_a_replacement_spreads_within_a_stack_and_across_stacks() -> None:
    found = by_title(changes(lambda one: one["network"].update(cidr="10.0.0.0/20")))
    assert words.details(found["PublicSubnet1"]) == ["VpcId: because EksVPC is replaced"]
    group = found["WorkersNodeGroup"]
    assert (group.stack, group.replacement) == ("nodes", "True")
    assert words.details(group)[0] == "Subnets.0: because PrivateSubnet1 is replaced"
    cluster = found["Cluster"]
    assert cluster.replacement == "False", "a cluster's subnets are changed in place"
    assert cluster.details[0].source == "ResourceReference"
    assert codes(found["VPCGatewayAttachment"]) == ["BPC514"]


def test_what_follows_a_refused_cluster_is_not_refused_for_a_name_of_its_own() -> None:
    found = by_title(changes(lambda one: one["cluster"].update(serviceCidr="172.20.0.0/16")))
    assert found["WorkersNodeGroup"].replacement == "True"
    assert codes(found["WorkersNodeGroup"]) == []


def test_a_parameter_is_named_and_that_a_stack_keeps_its_value() -> None:
    found = changes(lambda one: one["nodeGroups"][0].update(scaling={"max": 9}))
    assert [(one.title, one.before, one.after) for one in found.parameters] == [("WorkersMaxSize", "4", "9")]
    assert codes(found) == ["BPC519"]
    [detail] = by_title(found)["WorkersNodeGroup"].details
    assert (detail.source, detail.cause, detail.recreation) == ("ParameterReference", "WorkersMaxSize", "Never")


def test_a_host_may_be_replaced_when_its_script_changes() -> None:
    found = by_title(changes(lambda one: one["bastion"].update(timezone="Asia/Seoul")))["BastionHost"]
    assert words.verdict(found) == "may be replaced"
    assert words.remarks(found) == ["an EBS-backed host is stopped and started instead"]


def test_a_bastion_that_goes_is_still_imported() -> None:
    found = changes(lambda one: one["bastion"].clear() or one["bastion"].update(enabled=False))
    host = by_title(found)["BastionHost"]
    assert words.verdict(host) == "removed"
    assert codes(by_title(found)["BastionSecurityGroup"]) == ["BPC518"]
    assert "update cluster first" in by_title(found)["BastionSecurityGroup"].findings[0].message
    assert "BPC523" in codes(found), "nobody deletes the stack but its owner"


def test_data_that_goes_is_dear_and_protection_is_named() -> None:
    before = compiled(edited(lambda one: one["cluster"].pop("secretsEncryption")))
    found = compare(before, Side("none", {})).environments["default"]
    titles = by_title(found)
    assert codes(titles["Cluster"]) == ["BPC522", "BPC511", "BPC518"]
    assert "BPC511" in codes(titles["SecretsKey"]) and "BPC511" in codes(titles["ClusterLogGroup"])
    assert codes(titles["WorkersNodeGroup"]) == []


def test_another_name_is_another_platform() -> None:
    found = changes(lambda one: one["metadata"].update(name="other"))
    assert "BPC520" in codes(found)
    assert {words.verdict(one) for one in found.resources} == {"added", "removed"}


# What no blueprint of ours shows: templates written for it

HEAD = "AWSTemplateFormatVersion: '2010-09-09'\n"


def stacks(*bodies: str) -> Side:
    files = {
        f"cloudformation/default/{10 * number}-{'abc'[number - 1]}.yaml": (HEAD + body).encode()
        for number, body in enumerate(bodies, 1)
    }
    return side("x", {"default": {"name": "p", "region": "eu-west-1"}}, files)


def between(old: str, new: str) -> dict[str, Change]:
    return by_title(compare(stacks(old), stacks(new)).environments.get("default", Changes()))


def one(body: str) -> str:
    return f"Resources:\n  A: {body}\n"


def test_another_type_under_one_name() -> None:
    found = between(one("{Type: 'AWS::SNS::Topic'}"), one("{Type: 'AWS::SQS::Queue'}"))["A"]
    assert codes(found) == ["BPC515"]


def test_a_type_that_nobody_knows() -> None:
    new = one("{Type: 'AWS::New::Thing', Properties: {Size: 2}}")
    found = between(new.replace("2", "1"), new)["A"]
    assert (found.replacement, codes(found)) == ("Unknown", ["BPC516"])


def test_what_is_kept_is_not_dear() -> None:
    gone = "Resources:\n  B: {Type: 'AWS::SNS::Topic'}\n"
    old = gone + "  A: {Type: 'AWS::S3::Bucket', DeletionPolicy: %s}\n"
    assert codes(between(old % "Retain", gone)["A"]) == []
    assert codes(between(old % "Delete", gone)["A"]) == ["BPC511"]
    assert words.remarks(between(old % "Retain", gone)["A"]) == ["the old one is kept: Retain"]


def test_a_renamed_logical_id_says_so_through_its_references() -> None:
    topic = "Resources:\n  {0}: {{Type: 'AWS::SNS::Topic', Properties: {{DisplayName: x}}}}\n"
    policy = (
        "  {1}: {{Type: 'AWS::SNS::Subscription', Properties: {{Protocol: sqs, TopicArn: !Ref {0}, Endpoint: 'e'}}}}\n"
    )
    found = between((topic + policy).format("A", "B"), (topic + policy).format("C", "D"))
    assert {title: change.renamed for title, change in found.items()} == {"A": "C", "B": "D", "C": "A", "D": "B"}


def test_dependence_alone_changes_nothing_and_metadata_nothing_that_runs() -> None:
    topics = "Resources:\n  A: {Type: 'AWS::SNS::Topic'%s}\n  B: {Type: 'AWS::SNS::Topic'}\n"
    assert between(topics % "", topics % ", DependsOn: B") == {}
    found = between(topics % "", topics % ", Metadata: {x: y}")["A"]
    assert (found.replacement, found.scope, words.remarks(found)) == (
        "False",
        ("Metadata",),
        ["its Metadata changes"],
    )


def test_a_reference_in_a_substitution_spreads() -> None:
    template = """Resources:
  Group: {{Type: 'AWS::EC2::SecurityGroup', Properties: {{GroupDescription: {0}}}}}
  Label: {{Type: 'AWS::SSM::Parameter', Properties: {{Type: String, Value: !Sub 'x-${{Group.GroupId}}'}}}}
  Other: {{Type: 'AWS::SSM::Parameter', Properties: {{Type: String, Value: !GetAtt Label.Value}}}}
  Apart: {{Type: 'AWS::SSM::Parameter', DependsOn: Group, Properties: {{Type: String, Value: x}}}}
"""
    found = between(template.format("a"), template.format("b"))
    assert {title: words.verdict(change) for title, change in found.items()} == {
        "Group": "replaced",
        "Label": "changed",
        "Other": "changed",
    }
    assert found["Label"].details[0].cause == "Group.GroupId"


def test_equal_values_said_in_another_way_are_no_change() -> None:
    plain = one("{Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: a-2}}")
    long = """Parameters: {P: {Type: Number, Default: 2}}
Conditions: {C: !Equals [!Ref P, '2']}
Mappings: {M: {k: {v: a}}}
Resources:
  A:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !If [C, !Join ['-', [!FindInMap [M, k, v], !Ref P]], other]
"""
    assert between(plain, long) == {}
    assert "A" in between(plain, long.replace("Default: 2", "Default: 3"))


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ({"Fn::Not": [{"Condition": "Yes"}]}, False),
        ({"Fn::And": [{"Condition": "Yes"}, {"Condition": "Open"}]}, None),
        ({"Fn::Or": [{"Condition": "Yes"}, {"Condition": "Open"}]}, True),
        ({"Condition": "Round"}, None),
    ],
)
def test_conditions(condition: Any, wanted: bool | None) -> None:
    known = {
        "Yes": {"Fn::Equals": ["a", "a"]},
        "Open": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "1"]},
        "Round": {"Condition": "Round"},
    }
    assert holds(condition, Scope({}, {}, {}, known)) is wanted


def test_a_secret_is_compared_and_never_shown() -> None:
    template = """Parameters: {{Password: {{Type: String, NoEcho: true, Default: {0}}}}}
Resources:
  A: {{Type: 'AWS::RDS::DBInstance', Properties: {{MasterUserPassword: !Ref Password, MasterUsername: {1}}}}}
"""
    found = compare(stacks(template.format("hunter2", "a")), stacks(template.format("hunter3", "b")))
    said = "".join(line for _, line in text.lines(found)) + markdown.text(found) + machine.text(found, [])
    assert "MasterUserPassword" in said
    assert "hunter" not in said
    assert HIDDEN not in said


def test_what_refers_to_what() -> None:
    scope = Scope({"P": {"Default": "x"}}, {"AWS::Region": "r"}, {}, {})
    node = resolved({"A": {"Fn::Sub": "${P}-${AWS::Region}-${B.Arn}-${!No}"}, "C": [{"Ref": "D"}]}, scope)
    assert node["A"] == {"Fn::Sub": "x-r-${B.Arn}-${!No}"}
    assert [(".".join(path), one.kind, one.target) for path, one in references(node)] == [
        ("A", "GetAtt", "B"),
        ("C.0", "Ref", "D"),
    ]


def test_tags_are_told_apart_by_their_keys() -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert list(leaves({"Tags": tags}, {"Tags": tags[1:]})) == [(("Tags", "a"), "1", ABSENT)]
    assert list(leaves({"Tags": tags}, {"Tags": tags[::-1]})) == []


def test_what_eks_refuses_though_the_schema_does_not() -> None:
    found = changes(
        lambda one: one["cluster"].update(authentication="api-and-config-map"),
        lambda one: one["cluster"].update(authentication="api"),
    )
    assert codes(by_title(found)["Cluster"]) == ["BPC524"]
    forth = changes(lambda one: one["cluster"].update(authentication="api"))
    assert codes(by_title(forth)["Cluster"]) == []
    group = """Resources:
  T: {{Type: 'AWS::EC2::LaunchTemplate', Properties: {{LaunchTemplateName: {0}, LaunchTemplateData: {{}}}}}}
  G: {{Type: 'AWS::EKS::Nodegroup', Properties: {{NodegroupName: g, ClusterName: c{1}}}}}
"""
    own = ", LaunchTemplate: {Id: !Ref T}"
    assert codes(between(group.format("a", own), group.format("b", own))["G"]) == ["BPC524"]
    assert codes(between(group.format("a", ""), group.format("a", own))["G"]) == ["BPC524"]


def test_an_export_that_goes_without_its_resource() -> None:
    first = "Resources:\n  A: {{Type: 'AWS::SNS::Topic'}}\nOutputs:\n  O: {{Value: {0}, Export: {{Name: {1}}}}}\n"
    second = "Resources:\n  B: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: !ImportValue x}}\n"
    old = stacks(first.format("!Ref A", "x"), second)
    for other in (first.format("!Ref A", "y"), first.format("1", "x")):
        found = compare(old, stacks(other, second)).environments.get("default", Changes())
        assert codes(found) == ["BPC513"], "nothing of the resource itself has changed"


def test_what_is_conditional_or_no_value_is_not_there() -> None:
    plain = "Conditions: {Never: !Equals [a, b]}\nResources:\n  A: {Type: 'AWS::SNS::Topic'}\n"
    none = plain.replace("'}", "', Properties: {DisplayName: !If [Never, x, !Ref 'AWS::NoValue']}}")
    assert between(plain, none + "  B: {Type: 'AWS::SNS::Topic', Condition: Never}\n") == {}


ODD: list[Any] = [None, [], {}, 1, "x", [[]], {"Ref": []}, {"Fn::GetAtt": 1}, {"Fn::GetAtt": [1]}, {"Fn::Sub": [1]}]
ODD += [
    {"Fn::If": []},
    {"Fn::Select": ["9", []]},
    {"Fn::FindInMap": None},
    {"Fn::Join": [1, 2]},
    {"Fn::ImportValue": {}},
]
ODD += [{"Fn::ImportValue": {}}, {"Fn::Equals": 1}, {"Condition": {}}, {"Fn::Sub": "${}${ }${!}${A.}"}]


@pytest.mark.parametrize("odd", ODD, ids=json.dumps)
def test_odd_templates_are_compared_all_the_same(odd: Any) -> None:
    def template(value: Any) -> str:
        resource = {"Type": "AWS::EKS::Nodegroup", "Properties": {"ClusterName": value, "Tags": value}}
        return json.dumps(
            {
                "Parameters": {"P": {"Type": "String", "Default": value}},
                "Mappings": {"M": value},
                "Conditions": {"C": value},
                "Resources": {
                    "A": resource,
                    "B": {"Type": value, "Properties": value, "Condition": value},
                    "C": {"Type": "AWS::SNS::Topic", "Condition": "C", "DeletionPolicy": value},
                },
                "Outputs": {"O": {"Value": value, "Export": {"Name": value}, "Condition": "C"}},
            }
        )

    for old, new in ((template("a"), template(odd)), (template(odd), template("a")), (template(odd), template(odd))):
        found = compare(bare(old), bare(new))
        said = [*text.lines(found), markdown.text(found), machine.text(found, dangers(found, ()))]
        assert said


def bare(text_of_one: str) -> Side:
    files = {"cloudformation/default/10-a.yaml": text_of_one.encode()}
    return side("x", {"default": {"name": "p", "region": "eu-west-1"}}, files)


# Manifests


def test_objects_of_the_overlays() -> None:
    found = changes(lambda one: one["addons"]["cluster-autoscaler"].update(expander="random"))
    assert [(one.action, one.kind, one.name) for one in found.objects] == [
        ("Modify", "Deployment", "cluster-autoscaler")
    ]
    assert "spec.template.spec.containers" in found.objects[0].paths[0]
    gone = changes(lambda one: one["addons"].pop("cluster-autoscaler"))
    assert {one.action for one in gone.objects} == {"Remove"}


def gitops(revision: str = "main", replicas: int = 2, merged: int = 5) -> Side:
    head = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "demo", "region": updates.REGION}}
    merge = f"{{apiVersion: v1, kind: A, metadata: {{name: a}}, spec: {{minReadySeconds: {merged}}}}}"
    patches = [
        {"target": {"kind": "Deploy.*"}, "patch": f"- {{op: replace, path: /spec/replicas, value: {replicas}}}"},
        {"target": {"kind": "Deployment"}, "patch": merge},
    ]
    wanted = {"engine": "flux", "repository": "https://github.com/example/platform", "revision": revision}
    addons = {"metrics-server": {"source": "manifests", "patches": patches}, "keda": {}}
    return compiled({**head, "nodeGroups": [{"name": "a"}], "addons": addons, "gitops": wanted})


@pytest.mark.parametrize(
    ("new", "objects"),
    [
        (gitops(), []),
        (gitops(revision="next"), [("GitRepository", "demo", ("spec.ref.branch",))]),
        (gitops(replicas=3), [("Deployment", "metrics-server", ("spec.replicas",))]),
        (gitops(merged=6), [("Kustomization", "base/metrics-server", ("patches.0.patch",))]),
    ],
)
def test_what_the_engine_is_told_and_what_patches_change(new: Side, objects: list[Any]) -> None:
    found = compare(gitops(), new).environments
    changed = found["default"].objects if found else []
    assert [(one.kind, one.name, one.paths) for one in changed] == objects


def test_a_selector_cannot_change() -> None:
    old, new = compiled(SPEC), compiled(SPEC)
    path = "kubernetes/base/cluster-autoscaler/deployment.yaml"
    environment = new.environments["default"]
    content = environment.files[path].replace(b"matchLabels:\n", b"matchLabels:\n      extra: label\n", 1)
    assert content != environment.files[path]
    other = environment.replace(files={**environment.files, path: content})
    found = compare(old, Side("new", {"default": other})).environments["default"]
    assert found.objects[0].fixed == ("spec.selector",)
    assert codes(found) == ["BPC521"]


def test_an_environment_has_its_own_objects() -> None:
    def with_environments(time: int) -> Side:
        autoscaler = {"addons": {"cluster-autoscaler": {"scaleDownUnneededMinutes": time}}}
        places = {"dev": {"account": "111122223333"}, "prod": {"account": "444455556666", "with": autoscaler}}
        head = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "demo", "region": updates.REGION}}
        return compiled(
            {**head, "nodeGroups": [{"name": "a"}], "addons": {"cluster-autoscaler": {}}, "environments": places}
        )

    found = compare(with_environments(5), with_environments(6))
    assert list(found.environments) == ["prod"]
    assert [one.name for one in found.environments["prod"].objects] == ["cluster-autoscaler"]


# What is allowed


def test_dangers_and_what_is_allowed() -> None:
    found = difference(lambda one: one["cluster"].update(serviceCidr="172.20.0.0/16"))
    assert {one.path for _, one in dangers(found, ())} == {("cluster", "Cluster")}
    for pattern in ("Cluster", "cluster/Cluster", "default/cluster/Cluster", "default/*", "*"):
        assert dangers(found, [pattern]) == []
        assert unused(found, [pattern]) == []
    assert dangers(found, ["cluster"]) and unused(found, ["cluster", "Cluster"]) == ["cluster"]


def test_the_deployer_needs_other_permissions() -> None:
    assert "BPC525" in codes(changes(lambda one: one.pop("bastion")))
    assert "BPC525" not in codes(changes(lambda one: one["nodeGroups"][0].update(labels={"a": "b"})))


def test_a_change_that_loses_nothing_is_no_danger() -> None:
    assert dangers(difference(lambda one: one["bastion"].update(keyName="b")), ()) == []


# The command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compiled blueprint, as it is committed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(tmp_path, lambda _: None)
    assert main(["compile", "demo.yaml"]) == 0
    return tmp_path


def write(folder: Path, edit: Edit, name: str = "demo.yaml") -> None:
    (folder / name).write_text(json.dumps(edited(edit)), encoding="utf-8")


def test_a_blueprint_against_its_output(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["diff", "demo.yaml"]) == 0
    assert capsys.readouterr().out == "out/demo → demo.yaml\nno difference\n"
    write(here, lambda one: one["nodeGroups"][0].update(capacity="spot", labels={"a": "b"}))
    assert main(["diff", "demo.yaml"]) == 3
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "out/demo → demo.yaml",
        "",
        "default: 1 replaced",
        "  replaced         nodes/WorkersNodeGroup (AWS::EKS::Nodegroup): CapacityType: ON_DEMAND → SPOT; and 1 more",
        "                   error BPC512: the update fails: the old one still has NodegroupName workers [name-taken]",
    ]
    assert "nodes/WorkersNodeGroup" in said.err
    assert main(["diff", "demo.yaml", "--allow", "WorkersNodeGroup", "--allow", "Nothing"]) == 0
    assert "--allow Nothing allows nothing" in capsys.readouterr().err
    assert not (here / "out/demo.yaml").exists()


def test_two_folders_and_a_folder_with_a_blueprint(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, lambda one: one["cluster"].update(upgradePolicy="extended"), "new.yaml")
    assert main(["compile", "new.yaml", "-o", "other"]) == 0
    capsys.readouterr()
    seen = []
    for sides in (["out", "other/demo"], ["out/demo", "new.yaml"], ["demo.yaml", "new.yaml"]):
        assert main(["diff", *sides]) == 0
        seen.append(capsys.readouterr().out.splitlines()[1:])
    assert seen[0] == seen[1] == seen[2]
    assert "Cluster (AWS::EKS::Cluster): UpgradePolicy.SupportType: STANDARD → EXTENDED" in seen[0][-1]


def test_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, lambda one: one["nodeGroups"][0].update(capacity="spot"))
    capsys.readouterr()
    assert main(["diff", "demo.yaml", "--format", "json"]) == 3
    found = json.loads(capsys.readouterr().out)
    [change] = found["environments"][0]["resourceChanges"]
    assert change["replacement"] == "True" and change["policyAction"] == "ReplaceAndDelete"
    assert change["details"] == [
        {
            "target": {
                "path": "/Properties/CapacityType",
                "requiresRecreation": "Always",
                "beforeValue": "ON_DEMAND",
                "afterValue": "SPOT",
            },
            "changeSource": "DirectModification",
        }
    ]
    assert [one["resource"] for one in found["dangers"]] == ["nodes/WorkersNodeGroup"]


def test_markdown(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, lambda one: one["nodeGroups"][0].update(capacity="spot", name="a"))
    capsys.readouterr()
    assert main(["diff", "demo.yaml", "--format", "markdown"]) == 0
    said = capsys.readouterr().out
    assert "| removed | `nodes/WorkersNodeGroup`<br>AWS::EKS::Nodegroup |" in said
    assert said.count("<details>") == said.count("</details>") >= 1
    assert markdown.plain("a|b`<c>@d") == "a\\|b\\`\\<c\\>@\u200bd"


def test_colour_on_a_terminal_alone(here: Path) -> None:
    write(here, lambda one: one["nodeGroups"][0].update(capacity="spot"))
    command = [sys.executable, "-m", "bpc", "diff", "demo.yaml"]
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"}
    piped = subprocess.run(command, capture_output=True, cwd=here, check=False, env=environment)
    assert b"\x1b[" not in piped.stdout
    ours, theirs = pty.openpty()
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, cwd=here, check=False, env=environment)
    os.close(theirs)
    assert b"\x1b[1;31m" in os.read(ours, 100_000)


@pytest.mark.parametrize("argv", [["gone.yaml"], ["out"], ["cache", "demo.yaml"], ["out/demo", "gone"]])
def test_bad_usage(argv: list[str], here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "cache").mkdir(exist_ok=True)
    assert main(["diff", *argv]) == 2
    assert capsys.readouterr().err.startswith("bpc: ")


def test_what_cannot_be_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "demo.yaml", "demo.yaml", "--env", "nowhere"]) == 1
    assert main(["diff", "out/demo", "out/demo", "--env", "nowhere"]) == 2
    write(here, lambda one: one.update(oops=1), "bad.yaml")
    assert main(["diff", "out/demo", "bad.yaml"]) == 1
    (here / "out/demo/cloudformation/default/10-network.yaml").write_text("Resources: [")
    capsys.readouterr()
    assert main(["diff", "out/demo", "demo.yaml"]) == 2
    assert "10-network.yaml cannot be read" in capsys.readouterr().err
    (here / "out/demo/.bpc.json").write_text("{")
    assert main(["diff", "out/demo", "demo.yaml"]) == 1
    assert "BPC605" in capsys.readouterr().err


# The page


def test_the_pages_example_is_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], update: bool
) -> None:
    page = ROOT / "docs" / "updates.md"
    example = re.compile(r"<!-- diff: (\S+)=(\S+) -->\n```sh\nbpc (.+)\n```\n(?:.+\n|\n)+?```text\n((?:.|\n)+?)```\n")
    found = example.search(page.read_text(encoding="utf-8"))
    assert found
    shutil.copytree(ROOT / "out" / "myeks", tmp_path / "out" / "myeks")
    (tmp_path / "specs").mkdir()
    blueprint = yaml.safe_load((ROOT / "specs" / "study.yaml").read_text(encoding="utf-8"))
    section, field = found[1].split(".")
    blueprint.setdefault(section, {})[field] = found[2]
    (tmp_path / "specs" / "study.yaml").write_text(json.dumps(blueprint), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(found[3].split()) == 3
    said = capsys.readouterr().out
    if update:
        text_now = page.read_text(encoding="utf-8")
        page.write_text(text_now.replace(found[4], said), encoding="utf-8")
        return
    assert found[4] == said
    [command] = re.findall(r"```sh\n(bpc diff .+ --format json (?:.|\n)+?)```", page.read_text(encoding="utf-8"))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, env={**os.environ, "PATH": path}
    )
    assert run.stdout.splitlines()[0] == "Modify True cluster Cluster"


# CloudFormation as moto plays it

ORDER = ("network", "bastion", "cluster", "nodes")


def deployed(account: Account, files: dict[str, bytes]) -> dict[str, str]:
    texts = {
        path.split("-")[-1].removesuffix(".yaml"): one.decode() for path, one in files.items() if "/default/" in path
    }
    return {stack: texts[stack] for stack in ORDER}


@pytest.mark.parametrize(
    ("edit", "stack"),
    [
        (lambda one: one["bastion"].update(keyName="b"), "bastion"),
        (lambda one: one["bastion"].update(access="ssm", keyName=None), "bastion"),
        (lambda one: one["nodeGroups"][0].update(disk={"size": 99}), "nodes"),
        (lambda one: one["cluster"]["logging"].update(retentionDays=30), "cluster"),
    ],
)
def test_what_is_replaced_has_another_physical_id(edit: Edit, stack: str) -> None:
    """Only resources that are the cause: moto does not update what refers to them."""
    simple: Edit = lambda one: (one["cluster"].setdefault("logging", {}), one["nodeGroups"].pop())  # noqa: E731
    before = edited(simple)
    after = copy.deepcopy(before)
    edit(after)
    after["bastion"] = {key: value for key, value in after["bastion"].items() if value is not None}
    if after["bastion"].get("access") == "ssm":
        after["bastion"].pop("allowedCidrs")
    old, new = compiled(before), compiled(after)
    found = compare(old, new).environments["default"]
    replaced = {one.title for one in found.resources if one.replacement == "True" and one.stack == stack}
    with Account(updates.REGION) as account:
        for name in "ab":
            account.key_pair(name)
        for one_stack, body in deployed(account, dict(old.environments["default"].files)).items():
            account.create(f"demo-{one_stack}", body, capabilities=["CAPABILITY_IAM"])
        body = deployed(account, dict(new.environments["default"].files))[stack]
        assert set(account.update(f"demo-{stack}", body, capabilities=["CAPABILITY_IAM"])) == replaced


def test_a_name_that_is_taken_is_refused() -> None:
    old = compiled(SPEC)
    new = compiled(edited(lambda one: one["nodeGroups"][0].update(capacity="spot")))
    with Account(updates.REGION) as account:
        account.key_pair("a")
        for stack, body in deployed(account, dict(old.environments["default"].files)).items():
            account.create(f"demo-{stack}", body, capabilities=["CAPABILITY_IAM"])
        body = deployed(account, dict(new.environments["default"].files))["nodes"]
        with pytest.raises(Refused):
            account.update("demo-nodes", body, capabilities=["CAPABILITY_IAM"])
