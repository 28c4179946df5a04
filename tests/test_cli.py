"""The command as its users meet it: exit codes, what is said where, and how the terminal and a pipe differ."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bpc import __version__
from bpc.cli import exits, main
from bpc.cli.explain import declare_rules
from bpc.cli.parser import VERBS
from bpc.diagnostics import RULES
from bpc.output import stacks
from bpc.reference import fields

ROOT = Path(__file__).resolve().parent.parent
MINIMAL = "apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: one, region: eu-west-1}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a good blueprint and a broken one, and no memory of earlier runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "good.yaml").write_text(MINIMAL)
    (tmp_path / "bad.yaml").write_text(MINIMAL + "network: {cidrr: 10.0.0.0/16, nat: two}\n")
    return tmp_path


def test_compile_says_what_it_wrote(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "good.yaml"]) == 0
    assert capsys.readouterr() == ("out/one: 8 new files\n", "")
    (here / "out/one/README.md").write_text("edited by hand")
    assert main(["compile", "good.yaml", "-o", "out"]) == 0
    assert capsys.readouterr().out == "out/one: 1 changed, 7 unchanged files (README.md)\n"


def test_one_broken_blueprint_does_not_stop_the_others(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "bad.yaml", "good.yaml"]) == 1
    said = capsys.readouterr()
    assert said.out == "out/one: 8 new files\n"
    assert "bad.yaml:4:11: error BPC202" in said.err
    assert "did you mean cidr?" in said.err
    assert "bad.yaml:4:36: error BPC204" in said.err


def test_a_failed_compile_leaves_the_old_output(here: Path) -> None:
    assert main(["compile", "good.yaml"]) == 0
    before = {path: path.read_bytes() for path in here.glob("out/**/*") if path.is_file()}
    (here / "good.yaml").write_text(MINIMAL + "nodeGroups: [{name: a}, {name: a}]\n")
    assert main(["compile", "good.yaml"]) == 1
    assert {path: path.read_bytes() for path in here.glob("out/**/*") if path.is_file()} == before


def test_check_names_what_is_stale_and_writes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "--check", "good.yaml"]) == 3
    assert not (here / "out").exists()
    main(["compile", "good.yaml"])
    assert main(["compile", "--check", "good.yaml"]) == 0
    (here / "out/one/README.md").write_text("edited by hand")
    (here / "out/one/notes.txt").write_text("mine")
    (here / "out/one/cloudformation/default/10-network.yaml").unlink()
    capsys.readouterr()
    assert main(["compile", "--check", "good.yaml"]) == 3
    assert capsys.readouterr().out.splitlines() == [
        "out/one/README.md: stale",
        "out/one/cloudformation/default/10-network.yaml: missing",
        "out/one/notes.txt: extra",
        "out/one: stale; compile it again",
    ]


def test_two_blueprints_of_one_name_are_bad_usage(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "other.yaml").write_text(MINIMAL)
    assert main(["compile", "good.yaml", "other.yaml"]) == 2
    assert "are both called one" in capsys.readouterr().err
    assert main(["compile", "good.yaml", "./good.yaml"]) == 2
    assert capsys.readouterr().err == "bpc: ./good.yaml and good.yaml are the same file; name it once\n"


@pytest.mark.parametrize("argv", [[], ["nope"], ["compile"], ["compile", "gone.yaml"], ["explain", "nothing.like.it"]])
def test_bad_usage(argv: list[str], here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.err or said.out


def test_validate(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "good.yaml"]) == 0
    assert capsys.readouterr().out == "good.yaml: fine\n"
    assert main(["validate", "good.yaml", "bad.yaml"]) == 1
    assert not (here / "out").exists()


def test_json_for_machines(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "bad.yaml", "--format", "json"]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    [first, second] = json.loads(said.out)["diagnostics"]
    assert (first["file"], first["line"], first["column"], first["endColumn"]) == ("bad.yaml", 4, 11, 16)
    assert (first["code"], first["severity"], first["path"]) == ("BPC202", "error", ["network", "cidrr"])
    assert second["code"] == "BPC204"
    assert main(["compile", "good.yaml", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"diagnostics": []}


def test_annotations_for_github(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "bad.yaml", "--format", "github"]) == 1
    first, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("::error file=bad.yaml,line=4,col=11,endColumn=16,title=BPC202 unknown-key::there is no")


def test_explain_knows_every_code_and_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    declare_rules()
    for code, rule in RULES.items():
        assert main(["explain", code.lower()]) == 0
        said = capsys.readouterr().out
        assert rule.why in said
        assert rule.cure in said
    for field in fields():
        assert main(["explain", field.path.replace("[]", "")]) == 0
        assert field.node["description"] in capsys.readouterr().out


def test_explain_says_type_default_constraints_and_property(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "nodeGroups.scaling.max"])
    assert capsys.readouterr().out == (
        "nodeGroups[].scaling.max\n\n  The most nodes.\n\n"
        "  type:        whole number\n  default:     4\n  constraints: at least 1; at most 1000\n"
        "  becomes:     AWS::EKS::Nodegroup.ScalingConfig.MaxSize, AWS::AutoScaling::AutoScalingGroup.MaxSize\n"
    )
    assert main(["explain", "nodeGroup.scaling"]) == 2
    assert "did you mean nodeGroups.scaling?" in capsys.readouterr().err


def test_schema_is_the_committed_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == (ROOT / "schemas/blueprint.schema.json").read_text(encoding="utf-8")


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bpc {__version__}\n"
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert "examples:" in said
    assert all(verb in said for verb in VERBS)
    for verb in VERBS:
        assert main([verb, "--help"]) == 0
        assert f"bpc {verb}" in capsys.readouterr().out


def test_completion_works_in_bash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "bpc.bash"
    script.write_text(capsys.readouterr().out)
    function = '"$(complete -p bpc | sed "s/.*-F \\([^ ]*\\).*/\\1/")"'
    asked = f'COMP_WORDS=(bpc com) COMP_CWORD=1; {function}; echo "${{COMPREPLY[@]}}"'
    run = subprocess.run(
        ["bash", "--norc", "-c", f"source {script}; {asked}"], capture_output=True, text=True, check=True
    )
    assert {"compile", "completion"} <= set(run.stdout.split())


def test_our_own_mistake_is_shown_as_one(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the compiler is wrong")

    monkeypatch.setattr(stacks, "filled", broken)
    assert main(["compile", "good.yaml"]) == 4
    said = capsys.readouterr().err
    assert said.startswith("bpc: this is a mistake in bpc")
    assert "bpc compile good.yaml" in said
    assert "the compiler is wrong" in said
    assert not (here / "out/one").exists()


def fleet(here: Path, count: int = 60) -> Path:
    places = "".join(f'  e{number}: {{account: "{100000000000 + number}"}}\n' for number in range(count))
    path = here / "fleet.yaml"
    path.write_text(MINIMAL + f"environments:\n{places}")
    return path


def test_a_fleet_shows_progress_on_a_terminal_and_nothing_in_a_pipe(here: Path) -> None:
    command = [sys.executable, "-m", "bpc", "compile", str(fleet(here)), "--check"]
    piped = subprocess.run(command, capture_output=True, cwd=here, check=False)
    assert (piped.returncode, piped.stderr) == (3, b"")
    ours, theirs = pty.openpty()
    seen = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, cwd=here, check=False, env={**os.environ, "TERM": "xterm"}
    )
    os.close(theirs)
    shown = os.read(ours, 100_000)
    assert seen.stdout == piped.stdout
    assert b"compiling" in shown
    assert b"%" in shown


def test_one_environment_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", str(fleet(here)), "--env", "e7"]) == 0
    assert [path.name for path in (here / "out/one/cloudformation").iterdir()] == ["e7"]
    assert main(["compile", str(fleet(here)), "--env", "e99"]) == 1
    assert "there is no environment e99" in capsys.readouterr().err


def test_one_environment_does_not_take_the_others_away(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = str(fleet(here, 3))
    assert main(["compile", spec]) == 0
    capsys.readouterr()
    assert main(["compile", spec, "--env", "e1"]) == 1
    assert "BPC504: out/one would lose e0, e2" in capsys.readouterr().err
    assert len(list((here / "out/one/cloudformation").iterdir())) == 3
    assert main(["compile", spec, "--env", "e1", "-o", "alone"]) == 0
    assert main(["compile", spec, "--env", "e1", "-o", "alone", "--check"]) == 0


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_the_reader_of_our_output_may_go_away(here: Path, stream: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writer}
    command = ["schema"] if stream == "stdout" else ["compile", "nowhere.yaml"]
    run = subprocess.run([sys.executable, "-m", "bpc", *command], **streams, check=False)  # type: ignore[call-overload]
    os.close(writer)
    assert run.returncode == exits.NO_READER
    assert not run.stdout
    assert not run.stderr


@pytest.mark.parametrize("command", ["compile good.yaml", "compile good.yaml --check", "schema", "--help", "--version"])
@pytest.mark.parametrize("where", ["> /dev/full", ">&-"])
def test_output_that_cannot_be_written_is_said(here: Path, command: str, where: str) -> None:
    for _ in range(2):  # the second compile is answered by its memo
        run = subprocess.run(
            ["bash", "-c", f"{sys.executable} -m bpc {command} {where}"], capture_output=True, text=True, check=False
        )
        assert run.returncode == exits.UNWRITABLE
        assert run.stderr.startswith("bpc: cannot write to standard output: ")
        assert run.stderr.count("\n") == 1


def test_complaints_that_cannot_be_written_are_no_mistake_of_ours(here: Path) -> None:
    command = f"{sys.executable} -m bpc compile nowhere.yaml 2> /dev/full"
    assert subprocess.run(["bash", "-c", command], check=False).returncode == exits.UNWRITABLE


def test_the_name_of_a_file_may_be_no_text(here: Path) -> None:
    name = b"caf\xe9.yaml"
    Path(os.fsdecode(name)).write_text(MINIMAL)
    command = [sys.executable, "-m", "bpc", "validate", name]
    run = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert (run.returncode, run.stdout, run.stderr) == (0, b"caf\\udce9.yaml: fine\n", b"")


@pytest.mark.parametrize("place", ["bpc.stamp.lookup", "bpc.pipeline.compile_blueprint", "bpc.cli.run._our_bug"])
def test_ctrl_c_is_quiet_wherever_it_comes(
    here: Path, place: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    if place.endswith("_our_bug"):
        monkeypatch.setattr("bpc.pipeline.compile_blueprint", None)
    monkeypatch.setattr(place, interrupted)
    assert main(["compile", "good.yaml"]) == exits.INTERRUPTED
    assert capsys.readouterr() == ("", "")
