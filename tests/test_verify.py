"""`bpc verify` over real output: fine as it was compiled, and each kind of damage is found where it is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bpc import verify
from bpc.cli import main
from bpc.verify import manifests, permissions, promises, secrets, templates
from parts import cache, kubectl

ROOT = Path(__file__).resolve().parent.parent
SPEC = """apiVersion: bpc/v1
kind: Blueprint
metadata: {name: demo, region: eu-west-1}
addons:
  metrics-server: {source: manifests}
"""
NETWORK = "cloudformation/default/10-network.yaml"
CLUSTER = "cloudformation/default/30-cluster.yaml"
DEPLOYMENT = "kubernetes/base/metrics-server/deployment.yaml"
OVERLAY = "kubernetes/overlays/default/kustomization.yaml"

Doctor = Callable[[Path], None]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small platform, compiled as a user would."""
    folder = tmp_path_factory.mktemp("compiled")
    (folder / "demo.yaml").write_text(SPEC, encoding="utf-8")
    assert main(["compile", str(folder / "demo.yaml"), "-o", str(folder / "out")]) == 0
    return folder / "out" / "demo"


@pytest.fixture(autouse=True)
def real_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPC_KUBECTL", kubectl.kubectl())
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.folder("xdg")))


def replaced(file: str, old: str, new: str) -> Doctor:
    def doctor(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return doctor


def put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def marker(key: str, value: object) -> Doctor:
    def doctor(folder: Path) -> None:
        content = json.loads((folder / verify.MARKER).read_text())
        (folder / verify.MARKER).write_text(json.dumps(content | {key: value}))

    return doctor


def appended(file: str, text: str) -> Doctor:
    def doctor(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as out:
            out.write(text)

    return doctor


def with_hashes(doctor: Doctor) -> Doctor:
    """The same damage as if bpc had made it: the inventory agrees with it."""

    def consistent(folder: Path) -> None:
        doctor(folder)
        content = json.loads((folder / verify.MARKER).read_text())
        for file in content["files"]:
            content["files"][file] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
        (folder / verify.MARKER).write_text(json.dumps(content))

    return consistent


def linked(file: str) -> Doctor:
    """A link to nowhere, in the place of a file or beside the others."""

    def doctor(folder: Path) -> None:
        (folder / file).unlink(missing_ok=True)
        (folder / file).symlink_to("nowhere")

    return doctor


def no_marker(folder: Path) -> None:
    (folder / verify.MARKER).unlink()
    (folder / verify.MARKER).mkdir()


NOTES = "cloudformation/default/notes.yaml"
DEEP = "[" * 200_000
# What used to end the parser in C, and bpc with it.
NESTED = f"\nDeep: {DEEP}{']' * 200_000}\n"
RESOURCES = "\nResources:\n"
EXPORT = "${AWS::StackName}-ClusterName"
TRANSFORM = "\nTransform: AWS::Serverless-2016-10-31"
CUSTOM = "  Extra:\n    Type: Custom::Thing\n"
QUEUE = """
  Extra:
    Type: AWS::SQS::Queue
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      MessageRetentionPeriod: 300
"""
HOST = """
  Extra:
    Type: AWS::EC2::Instance
    Properties:
      InstanceType: m7g.larg
"""
OPEN_ROLE = """
  Extra:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: {}
            Resource: '*'
"""


def resource(text: str) -> Doctor:
    return replaced(NETWORK, RESOURCES, RESOURCES + text.lstrip("\n"))


DAMAGE: dict[str, tuple[str, str, Doctor]] = {
    "lost": ("BPC601", NETWORK, lambda folder: (folder / NETWORK).unlink()),
    "edited": ("BPC602", "README.md", appended("README.md", "Edited.\n")),
    "added": ("BPC603", "notes.txt", lambda folder: (folder / "notes.txt").touch()),
    "added to the templates": ("BPC603", NOTES, appended(NOTES, "- a note\n")),
    "added link to nowhere": ("BPC603", NOTES, linked(NOTES)),
    "added link to a folder": ("BPC603", "here", lambda folder: (folder / "here").symlink_to("kubernetes")),
    "link to nowhere": ("BPC602", NETWORK, linked(NETWORK)),
    "unsigned": ("BPC604", OVERLAY, with_hashes(replaced(OVERLAY, "made by bpc", "made by hand with"))),
    "of another blueprint": ("BPC604", OVERLAY, with_hashes(replaced(OVERLAY, "# demo", "# other"))),
    "no environments": ("BPC605", verify.MARKER, marker("environments", {})),
    "no inventory": ("BPC605", verify.MARKER, marker("files", None)),
    "not json": ("BPC605", verify.MARKER, appended(verify.MARKER, "}")),
    "marker is a folder": ("BPC605", verify.MARKER, no_marker),
    "marker is a list of lists": ("BPC605", verify.MARKER, lambda folder: put(folder / verify.MARKER, DEEP)),
    "lint": ("BPC610", NETWORK, with_hashes(replaced(NETWORK, "CidrBlock:", "CidrBlok:"))),
    "nested too deep": ("BPC934", NETWORK, with_hashes(appended(NETWORK, NESTED))),
    "manifest nested too deep": ("BPC934", DEPLOYMENT, with_hashes(appended(DEPLOYMENT, NESTED))),
    "no yaml": ("BPC610", NETWORK, with_hashes(appended(NETWORK, "\n]"))),
    "custom resource": ("BPC620", NETWORK, with_hashes(resource(CUSTOM))),
    "macro": ("BPC620", NETWORK, with_hashes(replaced(NETWORK, RESOURCES, TRANSFORM + RESOURCES))),
    "over quota": ("BPC621", NETWORK, with_hashes(appended(NETWORK, "#" * 1_000_001))),
    "large": ("BPC622", NETWORK, with_hashes(appended(NETWORK, "#" * 60_000))),
    "no export": ("BPC623", CLUSTER, with_hashes(replaced(NETWORK, "StackName}-Private", "StackName}-Hidden"))),
    "exported twice": ("BPC624", CLUSTER, with_hashes(replaced(CLUSTER, EXPORT, "demo-network-VpcId"))),
    "open": ("BPC625", NETWORK, with_hashes(resource(OPEN_ROLE.format("'*'")))),
    "unexplained": ("BPC626", NETWORK, with_hashes(resource(OPEN_ROLE.format("ec2:DescribeVpcs")))),
    "secret": ("BPC627", "README.md", with_hashes(appended("README.md", "AKIA" + "QQQQ2222" * 2))),
    "account": ("BPC628", OVERLAY, with_hashes(appended(OVERLAY, "# arn:aws:eks:eu-west-1:111122223333:cluster/x\n"))),
    "untraced": ("BPC629", NETWORK, with_hashes(resource(QUEUE))),
    "does not build": ("BPC630", OVERLAY, with_hashes(appended(OVERLAY, "resorces: []\n"))),
    "unknown kind": ("BPC631", OVERLAY, with_hashes(replaced(DEPLOYMENT, "apps/v1", "apps/v1beta1"))),
    "does not fit": ("BPC632", OVERLAY, with_hashes(replaced(DEPLOYMENT, "serviceAccountN", "serviceAccuntN"))),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found(name: str, compiled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, file, doctor = DAMAGE[name]
    folder = tmp_path / "demo"
    shutil.copytree(compiled, folder)
    doctor(folder)
    status = main(["verify", str(folder), "--format", "json"])
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (code, str(folder / file)) in {(one["code"], one["file"]) for one in found}, found
    assert status == (0 if code == "BPC622" else 1)


def test_what_is_no_inventory_is_said_once(compiled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(compiled, folder)
    for content in ("", "{", "[]", "{}"):
        put(folder / verify.MARKER, content)
        assert main(["verify", str(folder)]) == 1
        said = capsys.readouterr()
        assert (said.out + said.err).count("BPC605") == 1
        assert f"{verify.MARKER} is no inventory that bpc wrote" in said.out + said.err


def test_what_bpc_compiles_is_fine(compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(compiled)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{compiled}: fine (4 templates, 1 overlay)\n"
    assert said.err == ""


def test_a_folder_of_outputs(compiled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(compiled.parent), str(compiled)]) == 0
    assert capsys.readouterr().out.count("fine") == 1


def test_what_cfn_lint_says_at_length_is_trimmed(
    compiled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It lists every instance type that there is; the form for machines has all of them."""
    folder = tmp_path / "demo"
    shutil.copytree(compiled, folder)
    with_hashes(resource(HOST))(folder)
    assert main(["verify", str(folder)]) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if "BPC610" in line]
    [line] = [line for line in said if "'m7g.larg' is not one of" in line]
    assert line.endswith(" … [cfn-lint]")
    assert len(line) < len(str(folder / NETWORK)) + 300
    assert main(["verify", str(folder), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert max(len(one["message"]) for one in found if one["code"] == "BPC610") > 5000


def test_a_finding_shows_its_line(compiled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(compiled, folder)
    with_hashes(resource(OPEN_ROLE.format("'*'")))(folder)
    lines = (folder / NETWORK).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "- Effect: Allow" in text)
    assert main(["verify", str(folder)]) == 1
    said = capsys.readouterr().err
    assert f"{folder / NETWORK}:{line}:13: error BPC625: this statement allows * on * [open-statement]\n" in said
    assert f"{line} |           - Effect: Allow\n" in said
    assert main(["verify", str(folder), "--format", "github"]) == 1
    assert f"::error file={folder / NETWORK},line={line}," in capsys.readouterr().out


@pytest.mark.parametrize("place", [".", "nowhere"])
def test_a_folder_that_bpc_did_not_make(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path / place)]) == 2
    assert "is no output of bpc" in capsys.readouterr().err


def test_without_the_extra(compiled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cfnlint", None)
    assert main(["verify", str(compiled)]) == 2
    assert "pip install 'eks-blueprint-compiler[verify]'" in capsys.readouterr().err


@pytest.mark.parametrize("program", ["", "/nowhere/kubectl"])
def test_without_kubectl(
    program: str, compiled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPC_KUBECTL", program)
    monkeypatch.setenv("PATH", os.path.dirname(compiled))
    assert main(["verify", str(compiled)]) == 2
    said = capsys.readouterr()
    assert "1 overlay was not built: there is no kubectl" in said.err
    assert "fine" not in said.out


def test_lint_is_remembered(compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = templates.Job(str(compiled), NETWORK, "eu-west-1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = list(templates.check([job]))
    (kept,) = (tmp_path / "bpc" / "lint").iterdir()
    kept.write_text('[["E0000", "from the memo", 1, 2, 3]]')
    assert first == [(job, [])]
    assert [one.diagnostic.message for _, found in templates.check([job]) for one in found] == ["E0000: from the memo"]
    kept.write_text("half a memo")
    assert list(templates.check([job])) == first
    monkeypatch.setenv("BPC_NO_CACHE", "1")
    kept.write_text('[["E0000", "from the memo", 1, 2, 3]]')
    assert list(templates.check([job])) == first


def test_short_forms_are_written_out() -> None:
    read = verify.parse(
        "cloudformation/default/10-x.yaml", "A: !GetAtt B.C.D\nE:\n  - !Sub '${F}'\nG: !Ref H\nI: 2010-09-09\n"
    )
    assert read.data == {
        "A": {"Fn::GetAtt": ["B", "C.D"]},
        "E": [{"Fn::Sub": "${F}"}],
        "G": {"Ref": "H"},
        "I": "2010-09-09",
    }
    assert read.found(verify.BAD_MARKER, ("E", 0, "Fn::Sub"), "x").diagnostic.span == verify.Span(3, 5, 16)
    assert (read.environment, read.number, read.stack) == ("default", 10, "x")


def test_json_has_lines_too() -> None:
    read = verify.parse(
        "cloudformation/prod/30-cluster.json", json.dumps({"A": {"B": [True, None, 1.5, "x"]}}, indent=1)
    )
    assert read.data == {"A": {"B": [True, None, 1.5, "x"]}}
    assert read.found(verify.BAD_MARKER, ("A", "B", 3), "x").diagnostic.span == verify.Span(7, 4, 7)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "a", "Resources:", "Resources: [a]", "Resources: {A: b}", "Resources: {A: {Type: [x]}}", "[a]: b",
        "Parameters: a\nOutputs: {A: {Export: b}, C: {Export: {Name: {Fn::Sub: []}}}}", "Outputs: {A: {Export: {}}}",
        "Mappings: 3",
        "Resources: {A: {Properties: {B: !ImportValue {}}}}", "Resources: {A: {Properties: {Effect: 1, Action: {}}}}",
        "Resources: {A: {Properties: {B: !Join [1], C: !GetAtt {a: b}, D: !Sub [a, b]}}}", "? {a: b}\n: c",
        "Resources: {A: {Properties: '{\"Effect\": 1'}}", "Parameters: {APassword: {}}", "Transform: null",
    ],
)  # fmt: skip
def test_no_shape_of_a_template_is_too_strange(text: str) -> None:
    """What it is is for cfn-lint to say; here it must not be a traceback."""
    read = verify.parse("cloudformation/default/10-x.yaml", text)
    for check in (promises.plain, promises.quotas, permissions.open_statements, permissions.unexplained_stars):
        assert all(one.file == read.file for one in check(read))
    list(secrets.sensitive_values(read))
    list(promises.linked("demo", [read, read]))
    list(promises.traced(read, {}))


def test_a_group_of_somebody_else_is_unknown() -> None:
    """kubernetes-validate would take the group for the one that its first word names."""
    one = {"apiVersion": "apps.example.com/v1", "kind": "Deployment", "metadata": {"name": "x"}}
    assert [found.diagnostic.rule.code for found in manifests.fits("file", one, "1.36")] == ["BPC631"]
    assert [found.diagnostic.rule.code for found in manifests.fits("file", {"data": {}}, "1.36")] == ["BPC631"]
