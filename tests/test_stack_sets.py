"""Stack sets: one template for an administrator's account, which CloudFormation takes, with everything they need."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bpc import pipeline, verify
from bpc.cli import verify as verifying
from bpc.verify import Output, permissions, promises
from parts.cloudformation import Account, Refused
from parts.compiling import Compiled, compiled
from parts.lint import findings
from parts.memory import Memory

OUT = Path(__file__).resolve().parent.parent / "out"
(EXAMPLE,) = verify.outputs(str(OUT / "shops"))
FILE = "cloudformation/stack-sets.json"
DEV, EU, US = "DevStackSet", "ProdEuStackSet", "ProdUsStackSet"
ENVIRONMENTS: dict[str, Any] = {
    "dev": {"account": "111122223333"},
    "prod-eu": {"account": "444455556666"},
    "prod-us": {"account": "444455556666", "region": "us-east-1"},
}
ORGANIZATION = {"permissionModel": "service-managed", "organizationalUnitIds": ["r-ab12"]}
ASKING = {"access": "ssh", "allowedCidrs": ["8.8.8.8/32"]}


def deployed(settings: dict[str, Any] | None = None, **sections: Any) -> Compiled:
    """A blueprint with stack sets, of three environments if nothing else is said."""
    more = sections.pop("cloudformation", {})
    settings = {"layout": "single", "stackSets": settings or {}} | more
    return compiled(cloudformation=settings, **{"environments": ENVIRONMENTS} | sections)


def template(made: Compiled) -> dict[str, Any]:
    assert made.errors == []
    text = made.files[FILE].decode()
    assert findings(text, "eu-west-1") == []
    found: dict[str, Any] = json.loads(text)
    return found


def sets(made: Compiled) -> dict[str, dict[str, Any]]:
    """The properties of the stack sets."""
    resources = template(made)["Resources"]
    assert {one["Type"] for one in resources.values()} == {"AWS::CloudFormation::StackSet"}
    return {title: one["Properties"] for title, one in resources.items()}


def waits(made: Compiled) -> dict[str, Any]:
    return {title: one.get("DependsOn") for title, one in template(made)["Resources"].items()}


def test_each_environment_has_a_stack_set() -> None:
    found = sets(deployed())
    assert set(found) == {DEV, EU, US}
    assert found[US]["StackSetName"] == "shop-prod-us"
    [group] = found[US]["StackInstancesGroup"]
    assert group == {"DeploymentTargets": {"Accounts": ["444455556666"]}, "Regions": ["us-east-1"]}
    assert found[US]["PermissionModel"] == "SELF_MANAGED"
    assert found[US]["Capabilities"] == ["CAPABILITY_IAM"]
    lacking = {"CallAs", "AutoDeployment", "AdministrationRoleARN", "ExecutionRoleName", "Parameters", "Tags"}
    assert not lacking & set(found[US])


def test_the_roles_of_self_managed_permissions() -> None:
    roles = {"administrationRoleArn": "arn:aws:iam::999988887777:role/sets", "executionRoleName": "deploy"}
    made = deployed(roles)
    for one in sets(made).values():
        assert (one["AdministrationRoleARN"], one["ExecutionRoleName"]) == tuple(roles.values())
    readme = made.files["README.md"].decode()
    assert roles["administrationRoleArn"] in readme and "Attach those of an environment to `deploy`" in readme
    assert "BPC303" in deployed({"administrationRoleArn": "arn:aws-cn:iam::999988887777:role/sets"}).errors


def test_the_organization_of_service_managed_permissions() -> None:
    unit = {"cloudformation": {"stackSets": {"organizationalUnitIds": ["ou-ab12-cd34ef56"]}}}
    environments = {**ENVIRONMENTS, "dev": {"account": "111122223333", "with": unit}}
    made = deployed({**ORGANIZATION, "callAs": "delegated-admin"}, environments=environments)
    found = sets(made)
    assert found[DEV]["CallAs"] == "DELEGATED_ADMIN"
    assert found[DEV]["AutoDeployment"] == {"Enabled": False}
    assert {title: one["StackInstancesGroup"][0]["DeploymentTargets"] for title, one in found.items()} == {
        title: {"OrganizationalUnitIds": [unit], "Accounts": [account], "AccountFilterType": "INTERSECTION"}
        for title, unit, account in (
            (DEV, "ou-ab12-cd34ef56", "111122223333"),
            (EU, "r-ab12", "444455556666"),
            (US, "r-ab12", "444455556666"),
        )
    }
    readme = made.files["README.md"].decode()
    assert "Trusted access" in readme and "ExecutionRole" not in readme
    assert sets(deployed(ORGANIZATION))[DEV]["CallAs"] == "SELF"


FLEET: dict[str, Any] = {
    **ENVIRONMENTS,
    "fleet": {
        "region": "eu-central-1",
        "with": {"cloudformation": {"stackSets": {"accountFilterType": "none"}}},
    },
}


def fleet(**settings: Any) -> Compiled:
    """Three environments in an account each, and one in every account of the organization, with these settings."""
    environments = copy.deepcopy(FLEET)
    environments["fleet"]["with"]["cloudformation"]["stackSets"] |= settings
    return deployed(ORGANIZATION, environments=environments)


def test_every_account_of_the_organization() -> None:
    made = fleet()
    found = sets(made)
    [group] = found["FleetStackSet"]["StackInstancesGroup"]
    assert group == {"DeploymentTargets": {"OrganizationalUnitIds": ["r-ab12"]}, "Regions": ["eu-central-1"]}
    assert found["FleetStackSet"]["Description"] == "shop in eu-central-1, every account of r-ab12"
    assert found["FleetStackSet"]["AutoDeployment"] == {"Enabled": False}
    assert {"OperationPreferences"} & {key for one in found.values() for key in one} == set()
    assert "| fleet | every one of r-ab12 | eu-central-1 |" in made.files["README.md"].decode()
    assert found[US]["StackInstancesGroup"][0]["DeploymentTargets"]["Accounts"] == ["444455556666"]


def test_accounts_that_come_and_go() -> None:
    for said, wanted in (({}, True), ({"retainStacksOnAccountRemoval": False}, False)):
        found = sets(fleet(autoDeployment=said))
        assert found["FleetStackSet"]["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": wanted}
        assert found[DEV]["AutoDeployment"] == {"Enabled": False}


def test_how_many_accounts_at_a_time() -> None:
    numbers = {"failureToleranceCount": 0, "maxConcurrentCount": 5, "concurrencyMode": "soft-failure-tolerance"}
    wanted: dict[str, Any] = {"FailureToleranceCount": 0, "MaxConcurrentCount": 5}
    wanted |= {"ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}
    found = sets(fleet(operationPreferences=numbers))
    assert found["FleetStackSet"]["OperationPreferences"] == wanted
    assert "OperationPreferences" not in found[DEV]
    percentages = {"failureTolerancePercentage": 10, "maxConcurrentPercentage": 25}
    found = sets(fleet(operationPreferences=percentages))
    wanted = {"FailureTolerancePercentage": 10, "MaxConcurrentPercentage": 25}
    assert found["FleetStackSet"]["OperationPreferences"] == wanted
    assert fleet(operationPreferences={"failureToleranceCount": 1, "maxConcurrentCount": 2}).errors == []
    assert fleet(operationPreferences={"maxConcurrentCount": 2}).errors == ["BPC933"], "none may fail: one at a time"


def test_waves_wait_for_the_one_before() -> None:
    assert waits(deployed()) == {DEV: None, EU: None, US: None}
    assert waits(deployed({"waves": [["dev"], ["prod-us", "prod-eu"]]})) == {DEV: None, EU: DEV, US: DEV}
    assert waits(deployed({"waves": [["prod-us", "dev"], ["prod-eu"]]})) == {DEV: None, EU: [US, DEV], US: None}
    assert waits(deployed({"waves": [["prod-eu"], ["dev"], ["prod-us"]]})) == {DEV: EU, EU: None, US: DEV}


def test_one_environment_alone_waits_for_nobody_who_is_not_there() -> None:
    data: dict[str, Any] = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "shop", "region": "eu-west-1"},
        "cloudformation": {
            "layout": "single",
            "format": "json",
            "stackSets": {"waves": [["dev"], ["prod-eu"], ["prod-us"]]},
        },
        "environments": ENVIRONMENTS,
    }
    files = Memory()
    assert not pipeline.compile_blueprint(json.dumps(data).encode(), "shop.yaml", lambda _: files, "prod-us").failed
    assert list(json.loads(files[FILE])["Resources"]) == [US]
    assert "DependsOn" not in files[FILE].decode()


def test_a_template_has_a_name_that_says_its_content() -> None:
    made = deployed()
    urls = {title: one["TemplateURL"]["Fn::Sub"] for title, one in sets(made).items()}
    content = made.files["cloudformation/prod-us/10-shop.json"]
    assert urls[US] == f"${{TemplatesUrl}}/prod-us-{hashlib.sha256(content).hexdigest()[:16]}.json"
    changed = {**ENVIRONMENTS, "dev": {"account": "111122223333", "with": {"network": {"nat": "per-zone"}}}}
    after = {title: one["TemplateURL"]["Fn::Sub"] for title, one in sets(deployed(environments=changed)).items()}
    assert {title for title in urls if urls[title] != after[title]} == {DEV}, "the others are left alone"


@pytest.mark.parametrize(
    ("url", "bucket"),
    [
        ("https://mine.s3.eu-west-1.amazonaws.com/a/b", "s3://mine/a/b"),
        ("https://mine.s3.amazonaws.com", "s3://mine"),
        ("https://s3.eu-west-1.amazonaws.com/mine/a", "s3://mine/a"),
        ("https://mine.s3.cn-north-1.amazonaws.com.cn/a", "s3://mine/a"),
    ],
)
def test_where_the_templates_are(url: str, bucket: str) -> None:
    made = deployed({"templatesUrl": url})
    assert template(made)["Parameters"]["TemplatesUrl"]["Default"] == url
    readme = made.files["README.md"].decode()
    assert f'"{bucket}/$name"' in readme and "YOUR_BUCKET" not in readme
    assert "Default" not in template(deployed())["Parameters"]["TemplatesUrl"]


@pytest.mark.parametrize("url", ["https://example.com/a", "http://a.s3.amazonaws.com/a", "https://a.s3.amazonaws.com/"])
def test_templates_are_in_a_bucket(url: str) -> None:
    assert deployed({"templatesUrl": url}).errors


def test_what_the_templates_ask_for() -> None:
    made = deployed(bastion=ASKING)
    asked = {key: one for key, one in template(made)["Parameters"].items() if key != "TemplatesUrl"}
    assert set(asked) == {"DevKeyName", "ProdEuKeyName", "ProdUsKeyName"}
    assert {one["Type"] for one in asked.values()} == {"String"}, "the key pair is in another account"
    assert sets(made)[US]["Parameters"] == [{"ParameterKey": "KeyName", "ParameterValue": {"Ref": "ProdUsKeyName"}}]
    assert "ProdUsKeyName=YOUR_PRODUSKEYNAME" in made.files["README.md"].decode()


def test_values_that_are_given() -> None:
    own = {"account": "111122223333", "with": {"cloudformation": {"stackSets": {"parameters": {"KeyName": "other"}}}}}
    given = {"KeyName": "mine", "WorkersMaxSize": 9}
    made = deployed({"parameters": given}, bastion=ASKING, environments={**ENVIRONMENTS, "dev": own})
    found = {
        title: {value["ParameterKey"]: value["ParameterValue"] for value in one["Parameters"]}
        for title, one in sets(made).items()
    }
    assert found[DEV] == {"KeyName": "other", "WorkersMaxSize": "9"}
    assert found[EU] == found[US] == {"KeyName": "mine", "WorkersMaxSize": "9"}
    assert set(template(made)["Parameters"]) == {"TemplatesUrl"}
    assert "YOUR_DEVKEYNAME" not in made.files["README.md"].decode()


def test_what_is_protected_is_kept() -> None:
    unprotected = {"account": "111122223333", "with": {"cluster": {"deletionProtection": False}}}
    found = template(deployed(environments={**ENVIRONMENTS, "dev": unprotected}))["Resources"]
    policies = {title: (one.get("DeletionPolicy"), one.get("UpdateReplacePolicy")) for title, one in found.items()}
    kept = ("RetainExceptOnCreate", "Retain")
    assert policies == {DEV: (None, None), EU: kept, US: kept}


def test_tags_that_stack_sets_take() -> None:
    """The resources have all of them, from their own template."""
    tags = {"team": "web", "owner": "me@example.com", "a@b": "c", "empty": ""}
    made = deployed(metadata={"name": "shop", "region": "eu-west-1", "tags": tags})
    assert sets(made)[DEV]["Tags"] == [
        {"Key": "owner", "Value": "me@example.com"},
        {"Key": "team", "Value": "web"},
    ]


def test_the_least_policy_knows_the_stacks_name() -> None:
    made = deployed()
    texts = [text.decode() for path, text in made.files.items() if "/dev/deployer-policy" in path]
    statements = {one["Sid"]: one for text in texts for one in json.loads(text)["Statement"]}
    assert (
        "arn:aws:cloudformation:eu-west-1:111122223333:stack/StackSet-shop-dev-*/*" in statements["Stacks"]["Resource"]
    )
    names = "arn:aws:iam::111122223333:role/StackSet-shop-dev-*"
    assert names in statements["Roles"]["Resource"]
    assert "arn:aws:eks:eu-west-1:111122223333:cluster/shop" in json.dumps(statements), (
        "the cluster's is the platform's"
    )


# The example


def test_the_example_keeps_the_promises() -> None:
    (made,) = EXAMPLE.administration()
    checks = (promises.plain, promises.quotas, permissions.open_statements)
    assert [found for check in checks for found in check(made)] == []
    assert list(promises.explained(made, EXAMPLE.marker["stackSets"])) == []
    assert findings(made.text, "eu-central-1") == []


def test_verify_looks_at_it(tmp_path: Path) -> None:
    """Every check of `bpc verify`, over a folder in which something is wrong with this file alone."""
    made = deployed()
    text = made.files[FILE].decode().replace("AWS::CloudFormation::StackSet", "AWS::CloudFormation::Stack", 1)
    marker = {"generator": "bpc", "blueprint": {}, "trace": {}, "files": {}}
    marker |= {"environments": {"dev": {"region": "eu-west-1", "kubernetes": "1.36"}}, "stackSets": {DEV: "", EU: "e"}}
    (tmp_path / "cloudformation").mkdir()
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    (tmp_path / ".bpc.json").write_text(json.dumps(marker), encoding="utf-8")
    (output,) = verify.outputs(str(tmp_path))
    assert [one.diagnostic.message for one in verifying.check(output, None) if "BPC62" in one.diagnostic.rule.code] == [
        f"nothing says which environment {DEV} is",
        f"nothing says which environment {US} is",
        f"{DEV} is of the type AWS::CloudFormation::Stack",
    ]
    assert [one.file for _, found in verifying.lint([output]) for one in found], "a Stack has no StackSetName"


def uploaded(output: Output, folder: Path) -> dict[str, bytes]:
    """What the README's commands upload, with an aws that copies; by the name in the bucket."""
    readme = output.read("README.md").decode()
    (command,) = (one for one in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "s3 cp" in one)
    (folder / "bucket").mkdir()
    (folder / "aws").write_text(f'#!/bin/sh\ncp "$3" "{folder}/bucket/${{4##*/}}"\n', encoding="utf-8")
    (folder / "aws").chmod(0o755)
    path = f"{folder}:/usr/bin:/bin"
    subprocess.run(["bash", "-euc", command], cwd=output.folder, check=True, env={"PATH": path})
    return {one.name: one.read_bytes() for one in (folder / "bucket").iterdir()}


def test_the_readmes_upload_is_what_the_stack_sets_find(tmp_path: Path) -> None:
    (made,) = EXAMPLE.administration()
    wanted = {one["Properties"]["TemplateURL"]["Fn::Sub"].rpartition("/")[2] for one in made.resources.values()}
    found = uploaded(EXAMPLE, tmp_path)
    assert set(found) == wanted
    assert sorted(found.values()) == sorted(one.text.encode() for one in EXAMPLE.templates())


def test_the_administrators_stack_deploys() -> None:
    """moto knows no stack set in a template, so this is as strict as the provider schema and the references are."""
    (made,) = EXAMPLE.administration()
    given = {"TemplatesUrl": "https://mine.s3.eu-central-1.amazonaws.com/shops"}
    with Account("eu-central-1") as account, pytest.raises(Refused, match="TemplatesUrl"):
        account.create("shops-stack-sets", made.text)
    with Account("eu-central-1") as account:
        account.create("shops-stack-sets", made.text, parameters=given)
        assert {one.logical_id for one in account.resources("shops-stack-sets")} == {DEV, EU, US}
        account.delete("shops-stack-sets")
