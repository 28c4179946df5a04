"""The one-off setting up of a cluster from the bastion host: its script runs here against a cluster of stubs."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sysconfig
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from bpc import facts
from bpc.kit import bootstrap, first_boot
from bpc.kit.bootstrap import Bootstrap, File
from bpc.kit.first_boot import Host
from parts.compiling import compiled

HARMLESS = ("bash", "cat", "chmod", "cp", "grep", "mkdir", "mv", "sha256sum", "touch")
# Each stub says what it was asked in the file `calls`, and answers from the files of the directory.
STUBS = {
    "aws": """\
echo "aws $*" >>calls
case "$1 $2" in
  "s3 cp") cp "published/${4##*/}" "$5" ;;
  "eks describe-cluster") cat status ;;
esac
""",
    "curl": """\
echo "curl ${*: -1}" >>calls
while [[ $# -gt 1 ]]; do
  [[ $1 == --output ]] && file=$2
  shift
done
cat "published/${1##*/}" >"$file"
""",
    "kubectl": """\
echo "kubectl $*" >>calls
case "$*" in
  "get configmap"*) cat mark 2>/dev/null || true ;;
  "create configmap"*) echo configmap/platform-bootstrap >mark ;;
  "get nodes"*) cat nodes ;;
  "get namespace "*) [[ -e namespace-$3 ]] ;;
  "create namespace"*) touch "namespace-$3" ;;
  apply*) [[ ! -e refused ]] || { echo "the server says no" >&2; exit 1; } ;;
esac
""",
    # Time passes: what is in `later` is what the next try finds.
    "sleep": """\
echo "sleep $1" >>calls
[[ ! -e later ]] || bash later
""",
}
MANIFEST = "kind: Namespace\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Machine:
    """A directory that stands for the host, the cluster and the internet."""

    def __init__(self, top: Path) -> None:
        self.top = top
        (top / "bin").mkdir()
        (top / "published").mkdir()
        for command in HARMLESS:
            found = which(command)
            assert found, f"this machine has no {command}"
            (top / "bin" / command).symlink_to(found)
        for name, text in STUBS.items():
            stub = top / "bin" / name
            stub.write_text(f"#!/bin/bash\nset -e\ncd {top}\n{text}", encoding="utf-8")
            stub.chmod(0o755)
        self.says("status", "ACTIVE")
        self.says("nodes", "ip-10-0-0-1   Ready   <none>   1m   v1.36.4")
        self.says("published/install.yaml", MANIFEST)

    def says(self, name: str, text: str) -> None:
        (self.top / name).write_text(text + ("" if text.endswith("\n") else "\n"), encoding="utf-8")

    def run(self, wanted: Bootstrap, tries: int = 5) -> subprocess.CompletedProcess[str]:
        text = bootstrap.script(wanted).replace(bootstrap.STATE, f"{self.top}/state").replace("/usr/local/bin:", "")
        text = text.replace(f"try < {bootstrap.TRIES}", f"try < {tries}")
        return subprocess.run(
            [self.top / "bin" / "bash", "-c", text],
            env={"PATH": f"{self.top}/bin"},
            cwd=self.top,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def calls(self) -> list[str]:
        calls = self.top / "calls"
        return calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []

    def called(self, start: str) -> list[str]:
        return [one for one in self.calls if one.startswith(start)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def wanted(**changes: Any) -> Bootstrap:
    usual = Bootstrap(
        cluster="shop",
        region="eu-west-1",
        manifests=(File("https://example.com/install.yaml", digest(MANIFEST), "argocd"),),
        kubectl=None,
        waits_for_node=True,
    )
    return usual.replace(**changes)


SHAPES = [
    wanted(),
    wanted(waits_for_node=False, manifests=(File("s3://artifacts/install.yaml", digest(MANIFEST)),)),
    wanted(kubectl=File("https://example.com/kubectl?version=1&arch=amd64", "0" * 64)),
]


def test_shellcheck_has_nothing_to_say(tmp_path: Path) -> None:
    files = []
    for number, one in enumerate(SHAPES):
        host = Host("shop", "eu-west-1", "al2023", "amd64", "UTC", ("kubectl",), "1.36.4", "", facts.tools(), one)
        for name, text in (("script", bootstrap.script(one)), ("first-boot", first_boot.script(host))):
            file = tmp_path / f"{number}-{name}"
            file.write_text(text, encoding="utf-8")
            files.append(file)
    shellcheck = Path(sysconfig.get_path("scripts"), "shellcheck")
    found = subprocess.run([shellcheck, "--format=gcc", *files], capture_output=True, text=True)
    assert (found.stdout, found.stderr, found.returncode) == ("", "", 0)


def test_manifests_are_applied_once(machine: Machine) -> None:
    ended = machine.run(wanted())
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "done: applied 1 of 1 manifests\n"
    (applied,) = machine.called("kubectl apply")
    assert applied == f"kubectl apply --server-side --namespace argocd --filename {machine.top}/state/1.yaml"
    assert machine.called("kubectl create namespace") == ["kubectl create namespace argocd"]
    (mark,) = machine.called("kubectl create configmap platform-bootstrap")
    assert digest(MANIFEST) in mark
    assert (machine.top / "state" / "done").exists()


def test_a_new_host_finds_the_mark_of_the_old_one(machine: Machine) -> None:
    machine.says("mark", "configmap/platform-bootstrap")
    ended = machine.run(wanted())
    assert ended.returncode == 0
    assert ended.stdout.startswith("done: the cluster has been set up before")
    assert machine.called("kubectl apply") == []
    assert (machine.top / "state" / "done").exists()


def test_it_waits_for_the_cluster_and_says_so_once(machine: Machine) -> None:
    machine.says("status", "CREATING")
    machine.says("later", "[[ $(grep -c ^sleep calls) -lt 3 ]] || echo ACTIVE >status")
    ended = machine.run(wanted())
    assert ended.returncode == 0
    assert ended.stdout == "waiting: the cluster: it is CREATING\ndone: applied 1 of 1 manifests\n"
    assert machine.called("sleep") == ["sleep 30"] * 3
    assert len(machine.called("curl")) == 1


@pytest.mark.parametrize("nodes", ["No resources found", "ip-10-0-0-1   NotReady   <none>   1m   v1.36.4"])
def test_it_waits_for_a_node(machine: Machine, nodes: str) -> None:
    machine.says("nodes", nodes)
    ended = machine.run(wanted())
    assert ended.returncode == 1
    assert ended.stdout == "waiting: a node: none is ready\nfailed: given up after twelve hours\n"
    assert machine.called("kubectl apply") == []
    assert not (machine.top / "state" / "done").exists()
    assert machine.run(wanted(waits_for_node=False)).returncode == 0


def test_what_is_not_what_was_pinned_is_not_applied(machine: Machine) -> None:
    machine.says("published/install.yaml", "kind: Surprise\n")
    ended = machine.run(wanted())
    assert ended.returncode == 1
    assert "https://example.com/install.yaml is not what the blueprint pins; nothing is applied" in ended.stdout
    assert machine.called("sleep") == machine.called("kubectl") == []


def test_a_refusal_is_tried_again(machine: Machine) -> None:
    machine.says("refused", "")
    machine.says("later", "mv refused accepted")
    ended = machine.run(wanted())
    assert ended.returncode == 0
    assert ended.stdout.startswith("waiting: 1.yaml: the server says no\n")
    assert len(machine.called("kubectl apply")) == 2


def test_from_a_bucket_with_a_kubectl_of_ones_own(machine: Machine) -> None:
    program = (machine.top / "bin" / "kubectl").read_text(encoding="utf-8").replace("kubectl $*", "own $*")
    machine.says("published/kubectl", program)
    (machine.top / "bin" / "kubectl").unlink()
    files = (File("s3://artifacts/a/install.yaml", digest(MANIFEST)),)
    ended = machine.run(wanted(kubectl=File("s3://artifacts/kubectl", digest(program)), manifests=files))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert machine.called("own apply") == [f"own apply --server-side --filename {machine.top}/state/1.yaml"]
    assert [one.split()[4] for one in machine.called("aws s3")] == [
        "s3://artifacts/kubectl",
        "s3://artifacts/a/install.yaml",
    ]


BOOTSTRAP = {
    "manifests": [
        {"url": "s3://artifacts/install.yaml", "sha256": "0" * 64, "namespace": "argocd"},
        {"url": "https://example.com/root.yaml", "sha256": "1" * 64},
    ]
}


def test_the_host_starts_it_at_its_first_boot_and_may_read_the_bucket() -> None:
    made = compiled(bastion={"tools": ["kubectl"], "clusterAccess": "cluster-admin", "bootstrap": BOOTSTRAP})
    assert (made.errors, made.lint()) == ([], [])
    script = str(made.resource("bastion", "AWS::EC2::Instance")["UserData"])
    assert re.search(r"attempt cluster-bootstrap systemctl enable --now cluster-bootstrap\.service", script)
    (policy,) = made.resource("bastion", "AWS::IAM::Role")["Policies"]
    reads = [one for one in policy["PolicyDocument"]["Statement"] if one["Action"] == ["s3:GetObject"]]
    assert [one["Resource"] for one in reads] == [[{"Fn::Sub": "arn:${AWS::Partition}:s3:::artifacts/install.yaml"}]]
    assert "cluster-bootstrap" in made.template("bastion")["Outputs"]["Bootstrap"]["Value"]


@pytest.mark.parametrize(("sections", "waits"), [({}, True), ({"cluster": {"autoMode": {}}}, False)])
def test_it_waits_for_a_node_where_one_comes_unasked(sections: dict[str, Any], waits: bool) -> None:
    settings = {"tools": ["kubectl"], "clusterAccess": "cluster-admin", "bootstrap": BOOTSTRAP}
    made = compiled(bastion=settings, **sections)
    assert ("has_node" in str(made.resource("bastion", "AWS::EC2::Instance")["UserData"])) == waits
