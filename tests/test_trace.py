"""`bpc trace`: every resource and manifest has its line, and every line what it makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import pipeline, tracing
from bpc.beside import Beside
from bpc.cli import exits, main
from bpc.tracing import OBJECT, RESOURCE, Made, asked, files, lines, outputs

ROOT = Path(__file__).resolve().parent.parent
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
MINIMAL = "apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: one, region: eu-west-1}\n"
FLEET = """apiVersion: bpc/v1
kind: Blueprint
metadata:
  name: one
  region: eu-west-1
nodeGroups:
  - name: workers
    scaling: {min: 1, max: 3}
    userData: |
      echo one
      # two
storage:
  classes: [{name: fast, driver: ebs}]
addons:
  aws-ebs-csi-driver: {}
  cluster-autoscaler: {}
environments:
  dev:
    with: &both
      cluster:
        zonalShift: true
      bastion: {}
  prod:
    account: "111122223333"
    with: *both
  test:
    region: eu-central-1
    with:
      nodeGroups:
        - name: more
        - name: workers
          scaling: {max: 9}
# The end.
"""


class Loader(yaml.SafeLoader):
    """YAML with the short forms of intrinsic functions, of which only the keys around them matter here."""


Loader.add_multi_constructor("!", lambda *_: None)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "blueprint.yaml").write_text(MINIMAL)
    (tmp_path / "fleet.yaml").write_text(FLEET)
    return tmp_path


def made(spec: Path) -> list[Made]:
    document, environments, found = pipeline.finished(spec.read_bytes(), str(spec), Beside.of(str(spec)))
    assert document and environments, found
    return tracing.everything(document, environments)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_whatever_the_examples_hold_is_traced_to_a_section(spec: Path) -> None:
    """Against the committed output: each resource and each object once, in the file that has it."""
    every = made(spec)
    name = yaml.safe_load(spec.read_text(encoding="utf-8"))["metadata"]["name"]
    there: list[tuple[str, str, str]] = []
    for path in (ROOT / "out" / name).rglob("*"):
        file = str(path.relative_to(ROOT / "out" / name))
        if path.suffix not in (".yaml", ".json") or path.name in ("kustomization.yaml", ".bpc.json"):
            continue
        loaded = list(yaml.load_all(path.read_text(encoding="utf-8"), Loader))
        if file.startswith("cloudformation/") and "Resources" in loaded[0]:
            if file.count("/") == 2:  # not the administrator's template of stack sets, which is in no environment
                there += [(file, one["Type"], title) for title, one in loaded[0]["Resources"].items()]
        elif file.startswith("kubernetes/"):
            there += [(file, one["kind"], one["metadata"]["name"]) for one in loaded]
    assert {(one.file, one.type, one.name) for one in every} == set(there)
    assert all(one.at for one in every)
    for one in every:
        assert (one.span is None) <= one.left


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(["trace", *argv]) == exits.OK
    return capsys.readouterr().out


def rows(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    return json.loads(said(capsys, *argv, "--format", "json"))


# What made it


def test_the_line_of_a_resource(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "test/nodes/WorkersNodeGroup", "fleet.yaml") == (
        "nodes/WorkersNodeGroup (AWS::EKS::Nodegroup) in cloudformation/test/40-nodes.yaml\n"
        "  fleet.yaml:7:5: nodeGroups[0]\n"
        "     7 |   - name: workers\n"
    )


def test_environments_that_agree_are_said_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "Deployment/cluster-autoscaler", "fleet.yaml")
    assert text.splitlines() == [
        "Deployment/kube-system/cluster-autoscaler in kubernetes/base/cluster-autoscaler/deployment.yaml "
        "(dev, prod, test)",
        "  fleet.yaml:16:3: addons.cluster-autoscaler",
        "    16 |   cluster-autoscaler: {}",
    ]


def test_what_comes_by_an_alias_is_traced_to_its_anchor(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "AWS::EC2::Instance", "fleet.yaml")["made"]
    assert [(one["environment"], one["line"], one["path"]) for one in found] == [
        ("dev", 22, ["environments", "dev", "with", "bastion"]),
        ("prod", 22, ["environments", "dev", "with", "bastion"]),
    ]


@pytest.mark.parametrize(
    ("kind", "spec", "place"),
    [
        ("NodePool", "karpenter", ["addons", "karpenter", "nodePools"]),
        ("EC2NodeClass", "karpenter", ["addons", "karpenter", "nodeClasses"]),
        ("NodePool", "auto-mode", ["cluster", "autoMode", "customNodePools"]),
        ("StorageClass", "storage", ["storage", "classes"]),
        ("ServiceAccount", "irsa", ["serviceAccounts"]),
        ("HelmRelease", "karpenter", ["addons"]),
    ],
)
def test_an_object_is_traced_to_what_has_its_name(
    kind: str, spec: str, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = ROOT / "specs" / f"{spec}.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = [one for one in rows(capsys, f"{kind}/*", str(path))["made"] if one["path"][: len(place)] == place]
    assert found
    for one in found:
        if isinstance(one["path"][-1], int):
            said = data
            for part in one["path"]:
                said = said[part]
            assert said["name"] == one["name"]
        else:
            assert one["path"] == ["addons", one["part"]]


def test_what_is_left_to_bpc_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "EksVPC") == (
        "network/EksVPC (AWS::EC2::VPC) in cloudformation/default/10-network.yaml\n"
        "  left to bpc: blueprint.yaml says nothing of network; see `bpc explain network`\n"
    )
    [one] = rows(capsys, "EksVPC")["made"]
    assert (one["default"], one["line"]) == (True, None)
    [more, _] = said(capsys, "dev/addons/CorednsAddOn", "fleet.yaml").splitlines()[1:]
    assert more == "  fleet.yaml:14:1: addons.coredns, which is left to bpc; see `bpc explain addons.coredns`"


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Cluster", 3),
        ("cluster/Cluster", 3),
        ("cluster.Cluster", 3),
        ("prod/cluster/Cluster", 1),
        ("AWS::EKS::Cluster", 3),
        ("*/nodes/More*Group", 1),
        ("StorageClass/fast", 3),
        ("kube-system/cluster-autoscaler", 12),
        ("Deployment/kube-system/cluster-autoscaler", 3),
        ("cloudformation/prod/30-cluster.yaml", 9),
        ("out/one/cloudformation/prod/30-cluster.yaml", 9),
        ("out/one/kubernetes/base/cluster-autoscaler/deployment.yaml", 3),
        ("kubernetes/base/storage/kustomization.yaml", 3),
    ],
)
def test_the_names_that_a_thing_goes_by(words: str, count: int, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(rows(capsys, words, "fleet.yaml")["made"]) == count


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_each_line_of_the_output_belongs_to_what_is_there(form: str, here: Path) -> None:
    (here / "fleet.yaml").write_text(FLEET + f"cloudformation: {{format: {form}}}\n")
    assert main(["compile", "fleet.yaml"]) == exits.OK
    every = made(here / "fleet.yaml")
    for file in sorted({one.file for one in every}):
        text = (here / "out" / "one" / file).read_text(encoding="utf-8")
        inside = [one for one in every if one.file == file]
        found = [asked.at_line(text, number + 1, inside) for number in range(text.count("\n"))]
        assert {one for some in found for one in some} == set(inside), file
        assert found[0] == [] or inside[0].kind == OBJECT
        if inside[0].kind == RESOURCE:
            for title, begin in ((one.name, _begin(text, one.name)) for one in inside):
                assert [one.name for one in found[begin]] == [title]
                assert [one.name for one in found[begin + 1]] == [title]


def _begin(text: str, title: str) -> int:
    within = text.index("Resources")
    place = min(found for quote in ("", '"') if (found := text.find(f"  {quote}{title}{quote}:", within)) >= 0)
    return text.count("\n", 0, place)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_every_output_of_the_examples_is_traced_to_a_section(spec: Path) -> None:
    document, environments, _ = pipeline.finished(spec.read_bytes(), str(spec), Beside.of(str(spec)))
    assert document
    every = outputs.everything(document, environments)
    there = [
        (stack, name)
        for _, it in environments
        for stack, one in it.templates.items()
        for name in one.get("Outputs", ())
    ]
    assert [(one.part, one.name) for one in every] == there
    assert [one.name for one in every if not one.at] == []


def test_a_line_tells_of_the_outputs_of_what_it_makes(capsys: pytest.CaptureFixture[str]) -> None:
    spec = str(ROOT / "specs" / "study.yaml")
    number = Path(spec).read_text(encoding="utf-8").splitlines().index("bastion:") + 1
    [place] = rows(capsys, f"{spec}:{number}")["places"]
    assert {"RoleArn", "Kubeconfig"} <= {one["name"] for one in place["outputs"]}
    assert not any(one["kind"] == "output" for one in (*place["makes"], *place["shapes"]))
    assert "\n  and these outputs of stacks\n    default\n" in said(capsys, f"{spec}:{number}")


def test_an_output_of_a_stack(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ("VpcId", "network/VpcId", "dev/network/VpcId"):
        found = rows(capsys, words, "fleet.yaml", "--env", "dev")["made"]
        assert [(one["kind"], one["type"], one["path"]) for one in found] == [
            ("output", "Output of EksVPC", ["network"])
        ]
    assert main(["compile", "fleet.yaml"]) == exits.OK
    file = "out/one/cloudformation/dev/10-network.yaml"
    text = (here / file).read_text(encoding="utf-8").splitlines()
    begin = text.index("Outputs:")
    capsys.readouterr()
    [one] = rows(capsys, f"{file}:{begin + 3}", "fleet.yaml")["made"]
    assert (one["kind"], one["name"]) == ("output", text[begin + 1].strip(" :"))
    assert main(["trace", f"{file}:{begin + 1}", "fleet.yaml"]) == exits.BAD_USAGE
    assert main(["trace", "VpcI", "fleet.yaml"]) == exits.BAD_USAGE
    assert "did you mean VpcId?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spec", "words", "place"),
    [
        ("argocd", "gitops/dev/application.yaml", ["gitops"]),
        ("argocd", "out/argocd/images/dev.txt", ["addons"]),
        ("argocd", "kubernetes/overlays/prod/kustomization.yaml", ["environments", "prod"]),
        ("argocd", "cloudformation/dev/deployer-policy-1.json", ["environments", "dev"]),
        ("argocd", "out/argocd/README.md", []),
        ("argocd", "out/argocd/.bpc.json", []),
        ("minimal", "cloudformation/default/deployer-policy-1.json", []),
    ],
)
def test_a_file_with_neither_resources_nor_objects(
    spec: str, words: str, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    [one] = rows(capsys, words, str(ROOT / "specs" / f"{spec}.yaml"))["made"]
    assert (one["kind"], one["path"]) == ("file", place)


def test_every_file_of_the_examples_is_traced() -> None:
    for spec in ("argocd", "stack-sets", "storage"):
        path = ROOT / "specs" / f"{spec}.yaml"
        document, environments, _ = pipeline.finished(path.read_bytes(), str(path), Beside.of(str(path)))
        assert document
        every = tracing.everything(document, environments)
        out = ROOT / "out" / document.data["metadata"]["name"]
        for file in sorted(str(one.relative_to(out)) for one in out.rglob("*") if one.is_file()):
            below = asked.below_output(file)
            assert asked.find(below, every) or files.other(below, document, environments), file


def test_a_line_of_the_output(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "fleet.yaml"]) == exits.OK
    file = "out/one/kubernetes/base/cluster-autoscaler/deployment.yaml"
    capsys.readouterr()
    assert len(rows(capsys, f"{file}:9", "fleet.yaml")["made"]) == 3
    assert main(["trace", "out/one/cloudformation/dev/10-network.yaml:1", "fleet.yaml"]) == exits.BAD_USAGE
    assert "line 1 of out/one/cloudformation/dev/10-network.yaml belongs to no resource" in capsys.readouterr().err


# What a line makes


def told(capsys: pytest.CaptureFixture[str], line: str) -> list[tuple[str, set[str], set[str]]]:
    """The places on a line of the fleet, with what they make and have a say in: `environment part/name`."""
    return [
        (".".join(map(str, place["path"])), *({_short(one) for one in place[key]} for key in ("makes", "shapes")))
        for place in rows(capsys, f"fleet.yaml:{line}")["places"]
    ]


def _short(one: dict[str, Any]) -> str:
    return f"{one['environment']} {one['part']}/{one['name']}"


WORKERS = ("WorkersNodeRole", "WorkersLaunchTemplate", "WorkersNodeGroup")


def test_a_line_makes_what_the_blueprint_asks_for_there(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [(path, makes, shapes)] = told(capsys, "7")
    assert (path, shapes) == ("nodeGroups.0", set())
    assert makes == {f"{name} nodes/{one}" for name in ("dev", "prod", "test") for one in WORKERS}
    [(path, makes, shapes)] = told(capsys, "13")
    assert makes == {f"{name} storage/fast" for name in ("dev", "prod", "test")}


def test_a_line_within_has_a_say(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [(path, makes, shapes)] = told(capsys, "8")
    assert (path, makes) == ("nodeGroups.0.scaling", set())
    assert shapes == {f"{name} nodes/{one}" for name in ("dev", "prod", "test") for one in WORKERS}
    # The innermost, where a column is said; and this one is another in one of the environments.
    [(path, makes, shapes)] = told(capsys, "8:23")
    assert path == "nodeGroups.0.scaling.max"
    assert shapes == {f"{name} nodes/{one}" for name in ("dev", "prod") for one in WORKERS}


def test_a_namespace_belongs_to_its_team(capsys: pytest.CaptureFixture[str]) -> None:
    """And not to its name in a list, beside which the rest of the team would have no say."""
    spec = ROOT / "specs" / "teams.yaml"
    number = next(n for n, one in enumerate(spec.read_text().splitlines(), 1) if one.startswith("    podSecurity: "))
    [place] = rows(capsys, f"{spec}:{number}")["places"]
    assert {"Namespace"} < {one["type"] for one in place["shapes"]}


def test_a_line_in_the_middle_of_a_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [path for path, *_ in told(capsys, "10")] == ["nodeGroups.0.userData"]
    # What looks like a comment belongs to the text.
    assert [path for path, *_ in told(capsys, "11")] == ["nodeGroups.0.userData"]


def test_lines_of_an_environment(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [(_, makes, shapes)] = told(capsys, "21")
    assert not makes
    assert "prod cluster/Cluster" in shapes and not any(one.startswith("test") for one in shapes)
    [(_, makes, _)] = told(capsys, "22")
    assert {"dev bastion/BastionHost", "prod bastion/BastionHost"} <= makes
    # Merged by name into the first group of the root, and beside it.
    [(path, makes, shapes)] = told(capsys, "32")
    assert (path, makes) == ("environments.test.with.nodeGroups.1.scaling", set())
    assert shapes == {f"test nodes/{one}" for one in WORKERS}
    [(path, makes, _)] = told(capsys, "30")
    assert makes == {f"test nodes/{one.replace('Workers', 'More')}" for one in WORKERS}


def test_lines_that_are_in_everything(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = {f"{one.environment} {one.part}/{one.name}" for one in made(here / "fleet.yaml")}
    [(_, makes, shapes)] = told(capsys, "4")
    assert (makes, shapes) == (set(), every)
    [(path, makes, shapes)] = told(capsys, "27")
    assert path == "environments.test.region"
    assert (makes, shapes) == (set(), {one for one in every if one.startswith("test ")})
    [(_, makes, shapes)] = told(capsys, "26")
    assert (makes, shapes) == ({one for one in every if one.startswith("test ")}, set())
    [(_, makes, shapes)] = told(capsys, "1")
    assert (makes, shapes) == (set(), set())


def test_patches_are_told_of_both_ways(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = str(ROOT / "specs" / "fleet.yaml")
    patch = "environments.prod-apac.with.overrides.cloudformation[0].patch[0]"
    [found] = [one for one in said(capsys, "cluster/Cluster", spec).splitlines() if one.endswith("a patch of it")]
    number = found.split(":")[1]
    assert found == f"  {spec}:{number}:17: {patch}, a patch of it"
    [place] = rows(capsys, f"{spec}:{number}")["places"]
    assert [_short(one) for one in place["shapes"]] == ["prod-apac cluster/Cluster", "prod-us cluster/Cluster"]


def test_a_line_for_people(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "fleet.yaml:13") == (
        "fleet.yaml:13: storage.classes\n  makes\n    dev, prod, test\n"
        "      StorageClass/fast  kubernetes/base/storage/storageclass.yaml\n"
    )
    assert (
        said(capsys, "fleet.yaml:1") == "fleet.yaml:1: apiVersion\n  no resource and no manifest is made for it alone\n"
    )
    assert said(capsys, "fleet.yaml:21:9").startswith(
        "fleet.yaml:21: environments.dev.with.cluster.zonalShift becomes AWS::EKS::Cluster.ZonalShiftConfig"
    )


def test_every_line_of_the_examples_says_something(here: Path) -> None:
    for spec in SPECS:
        document, environments, _ = pipeline.finished(spec.read_bytes(), str(spec), Beside.of(str(spec)))
        assert document
        every = tracing.everything(document, environments)
        places = [place for place, _ in environments]
        for number in range(1, len(document.lines) + 1):
            if lines.says_nothing(document, number):
                continue
            for path in lines.places(document, number):
                one = lines.told(document, path, places, every)
                told = bool(one.makes or one.shapes)
                quiet = path[0] in ("apiVersion", "kind") or path == ("environments",)
                assert told or quiet or _nothing(document.data, path) or _left_out(document.data, path), (
                    f"{spec.name}:{number} {path}"
                )


def _nothing(data: Any, path: tuple[Any, ...]) -> bool:
    """Whether a place says that something is not to be, or what others have made."""
    for part in path:
        data = data[part]
    if isinstance(data, dict) and ("fileSystem" in data or data.get("enabled") is False):
        # A class that is an output of a stack, and no object of its own; one of a list that is not to be.
        return True
    return "existing" in (*path, *(data if isinstance(data, dict) else ())) or data in (
        [],
        {},
        False,
        None,
        {"enabled": False},
    )


def _left_out(data: Any, path: tuple[Any, ...]) -> bool:
    """Whether a place says that an application is not to be, or names one that is there already."""
    for part in path:
        data = data[part]
    there = isinstance(data, str) and path[-2] == "apps"
    return there or (isinstance(data, dict) and data.get("enabled") is False)


# What cannot be traced


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["Clutser"], 2, "blueprint.yaml makes nothing called Clutser; did you mean Cluster?"),
        (["Qqqqqqqqq"], 2, "blueprint.yaml makes nothing called Qqqqqqqqq; `bpc trace '*'` lists everything"),
        (["Cluster", "gone.yaml"], 2, "cannot read gone.yaml: No such file or directory"),
        (["fleet.yaml:99"], 2, "line 99 is not there: fleet.yaml has 33 lines"),
        (["fleet.yaml:7:1"], 2, "nothing of the blueprint begins at fleet.yaml:7:1"),
        (["fleet.yaml:33"], 2, "line 33 is empty or a comment"),
        (["fleet.yaml:7", "fleet.yaml"], 2, "fleet.yaml:7 names the blueprint already"),
        (["Cluster", "fleet.yaml", "--env", "live"], 1, "error BPC305: there is no environment live"),
        (["gitops/default/none.yaml"], 2, "blueprint.yaml makes nothing called gitops/default/none.yaml"),
        (["out/one/cloudformation/default/30-cluster.yaml:3"], 2, "cannot read out/one/cloudformation"),
    ],
)
def test_what_cannot_be_traced(
    argv: list[str], code: int, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", *argv]) == code
    shown = capsys.readouterr()
    assert said in shown.err
    assert not shown.out


def test_without_a_blueprint_it_asks_for_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "blueprint.yaml").unlink()
    assert main(["trace", "Cluster"]) == exits.BAD_USAGE
    assert "say which blueprint, as in `bpc trace Cluster specs/study.yaml`" in capsys.readouterr().err


def test_a_broken_blueprint_is_shown_as_compile_would(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "blueprint.yaml").write_text(MINIMAL + "network: {cidrr: 10.0.0.0/16}\n")
    assert main(["trace", "Cluster"]) == exits.BROKEN_BLUEPRINT
    assert "blueprint.yaml:4:11: error BPC202" in capsys.readouterr().err
