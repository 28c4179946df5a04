"""The pipeline that deploys environments: stale output stops it, waves and stacks go in order, nobody may do more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import verify
from bpc.output import delivery
from bpc.verify import Output, permissions, promises
from parts.builds import git
from parts.cloudformation import Account
from parts.compiling import Compiled, compiled
from parts.lint import findings
from test_deploy import COMMAND

ROOT = Path(__file__).resolve().parent.parent
(EXAMPLE,) = verify.outputs(str(ROOT / "out" / "shipping"))
SETTINGS: dict[str, Any] = {
    "source": {"codeCommit": "platform"},
    "path": "platform/shop.yaml",
    "output": "platform/out",
    "install": ["pip install bpc"],
    "region": "eu-west-1",
}
HERE: dict[str, Any] = {
    "dev": {"account": "111122223333"},
    "prod": {"account": "111122223333", "region": "us-east-1"},
}
AFAR: dict[str, Any] = {
    "dev": {"account": "111122223333"},
    "prod": {"account": "444455556666"},
    "usa": {"account": "444455556666", "region": "us-east-1"},
}
STACKS = ["network", "cluster", "nodes", "addons"]


def made(environments: dict[str, Any] | None = None, sections: dict[str, Any] | None = None, **more: Any) -> Compiled:
    settings = {"pipeline": SETTINGS | more} | (sections or {}).pop("cloudformation", {})
    named = {"environments": environments} if environments else {}
    return compiled(nodeGroups=[{"name": "workers"}], cloudformation=settings, **named, **(sections or {}))


def template(it: Compiled, which: str = "", region: str = "eu-west-1") -> dict[str, Any]:
    assert it.errors == []
    text = it.files[f"cloudformation/delivery{which}.json"].decode()
    assert findings(text, region) == []
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def properties(it: Compiled, title: str, which: str = "", region: str = "eu-west-1") -> dict[str, Any]:
    found: dict[str, Any] = template(it, which, region)["Resources"][title]["Properties"]
    return found


def stages(it: Compiled) -> dict[str, list[dict[str, Any]]]:
    return {one["Name"]: one["Actions"] for one in properties(it, "Pipeline")["Stages"]}


def order(some: list[dict[str, Any]]) -> list[list[str]]:
    """What goes side by side, one after the other."""
    steps: dict[int, list[str]] = {}
    for one in some:
        steps.setdefault(one["RunOrder"], []).append(one["Name"])
    assert [*steps] == list(range(1, len(steps) + 1))
    return [*steps.values()]


def statements(role: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (policy,) = role["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


# What it does


def test_waves_wait_for_each_other_and_stacks_go_in_their_order() -> None:
    it = made(AFAR | {"test": {"account": "444455556666", "region": "eu-west-3"}}, account="999988887777")
    assert [*stages(it)] == ["Source", "Check", "Wave1"], "all at once, where nobody says otherwise"
    it = made(AFAR, account="999988887777", waves=[["dev"], ["prod", "usa"]])
    assert [*stages(it)] == ["Source", "Check", "Wave1", "Wave2"]
    one = [[f"dev.{stack}.{step}"] for stack in STACKS for step in ("Prepare", "Deploy")]
    assert order(stages(it)["Wave1"]) == one
    both = [
        [f"{place}.{stack}.{step}" for place in ("prod", "usa")] for stack in STACKS for step in ("Prepare", "Deploy")
    ]
    assert order(stages(it)["Wave2"]) == both


def test_a_change_set_is_made_of_the_committed_template_and_executed() -> None:
    prepare, execute = stages(made(parameters={"WorkersDesiredSize": "", "WorkersMaxSize": 9}))["Wave1"][4:6]
    assert prepare["Configuration"] == {
        "ActionMode": "CHANGE_SET_REPLACE",
        "StackName": "shop-nodes",
        "ChangeSetName": "delivery",
        "TemplatePath": "Source::platform/out/shop/cloudformation/default/40-nodes.json",
        "Capabilities": "CAPABILITY_IAM",
        "ParameterOverrides": '{"WorkersDesiredSize": "", "WorkersMaxSize": "9"}',
        "RoleArn": {
            "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/delivery/delivery-shop-default-cloudformation"
        },
    }
    assert [one["Name"] for one in prepare["InputArtifacts"]] == ["Source"]
    assert execute["Configuration"] == {
        "ActionMode": "CHANGE_SET_EXECUTE",
        "StackName": "shop-nodes",
        "ChangeSetName": "delivery",
    }
    assert "Region" not in execute


def test_somebody_approves_once_or_of_each_change_set() -> None:
    def steps(approval: str) -> list[str]:
        environments = {one: {**place, "account": "111122223333"} for one, place in HERE.items()}
        environments["prod"]["with"] = {"cloudformation": {"pipeline": {"approval": approval}}}
        it = made(environments, waves=[["dev"], ["prod"]])
        assert not any("Approve" in one["Name"] for one in stages(it)["Wave1"])
        return [name for level in order(stages(it)["Wave2"]) for name in level]

    assert not any("Approve" in one for one in steps("none"))
    assert steps("once")[:2] == ["prod.Approve", "prod.network.Prepare"]
    assert sum("Approve" in one for one in steps("once")) == 1
    assert steps("change-sets")[:3] == ["prod.network.Prepare", "prod.network.Approve", "prod.network.Deploy"]
    assert sum("Approve" in one for one in steps("change-sets")) == len(STACKS)


def test_a_topic_hears_of_what_waits() -> None:
    topic = "arn:aws:sns:eu-west-1:111122223333:approvals"
    it = made(approval="once", approvalTopicArn=topic)
    first = stages(it)["Wave1"][0]
    assert first["Configuration"]["NotificationArn"] == topic
    assert first["Configuration"]["CustomData"] == "Deploy #{Source.CommitId} to default?"
    assert stages(it)["Source"][0]["Namespace"] == "Source"
    assert statements(properties(it, "PipelineRole"))["AskForApproval"]["Resource"] == [topic]


def test_what_waits_is_not_overtaken() -> None:
    assert properties(made(), "Pipeline")["ExecutionMode"] == "QUEUED"


def test_a_long_wave_is_several_stages() -> None:
    places = {f"one-{index}": {"account": f"11112222333{index}"} for index in range(8)}
    it = made(places, account="999988887777")
    found = stages(it)
    assert [*found] == ["Source", "Check", "Wave1", "Wave1Part2"]
    assert [len(found[one]) for one in ("Wave1", "Wave1Part2")] == [48, 16]
    assert max(len(level) for level in order(found["Wave1"])) == 8
    assert order(found["Wave1Part2"])[0][0] == "one-0.addons.Prepare"


def test_one_environment_alone_is_what_is_there_of_the_waves() -> None:
    from bpc import pipeline
    from parts.memory import Memory

    data = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "shop", "region": "eu-west-1"},
        "nodeGroups": [{"name": "workers"}],
        "cloudformation": {"format": "json", "pipeline": SETTINGS | {"waves": [["dev"], ["prod"]]}},
        "environments": HERE,
    }
    files = Memory()
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "shop.yaml", lambda _: files, "prod")
    assert not result.failed
    assert [one["Name"] for one in stages(Compiled(files, []))["Wave2"]][:1] == ["prod.network.Prepare"]


# The check, for real


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with a blueprint and its output."""
    (tmp_path / "platform").mkdir()
    blueprint = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "shop", "region": "eu-west-1"},
        "nodeGroups": [{"name": "workers"}],
        "cloudformation": {"pipeline": SETTINGS},
    }
    (tmp_path / "platform" / "shop.yaml").write_text(yaml.safe_dump(blueprint), encoding="utf-8")
    bpc(tmp_path, "compile", "platform/shop.yaml", "-o", "platform/out")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "The platform")
    return tmp_path


def bpc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bpc", *arguments], cwd=folder, capture_output=True, text=True)


def checked(clone: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """The build phase of the project, as the template in the repository has it, with this bpc installed."""
    text = (clone / "platform/out/shop/cloudformation/delivery.yaml").read_text(encoding="utf-8")
    read = verify.parse("cloudformation/delivery.yaml", text)
    spec = yaml.safe_load(read.resources["CheckProject"]["Properties"]["Source"]["BuildSpec"])
    assert spec["phases"]["install"] == {"runtime-versions": {"python": "3.12"}, "commands": ["pip install bpc"]}
    (command,) = spec["phases"]["build"]["commands"]
    program = tmp_path / "bin" / "bpc"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m bpc "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{program.parent}:/usr/bin:/bin"
    return subprocess.run(["bash", "-c", command], cwd=clone, env={"PATH": path}, capture_output=True, text=True)


def test_what_was_compiled_goes_on_and_what_is_stale_does_not(clone: Path, tmp_path: Path) -> None:
    assert checked(clone, tmp_path).returncode == 0
    assert git(clone, "status", "--porcelain", "--", "platform") == "", "the check writes nothing"
    blueprint = clone / "platform" / "shop.yaml"
    blueprint.write_text(blueprint.read_text(encoding="utf-8").replace("workers", "others"), encoding="utf-8")
    stale = checked(clone, tmp_path)
    assert stale.returncode == 3
    assert "40-nodes.yaml" in stale.stdout + stale.stderr
    bpc(clone, "compile", "platform/shop.yaml", "-o", "platform/out")
    assert checked(clone, tmp_path).returncode == 0
    (clone / "platform/out/shop/cloudformation/default/10-network.yaml").write_text("{}", encoding="utf-8")
    assert checked(clone, tmp_path).returncode != 0


def test_commands_with_quotes_stay_commands() -> None:
    command = 'python -m pip install "bpc @ https://example.com/${VERSION}.whl" # a: b'
    spec = properties(made(install=[command]), "CheckProject")["Source"]["BuildSpec"]
    text = "".join(spec["Fn::Join"][1]) if isinstance(spec, dict) else spec
    assert text.count("example.com/") == 1
    between = spec["Fn::Join"][0] if isinstance(spec, dict) else ""
    whole = between.join(spec["Fn::Join"][1]) if isinstance(spec, dict) else spec
    assert yaml.safe_load(whole)["phases"]["install"]["commands"] == [command]


# Who may do what


def test_cloudformation_has_the_deployers_policies_and_no_more() -> None:
    it = made()
    found = template(it, "-roles-default")["Resources"]
    attached = [one["Properties"] for one in found.values() if one["Type"] == "AWS::IAM::ManagedPolicy"]
    assert {json.dumps(one["Roles"]) for one in attached} == {'[{"Ref": "CloudFormationRole"}]'}
    given = [json.loads(text) for path, text in it.files.items() if "deployer-policy" in path]
    assert [one["PolicyDocument"]["Statement"] for one in attached] == [one["Statement"] for one in given]
    role = found["CloudFormationRole"]["Properties"]
    assert "Policies" not in role
    assert "ManagedPolicyArns" not in role
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": ["cloudformation.amazonaws.com"]}


def test_the_pipeline_may_change_these_stacks_and_hand_over_one_role() -> None:
    role = properties(made(), "DeployRole", "-roles-default")
    said = statements(role)
    assert set(said) == {"ReadArtifacts", "FindArtifacts", "ChangeStacks", "HandOverToCloudFormation"}
    stacks = [one["Fn::Sub"].rpartition(":stack/")[2] for one in said["ChangeStacks"]["Resource"]]
    assert stacks == [f"shop-{one}/*" for one in STACKS]
    assert said["HandOverToCloudFormation"]["Resource"] == [{"Fn::GetAtt": ["CloudFormationRole", "Arn"]}]
    assert said["HandOverToCloudFormation"]["Condition"]["StringEquals"] == {
        "iam:PassedToService": "cloudformation.amazonaws.com"
    }
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["ArnEquals"]["aws:PrincipalArn"]["Fn::Sub"].endswith(":role/delivery/delivery-shop")


def test_whoever_deploys_the_platform_does_not_get_at_the_pipeline() -> None:
    """The deployer's policies allow what begins with the platform's name."""
    it = made(AFAR, account="999988887777")
    allowed = {
        arn.partition(":::")[2] or arn.split(":", 5)[5]
        for path, text in it.files.items()
        if "deployer-policy" in path
        for statement in json.loads(text)["Statement"]
        for arn in ([statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"])
        if ":iam:" in arn
    }
    for name in ("role/delivery/delivery-shop", "policy/delivery/delivery-shop-roles-dev-DeployerPolicy1-ABC"):
        assert not [one for one in allowed if re.fullmatch(re.escape(one).replace(r"\*", ".*"), name)]
    for which in ("", "-roles-dev", "-roles-prod", "-roles-usa"):
        for one in template(it, which)["Resources"].values():
            if one["Type"].startswith("AWS::IAM::"):
                assert one["Properties"]["Path"] == "/delivery/"


def test_every_role_stays_within_the_boundary_of_its_account() -> None:
    def boundary(account: str) -> str:
        return f"arn:aws:iam::{account}:policy/boundary"

    places = {
        name: {**one, "with": {"cloudformation": {"permissionsBoundary": boundary(one["account"])}}}
        for name, one in AFAR.items()
    }
    it = made(places, account="111122223333")
    for which, account in (("", "111122223333"), ("-roles-dev", "111122223333"), ("-roles-usa", "444455556666")):
        roles = [one for one in template(it, which)["Resources"].values() if one["Type"] == "AWS::IAM::Role"]
        assert {one["Properties"].get("PermissionsBoundary") for one in roles} == {boundary(account)}
    elsewhere = template(made(places, account="999988887777"))["Resources"].values()
    assert not any("PermissionsBoundary" in one["Properties"] for one in elsewhere)


# Other accounts and Regions


def test_within_one_account_no_key_is_needed() -> None:
    it = made(HERE)
    assert {one["Type"] for one in template(it, "-artifacts-us-east-1")["Resources"].values()} == {
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
    }
    assert "ArtifactKey" not in template(it)["Resources"]
    assert "Parameters" not in template(it)
    stores = {one["Region"]: one["ArtifactStore"] for one in properties(it, "Pipeline")["ArtifactStores"]}
    assert {*stores} == {"eu-west-1", "us-east-1"}
    assert stores["us-east-1"]["Location"] == {"Fn::Sub": "delivery-shop-${AWS::AccountId}-us-east-1"}
    assert not any("EncryptionKey" in one for one in stores.values())
    assert "DecryptArtifacts" not in statements(properties(it, "DeployRole", "-roles-prod", "us-east-1"))
    one = properties(made(), "Pipeline")
    assert one["ArtifactStore"]["Location"] == {"Ref": "ArtifactBucket"}
    assert "ArtifactStores" not in one


def test_each_region_has_its_bucket_and_its_key() -> None:
    it = made(AFAR, account="111122223333")
    stores = {one["Region"]: one["ArtifactStore"] for one in properties(it, "Pipeline")["ArtifactStores"]}
    assert stores["us-east-1"]["EncryptionKey"]["Id"] == {"Ref": "UsEast1ArtifactKeyArn"}
    assert stores["eu-west-1"]["EncryptionKey"]["Id"] == {"Fn::GetAtt": ["ArtifactKey", "Arn"]}
    afar = template(it, "-artifacts-us-east-1", "us-east-1")
    assert afar["Outputs"]["ArtifactKeyArn"]["Value"] == {"Fn::GetAtt": ["ArtifactKey", "Arn"]}
    assert [one["Region"] for one in stages(it)["Wave1"] if "usa" in one["Name"]] == ["us-east-1"] * 8


def readers(it: Compiled, which: str = "") -> dict[str, list[str]]:
    """Who may read what is handed on, by what they need for it."""
    found = template(it, which)["Resources"]
    key = found["ArtifactKey"]["Properties"]["KeyPolicy"]["Statement"][1:]
    bucket = found["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][1:]
    return {
        one["Sid"]: [arn["Fn::Sub"] for arn in one["Condition"]["ArnEquals"]["aws:PrincipalArn"]]
        for one in (*key, *bucket)
    }


def test_only_the_pipelines_roles_in_other_accounts_read_what_is_handed_on() -> None:
    it = made(AFAR, account="111122223333")
    role = "arn:${AWS::Partition}:iam::444455556666:role/delivery/delivery-shop-{}-deploy"
    for which, name in (("", "prod"), ("-artifacts-us-east-1", "usa")):
        mine = [role.replace("{}", name)]
        assert readers(it, which) == {"OtherAccountsDecrypt": mine, "OtherAccountsRead": mine}


def test_both_sides_of_an_account_call_each_other_the_same() -> None:
    """What the pipeline assumes and reads is what the environments' templates make and trust."""
    it = made(AFAR, account="999988887777")
    assumed = {one["Fn::Sub"] for one in statements(properties(it, "PipelineRole"))["DeployEnvironments"]["Resource"]}
    for name, place in AFAR.items():
        found = template(it, f"-roles-{name}", place.get("region", "eu-west-1"))["Resources"]
        role = found["DeployRole"]["Properties"]
        arn = f"arn:${{AWS::Partition}}:iam::{place['account']}:role/delivery/{role['RoleName']}"
        assert arn in assumed
        mine = [one for one in stages(it)["Wave1"] if one["Name"].startswith(f"{name}.")]
        assert {one["RoleArn"]["Fn::Sub"] for one in mine} == {arn}
        service = arn.replace(role["RoleName"], found["CloudFormationRole"]["Properties"]["RoleName"])
        assert {one["Configuration"]["RoleArn"]["Fn::Sub"] for one in mine[::2]} == {service}
        bucket = statements(role)["FindArtifacts"]["Resource"][0]["Fn::Sub"]
        assert bucket.endswith(f":::delivery-shop-999988887777-{place.get('region', 'eu-west-1')}")
        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"]["AWS"] == [{"Fn::Sub": "arn:${AWS::Partition}:iam::999988887777:root"}]


def test_long_names_are_cut_and_stay_different() -> None:
    long = {"name": "A" + "b" * 58, "region": "eu-west-1"}
    one, other = (
        made(AFAR, {"metadata": long | {"name": long["name"] + end}}, account="111122223333") for end in ("c", "d")
    )
    names = []
    for it in (one, other):
        bucket = properties(it, "ArtifactBucket")["BucketName"]["Fn::Sub"].replace("${AWS::AccountId}", "1" * 12)
        roles = [properties(it, title, "-roles-prod")["RoleName"] for title in ("DeployRole", "CloudFormationRole")]
        assert re.fullmatch("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", bucket)
        assert max(map(len, roles)) <= 64
        names += [bucket, *roles, properties(it, "PipelineRole")["RoleName"]]
    assert len({*names}) == len(names)


def test_a_push_of_code_commit_starts_it() -> None:
    found = template(made())["Resources"]
    target = found["SourceChangeRule"]["Properties"]["Targets"][0]["Arn"]["Fn::Sub"]
    assert target.endswith(":delivery-shop")
    assert found["SourceChangeRole"]["Properties"]["Path"] == "/delivery/"


def test_policies_that_a_role_has_no_room_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert made().errors == []
    monkeypatch.setattr(delivery, "MOST_POLICIES", 1)
    assert made().errors == ["BPC698"]


def test_the_limits_are_those_of_a_pipeline() -> None:
    places = {f"one-{index:02}": {"account": f"1111222233{index:02}"} for index in range(50)}
    fits = made(places, {"cloudformation": {"layout": "single"}}, account="999988887777")
    assert [len(some) for some in stages(fits).values()] == [1, 1, 50, 50]


# The example


def administered() -> dict[str, Any]:
    return {one.file: one for one in EXAMPLE.administration()}


def test_the_example_keeps_the_promises() -> None:
    found = EXAMPLE.administration()
    assert len(found) == 4
    for one in found:
        checks = (promises.plain, promises.quotas, permissions.open_statements, permissions.unexplained_stars)
        assert [wrong for check in checks for wrong in check(one)] == []
        assert list(promises.explained(one, EXAMPLE.marker["delivery"])) == []


def test_the_example_deploys_what_is_there() -> None:
    pipeline = administered()["cloudformation/delivery.yaml"].resources["Pipeline"]["Properties"]
    given = [
        one["Configuration"]["TemplatePath"].removeprefix("Source::out/shipping/")
        for stage in pipeline["Stages"]
        for one in stage["Actions"]
        if "TemplatePath" in one["Configuration"]
    ]
    assert given == [one.file for one in EXAMPLE.templates()]


@pytest.mark.parametrize("region", ["eu-west-1", "eu-central-1"])
def test_the_readmes_commands_deploy_it(region: str) -> None:
    """In their order. moto has one account, in which the roles of other accounts are numbers of theirs."""
    readme = EXAMPLE.read("README.md").decode()
    commands = [one for one in COMMAND.findall(readme) if one[1] in administered()]
    assert {one[1] for one in commands} == {*administered()}
    here = [one for one in commands if f"deploy --region {region} --stack-name {one[0]} " in readme]
    assert len(here) == 2
    key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    with Account(region) as account:
        for stack, file, consent, _, overrides in here:
            text = EXAMPLE.read(file).decode()
            asked = dict.fromkeys(re.findall(r"(\w+)=", overrides), key)
            account.create(stack, text, parameters=asked, capabilities=[consent] if consent else [])
            assert account.resources(stack)
        for stack, *_ in reversed(here):
            account.delete(stack)


def test_an_output_without_a_pipeline_has_none_of_it() -> None:
    plain = compiled(nodeGroups=[{"name": "workers"}])
    assert not [one for one in plain.files if "delivery" in one]
    outputs: list[Output] = verify.outputs(str(ROOT / "out" / "minimal"))
    assert "delivery" not in outputs[0].marker
