"""`bpc upgrade`: what the next Kubernetes version needs, and in which order."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from bpc import catalogue, facts
from bpc.cli import exits, main
from bpc.cli.explain import declare_rules
from bpc.diagnostics import RULES
from bpc.upgrading import addons, versions

SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
TABLE = json.loads((Path(facts.__file__).parent / "removed-apis.json").read_text(encoding="utf-8"))["apis"]
BLUEPRINT = """apiVersion: bpc/v1
kind: Blueprint
metadata: {name: one, region: eu-west-1}
cluster:
  version: "1.34"
bastion: {tools: [kubectl]}
nodeGroups:
  - name: workers
  - name: own
    type: self-managed
  - name: arm
    version: "1.32"
    instanceTypes: [m7g.large]
  - name: pinned
    releaseVersion: 1.34.1-20261101
    update: {force: true}
addons:
  cluster-autoscaler: {}
  coredns: {version: v1.11.4-eksbuild.2}
  mine: {manifests: [mine.yaml], namespace: mine}
"""
MINE = """apiVersion: networking.k8s.io/v1beta1
kind: ServiceCIDR
metadata: {name: more}
---
apiVersion: flowcontrol.apiserver.k8s.io/v1beta3
kind: FlowSchema
metadata: {name: mine}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: mine, namespace: mine}
"""
FLEET = """apiVersion: bpc/v1
kind: Blueprint
metadata: {name: one, region: eu-west-1}
cluster: {version: "1.34"}
environments:
  dev: {with: {cluster: {version: "1.35"}}}
  prod: {account: "111122223333"}
  test: {account: "222233334444"}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "one.yaml").write_text(BLUEPRINT)
    (tmp_path / "mine.yaml").write_text(MINE)
    (tmp_path / "fleet.yaml").write_text(FLEET)
    return tmp_path


def steps(capsys: pytest.CaptureFixture[str], *argv: str) -> list[dict[str, Any]]:
    assert main(["upgrade", *argv, "--format", "json"]) in (exits.OK, exits.DANGEROUS)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["steps"]
    return found


def order(step: dict[str, Any]) -> dict[str, str]:
    return {one["title"]: " ".join(one["said"]) for one in step["order"]}


# The facts


def served(version: str) -> set[str]:
    """The API versions and kinds of a Kubernetes version, from its own definitions."""
    found = set()
    for path in (SCHEMAS / f"v{version}.0-local").glob("*.json"):
        for one in json.loads(path.read_text(encoding="utf-8")).get("x-kubernetes-group-version-kind", []):
            found.add("/".join(filter(None, (one["group"], one["version"]))) + f" {one['kind']}")
    return found


def test_what_is_removed_is_what_the_definitions_lose() -> None:
    names = [f"1.{number}" for number in range(25, 38)]
    every = {name: served(name) for name in names}
    for old, new in pairwise(names):
        lost = {
            one
            for one in every[old] - every[new]
            if "alpha" not in one and not one.endswith(("List", " DeleteOptions", " WatchEvent", " Status"))
        }
        assert {one for one, (removed, _) in TABLE.items() if removed == new} == lost
    newest = every[names[-1]]
    for one, (removed, instead) in TABLE.items():
        assert one not in newest
        if instead and instead != "flowcontrol.apiserver.k8s.io/v1beta3":
            assert f"{instead} {one.split()[1]}" in newest
        assert removed in names or versions.number(removed) <= (1, 25)


def test_steps_are_minor_by_minor() -> None:
    assert list(versions.between("1.34", "1.36")) == [("1.34", "1.35"), ("1.35", "1.36")]
    assert list(versions.between("1.34")) == [("1.34", "1.35")]
    assert list(versions.between(versions.newest())) == list(versions.between("1.36", "1.36")) == []


# Versions of EKS add-ons


ADDONS = json.loads((Path(facts.__file__).parent / "eks-addons.json").read_text(encoding="utf-8"))


def test_the_table_of_versions() -> None:
    for name, sources in ADDONS["addons"].items():
        assert "eks" in catalogue.addon(name).sources
        for source, every in sources.items():
            assert ADDONS["sources"][source][1] <= ADDONS["asOf"]
            assert list(every) == sorted(every, key=versions.number, reverse=True)
            assert {*every} <= {*facts.supported_versions()}
            ordered = [addons.number(one) for one in every.values()]
            assert all(ordered) and ordered == sorted(ordered, reverse=True)
    for version, one in ADDONS["addons"]["kube-proxy"]["guide"].items():
        assert one.startswith(f"v{version}.")
    assert {*ADDONS["addons"]["kube-proxy"]["guide"]} == {*facts.supported_versions()}


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        ("coredns", "v1.14.3-eksbuild.16", ""),
        ("coredns", "v1.13.2-eksbuild.3", ""),
        ("coredns", "v1.14.3-eksbuild.11", ""),
        (
            "coredns",
            "v1.9.3-eksbuild.22",
            "older than what is known to go with Kubernetes 1.35: take v1.14.3-eksbuild.16",
        ),
        ("coredns", "v1.14.3-eksbuild.9", "see that `aws eks describe-addon-versions --addon-name coredns"),
        ("coredns", "v1.14.3-eksbuild.17", "newer than v1.14.3-eksbuild.16, the latest in the Amazon EKS User Guide"),
        ("coredns", "v1.14-mine", "take one that `aws eks describe-addon-versions --addon-name coredns"),
        (
            "kube-proxy",
            "v1.34.6-eksbuild.25",
            "it is of Kubernetes 1.34, not of 1.35: take v1.35.3-eksbuild.25 (the latest",
        ),
        (
            "cert-manager",
            "v1.18.0-eksbuild.1",
            "take one that `aws eks describe-addon-versions --addon-name cert-manager",
        ),
    ],
)
def test_a_version_that_the_blueprint_says(name: str, version: str, said: str) -> None:
    told = addons.pinned(name, version, "1.35")
    assert told.startswith(said) if said else told == ""


def test_versions_to_move_to(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = (
        BLUEPRINT.partition("addons:")[0]
        + "addons: {coredns: {version: v1.13.2-eksbuild.3}, cert-manager: {source: eks}}\n"
    )
    (here / "one.yaml").write_text(said)
    [step] = steps(capsys, "one.yaml")
    told = {one["name"]: (one["version"], one["pinned"]) for one in step["addons"]}
    assert told == {
        "vpc-cni": ("v1.23.1-eksbuild.1", None),
        "kube-proxy": ("v1.35.3-eksbuild.25", None),
        "coredns": ("v1.14.3-eksbuild.16", "v1.13.2-eksbuild.3"),
        "eks-pod-identity-agent": ("v1.3.10-eksbuild.2", None),
        "cert-manager": (None, None),
    }
    assert not any("coredns" in one["said"] for one in step["edits"])
    [commands] = [one["commands"] for one in step["order"] if one["title"] == "Add-ons"]
    assert [one.partition("--addon-name ")[2].split()[0] for one in commands[1:]] == [
        "vpc-cni",
        "kube-proxy",
        "eks-pod-identity-agent",
        "NAME",
    ]
    main(["upgrade", "one.yaml"])
    shown = capsys.readouterr().out
    assert "    kube-proxy: v1.35.3-eksbuild.25, the latest in the Amazon EKS User Guide on 2026-09-26\n" in shown
    assert "    cert-manager: nothing is known of 1.35; ask `aws eks describe-addon-versions" in shown


# What a step needs


def test_what_is_to_be_edited(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [step] = steps(capsys, "one.yaml")
    assert (step["from"], step["to"], step["environments"]) == ("1.34", "1.35", ["default"])
    assert [(one["line"], ".".join(map(str, one["path"]))) for one in step["edits"]] == [
        (5, "cluster.version"),
        (12, "nodeGroups.2.version"),
        (15, "nodeGroups.3.releaseVersion"),
        (19, "addons.coredns.version"),
    ]
    said = [one["said"] for one in step["edits"]]
    assert said[0] == 'cluster.version becomes "1.35"'
    assert said[1] == "the nodes of arm: 1.32 stays, 3 behind; raise it once the control plane is there"
    assert said[3].startswith(
        "coredns v1.11.4-eksbuild.2: older than what is known to go with Kubernetes 1.35: take v1."
    )
    assert (
        "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/release_version" in said[2]
    )
    assert step["support"]["1.34"] == {"standardUntil": "2026-12-02", "extendedUntil": "2027-12-02"}


def test_objects_whose_api_version_goes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [step] = steps(capsys, "one.yaml")
    told = {one["object"]: (one["removedIn"], one["instead"], one["gone"], one["line"]) for one in step["apis"]}
    assert told == {
        "ServiceCIDR/more": ("1.37", "networking.k8s.io/v1", False, 20),
        "FlowSchema/mine": ("1.32", "flowcontrol.apiserver.k8s.io/v1", True, 20),
    }
    assert step["blocked"]
    (here / "mine.yaml").write_text(MINE.split("---\n")[0])
    [step] = steps(capsys, "one.yaml")
    assert not step["blocked"]


def test_what_changes_is_what_a_diff_would_say(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    free = BLUEPRINT.replace("    releaseVersion: 1.34.1-20261101\n", "")
    (here / "one.yaml").write_text(free)
    [step] = steps(capsys, "one.yaml")
    assert main(["compile", "one.yaml"]) == exits.OK
    (here / "one.yaml").write_text(free.replace('version: "1.34"', 'version: "1.35"'))
    capsys.readouterr()
    main(["diff", "one.yaml", "--format", "json"])
    known = json.loads(capsys.readouterr().out)
    assert step["changes"]["environments"] == known["environments"]
    changed = {one["logicalResourceId"] for one in step["changes"]["environments"][0]["resourceChanges"]}
    assert {"Cluster", "WorkersNodeGroup", "PinnedNodeGroup"} <= changed
    assert "ArmNodeGroup" not in changed


def test_what_the_compiler_would_refuse(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, last = steps(capsys, "one.yaml", "--to", "1.36")
    [one] = last["diagnostics"]
    assert (one["code"], one["line"], one["severity"]) == ("BPC807", 12, "error")
    assert last["blocked"] and last["changes"] is None
    assert "at most 3 may be: raise it first" in last["edits"][1]["said"]
    assert order(last)["Manifests"] == "What changes in them is known once the blueprint compiles."


def test_an_add_on_that_is_not_tested_with_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "one.yaml").write_text(
        BLUEPRINT.partition("nodeGroups")[0].replace("1.34", "1.35")
        + "addons: {keda: {}, external-secrets: {}}\n"
        + "gitops: {engine: flux, repository: 'https://github.com/org/platform'}\n"
    )
    [step] = steps(capsys, "one.yaml")
    declare_rules()
    assert [RULES[one["code"]].name for one in step["diagnostics"]] == ["addon-not-tested"]
    assert "keda is tested up to Kubernetes 1.35, not with 1.36" in step["diagnostics"][0]["message"]
    assert not step["blocked"]


# The order


def test_the_order(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [step] = steps(capsys, "one.yaml")
    told = order(step)
    assert list(told) == ["Before", "The blueprint", "The control plane", "Nodes", "Add-ons", "Manifests", "Clients"]
    assert "up to five free addresses" in told["Before"]
    assert "With `upgradePolicy: standard`" in told["Before"] and "(2026-12-02)" in told["Before"]
    assert "Update the stack one-cluster." in told["The control plane"]
    assert "workers: fails where a PodDisruptionBudget forbids draining" in told["Nodes"]
    assert "pinned: goes on where a PodDisruptionBudget forbids draining" in told["Nodes"]
    assert "own: an Auto Scaling group of yours." in told["Nodes"]
    assert "arm (1.32): stays, until its `version` is raised." in told["Nodes"]
    assert "coredns: with the stack" in told["Add-ons"]
    assert "First vpc-cni, kube-proxy and coredns" in told["Add-ons"]
    assert told["Manifests"] == "Apply the overlay; changed: Deployment/cluster-autoscaler."
    assert f"{facts.kubernetes()['1.35'].kubectl} fits" in told["Clients"]
    assert "the stack one-bastion" in told["Clients"]
    [command] = step["order"][0]["commands"]
    assert json.loads(command.partition("--filter ")[2].strip("'")) == {
        "categories": ["UPGRADE_READINESS"],
        "kubernetesVersions": ["1.35"],
    }


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            "nodeGroups: []\nfargateProfiles: [{name: a, selectors: [{namespace: kube-system}]}]\n",
            "Fargate: a pod keeps",
        ),
        ("nodeGroups: []\ncluster: {version: '1.34', autoMode: {}}\n", ""),
    ],
    ids=["fargate", "auto-mode"],
)
def test_nodes_that_are_in_no_group(sections: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = BLUEPRINT.partition("cluster:")[0]
    given = sections if "cluster:" in sections else f"cluster: {{version: '1.34'}}\n{sections}"
    (here / "one.yaml").write_text(head + given)
    [step] = steps(capsys, "one.yaml")
    told = order(step)
    assert said in told.get("Nodes", "")
    assert ("the nodes of Auto Mode do" in told["The control plane"]) == (not said)


# Several environments


def test_each_environment_goes_on_from_where_it_is(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = [(one["from"], one["to"], one["environments"]) for one in steps(capsys, "fleet.yaml")]
    assert told == [("1.34", "1.35", ["prod", "test"]), ("1.35", "1.36", ["dev"])]
    first, second = steps(capsys, "fleet.yaml", "--to", "1.36")
    assert second["environments"] == ["dev", "prod", "test"]
    assert [(one["line"], one["environments"]) for one in first["edits"]] == [(4, ["prod", "test"])]
    assert [(one["line"], one["environments"]) for one in second["edits"]] == [(6, ["dev"]), (4, ["prod", "test"])]
    assert "Let one environment go first" in order(first)["The blueprint"]
    [only] = steps(capsys, "fleet.yaml", "--env", "dev")
    assert only["environments"] == ["dev"]


# How it is said


def test_for_people(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade", "one.yaml"]) == exits.DANGEROUS
    text = capsys.readouterr().out
    assert text.startswith(
        "Kubernetes 1.34 → 1.35: default\n"
        "  1.34: standard support until 2026-12-02, extended until 2027-12-02\n"
        "  1.35: standard support until 2027-03-27, extended until 2028-03-27\n"
        f"  (as of {facts.as_of()})\n\n  to edit\n    one.yaml:5:12: cluster.version becomes"
    )
    assert (
        "    one.yaml:20:3: FlowSchema/mine: flowcontrol.apiserver.k8s.io/v1beta3 is not served since 1.32; "
        "write flowcontrol.apiserver.k8s.io/v1\n"
    ) in text
    assert "\n      changed          cluster/Cluster (AWS::EKS::Cluster): Version: 1.34 → 1.35" in text
    assert "\n       $ aws eks list-insights --region eu-west-1 --cluster-name one" in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_as_a_page(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade", "one.yaml", "--format", "markdown"]) == exits.DANGEROUS
    text = capsys.readouterr().out
    assert text.startswith("## Kubernetes 1.34 → 1.35: default\n\n- 1.34: standard support until")
    assert '- [ ] one.yaml:5:12: cluster.version becomes "1.35"\n' in text
    assert "### What changes\n\n**default**: " in text
    assert "\n3. [ ] **The control plane**: Update the stack one-cluster." in text
    assert text.count("```") % 2 == 0


def test_there_may_be_nothing_to_do(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newest = versions.newest()
    (here / "one.yaml").write_text(BLUEPRINT.replace("1.34", newest).partition("nodeGroups")[0])
    assert main(["upgrade", "one.yaml"]) == exits.OK
    assert capsys.readouterr().out == (
        f"Kubernetes {newest}: nothing to do; {newest} is the newest that bpc knows on EKS, as of {facts.as_of()}\n"
    )
    assert steps(capsys, "one.yaml") == []
    assert main(["upgrade", "one.yaml", "--to", newest]) == exits.OK
    assert capsys.readouterr().out == f"Kubernetes {newest}: nothing to do\n"


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["gone.yaml"], 2, "bpc: cannot read gone.yaml: No such file or directory\n"),
        (["one.yaml", "--to", "1.3"], 2, "bpc: bpc knows no Kubernetes 1.3 on EKS; did you mean 1.3"),
        (["one.yaml", "--to", "2"], 2, "bpc: bpc knows no Kubernetes 2 on EKS; it knows 1."),
        (["one.yaml", "--to", "1.33"], 2, "bpc: default is at 1.34; an upgrade does not go back to 1.33\n"),
        (["fleet.yaml", "--env", "live"], 1, "error BPC305: there is no environment live"),
        (["mine.yaml"], 1, "error BPC"),
    ],
)
def test_what_cannot_be_said(
    argv: list[str], code: int, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", *argv]) == code
    shown = capsys.readouterr()
    assert said in shown.err
    assert not shown.out
