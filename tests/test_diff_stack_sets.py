"""`bpc diff` over the administrator's template of stack sets, and over what the stack sets deploy."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bpc import pipeline
from bpc.cli import main
from bpc.difference import compare, dangers, machine, markdown, text
from bpc.difference.shapes import Change, Changes, Difference
from bpc.difference.sides import Side, side
from parts.memory import Memory

Edit = Callable[[dict[str, Any]], object]
DEV, EU, US = "DevStackSet", "ProdEuStackSet", "ProdUsStackSet"
SPEC: dict[str, Any] = {
    "apiVersion": "bpc/v1",
    "kind": "Blueprint",
    "metadata": {"name": "shop", "region": "eu-west-1"},
    "cloudformation": {"layout": "single", "stackSets": {"waves": [["dev"], ["prod-eu", "prod-us"]]}},
    "nodeGroups": [{"name": "workers", "instanceTypes": ["m7g.large"]}],
    "environments": {
        "dev": {"account": "111122223333", "with": {"cluster": {"deletionProtection": False}}},
        "prod-eu": {"account": "444455556666"},
        "prod-us": {"account": "444455556666", "region": "us-east-1"},
    },
}


def nothing(_: dict[str, Any]) -> None:
    """No edit."""


def compiled(edit: Edit, shown: str, only: str = "") -> Side:
    blueprint = copy.deepcopy(SPEC)
    edit(blueprint)
    files = Memory()
    result = pipeline.compile_blueprint(json.dumps(blueprint).encode(), "shop.yaml", lambda _: files, only)
    assert not result.failed, result.diagnostics
    return side(shown, result.about["environments"], files, only)


def difference(after: Edit, before: Edit = nothing) -> Difference:
    return compare(compiled(before, "old"), compiled(after, "new"))


def sets(found: Difference) -> dict[str, Change]:
    return {one.title: one for one in found.administration.resources}


def codes(found: Change | Changes) -> list[str]:
    return [one.rule.code for one in found.findings]


def said(found: Difference) -> list[str]:
    return [line.strip() for _, line in text.lines(found)]


def threatened(found: Difference, *allowed: str) -> set[str]:
    return {"/".join((name, *map(str, one.path))) for name, one in dangers(found, allowed)}


def service_network(blueprint: dict[str, Any]) -> None:
    blueprint["cluster"] = {"serviceCidr": "172.20.0.0/16"}


def moved(**to: str) -> Edit:
    return lambda blueprint: blueprint["environments"]["dev"].update(to)


def without(name: str) -> Edit:
    def edit(blueprint: dict[str, Any]) -> None:
        del blueprint["environments"][name]
        waves = blueprint["cloudformation"]["stackSets"]["waves"]
        blueprint["cloudformation"]["stackSets"]["waves"] = [
            left for wave in waves if (left := [one for one in wave if one != name])
        ]

    return edit


def test_what_is_equal_is_no_difference() -> None:
    found = difference(nothing)
    assert found.parts == {}
    assert "no difference" in said(found) and "No difference." in markdown.text(found)


def test_a_stack_set_says_what_becomes_of_its_environment() -> None:
    def larger(blueprint: dict[str, Any]) -> None:
        blueprint["environments"]["dev"]["with"]["nodeGroups"] = [{"name": "workers", "instanceTypes": ["m7g.xlarge"]}]

    found = difference(larger)
    assert set(sets(found)) == {DEV}, "the template of the others has not changed"
    change = sets(found)[DEV]
    assert (change.action, change.replacement, change.environment) == ("Modify", "False", "dev")
    assert change.inside == "2 changed"
    name = f"stack-sets/{DEV}"
    assert f"changed          {name} (AWS::CloudFormation::StackSet): updates dev: 2 changed" in said(found)
    assert said(found).index("the administrator's account: 1 changed") < said(found).index("dev: 2 changed")
    assert "**the administrator's account**: 1 changed" in markdown.text(found)
    assert "updates dev: 2 changed" in markdown.text(found)
    [row] = json.loads(machine.text(found, []))["administration"]["resourceChanges"]
    assert (row["stack"], row["logicalResourceId"], row["environment"]) == ("stack-sets", DEV, "dev")
    assert [one["target"]["path"] for one in row["details"]] == ["/Properties/TemplateURL"]


def test_a_cluster_that_is_replaced_inside_is_a_danger() -> None:
    found = difference(service_network)
    assert " replaced" in f" {sets(found)[DEV].inside}"
    assert {f"{name}/shop/Cluster" for name in SPEC["environments"]} <= threatened(found)
    assert "dev/shop/Cluster" not in threatened(found, "dev/shop/Cluster")


def test_another_account_or_region_deletes_the_stack_that_is_there() -> None:
    account = difference(moved(account="777788889999"))
    assert codes(sets(account)[DEV]) == ["BPC930"]
    assert "account 111122223333, eu-west-1, would be deleted" in sets(account)[DEV].findings[0].message
    assert threatened(account, "prod*") == {f"/stack-sets/{DEV}"}
    assert threatened(account, DEV) == threatened(account, f"stack-sets/{DEV}") == set()
    region = difference(moved(region="eu-central-1"))
    assert codes(sets(region)[DEV]) == ["BPC930"]
    [other] = [one for one in region.environments["dev"].findings if one.rule.code == "BPC520"]
    assert other.message.endswith("is deleted by the stack set")
    assert "BPC523" not in codes(region.environments["dev"]), "no stack is left"


def test_another_unit_of_the_organization_is_no_other_stack() -> None:
    """The account is the same, and the template does not know where it is in the organization."""

    def unit(name: str) -> Edit:
        return lambda one: one["cloudformation"]["stackSets"].update(
            permissionModel="service-managed", organizationalUnitIds=[name]
        )

    found = difference(unit("ou-ab12-cd34ef56"), unit("r-ab12"))
    assert {title: (one.replacement, codes(one)) for title, one in sets(found).items()} == dict.fromkeys(
        (DEV, EU, US), ("False", [])
    )


def everywhere(*units: str) -> Edit:
    def edit(blueprint: dict[str, Any]) -> None:
        blueprint["environments"] = {"dev": {}}
        settings = {"permissionModel": "service-managed", "organizationalUnitIds": list(units)}
        blueprint["cloudformation"]["stackSets"] = settings | {"accountFilterType": "none"}

    return edit


def test_a_unit_that_is_left_out_loses_its_stacks() -> None:
    one, other = "ou-ab12-cd34ef56", "ou-ab12-gh78ij90"
    left = difference(everywhere(one), everywhere(one, other))
    assert [found.message for found in sets(left)[DEV].findings] == [
        f"the stack in {other}, eu-west-1, would be deleted with all that is in it"
    ]
    assert codes(sets(difference(everywhere(one, other), everywhere(one)))[DEV]) == []


def test_from_one_account_to_all_of_its_unit() -> None:
    def one(blueprint: dict[str, Any]) -> None:
        everywhere("r-ab12")(blueprint)
        blueprint["environments"]["dev"]["account"] = "111122223333"
        del blueprint["cloudformation"]["stackSets"]["accountFilterType"]

    assert codes(sets(difference(everywhere("r-ab12"), one))[DEV]) == []
    assert codes(sets(difference(one, everywhere("r-ab12")))[DEV]) == ["BPC930"], "all the other accounts"


def test_other_permissions_make_the_stack_sets_anew() -> None:
    def organization(blueprint: dict[str, Any]) -> None:
        blueprint["cloudformation"]["stackSets"] |= {
            "permissionModel": "service-managed",
            "organizationalUnitIds": ["r-ab12"],
        }

    found = difference(organization)
    assert {title: one.replacement for title, one in sets(found).items()} == dict.fromkeys((DEV, EU, US), "True")
    assert set(codes(sets(found)[DEV])) == {"BPC510", "BPC512"}
    assert f"/stack-sets/{DEV}" in threatened(found)


def test_an_environment_that_goes() -> None:
    """One that is protected is kept, with its stack; the stack of another is deleted, and nothing is left."""
    gone = difference(without("dev"))
    assert (sets(gone)[DEV].action, codes(sets(gone)[DEV])) == ("Remove", ["BPC511"])
    assert "BPC523" not in codes(gone.environments["dev"])
    kept = difference(without("prod-us"))
    assert (sets(kept)[US].action, codes(sets(kept)[US])) == ("Remove", [])
    assert "BPC523" in codes(kept.environments["prod-us"])


def test_an_environment_that_comes() -> None:
    found = difference(nothing, without("dev"))
    assert sets(found)[DEV].action == "Add"
    assert {title: one.scope for title, one in sets(found).items() if title != DEV} == {
        EU: ("DependsOn",),
        US: ("DependsOn",),
    }, "they wait for it now"


def test_other_waves_are_another_order() -> None:
    def later(blueprint: dict[str, Any]) -> None:
        blueprint["cloudformation"]["stackSets"]["waves"] = [["dev"], ["prod-eu"], ["prod-us"]]

    found = difference(later)
    assert {title: one.scope for title, one in sets(found).items()} == {US: ("DependsOn",)}
    assert f"changed          stack-sets/{US} (AWS::CloudFormation::StackSet): its DependsOn changes" in said(found)


def test_another_bucket_is_a_parameter() -> None:
    def bucket(name: str) -> Edit:
        return lambda one: one["cloudformation"]["stackSets"].update(
            templatesUrl=f"https://{name}.s3.eu-west-1.amazonaws.com"
        )

    found = difference(bucket("new"), bucket("old"))
    assert [one.title for one in found.administration.parameters] == ["TemplatesUrl"]
    assert sets(found)[DEV].inside == "no resource changes"
    assert codes(found.administration) == ["BPC519"], "the stack keeps the bucket that it was given"


def test_stack_sets_that_take_over() -> None:
    def by_hand(blueprint: dict[str, Any]) -> None:
        del blueprint["cloudformation"]["stackSets"]

    to, back = difference(nothing, by_hand), difference(by_hand)
    for found in (to, back):
        assert {name: "BPC931" in codes(one) for name, one in found.environments.items()} == dict.fromkeys(
            SPEC["environments"], True
        )
    assert {one.action for one in to.administration.resources} == {"Add"}
    assert {one.action for one in back.administration.resources} == {"Remove"}
    assert "dev/shop" in threatened(to)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(json.dumps(SPEC), encoding="utf-8")
    assert main(["compile", "shop.yaml"]) == 0
    return tmp_path


def test_one_environment_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder has the stack sets of all, and waves; the compiled blueprint has that of one."""
    capsys.readouterr()
    assert main(["diff", "shop.yaml", "--env", "prod-us"]) == 0
    assert "no difference" in capsys.readouterr().out
    changed = copy.deepcopy(SPEC)
    service_network(changed)
    Path("shop.yaml").write_text(json.dumps(changed), encoding="utf-8")
    assert main(["diff", "shop.yaml", "--env", "prod-us", "--format", "json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert [one["logicalResourceId"] for one in found["administration"]["resourceChanges"]] == [US]
    assert [one["name"] for one in found["environments"]] == ["prod-us"]
    assert {one["environment"] for one in found["dangers"]} == {"prod-us"}
