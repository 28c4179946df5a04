"""A memo answers only as long as nothing has changed that the answer rests on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bpc import stamp
from bpc.publish import Staging

ARGV = ["compile", "study.yaml"]
SAID = "out/study: unchanged\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a blueprint, a compiler of its own, and an output that was just published and recorded."""
    home = tmp_path / "desk"
    for name in ("compiler/bpc/kit", "schemas"):
        (home / name).mkdir(parents=True)
    for name in ("study.yaml", "compiler/bpc/__init__.py", "compiler/bpc/kit/iam.py", "schemas/root.json"):
        (home / name).write_text("one")
    monkeypatch.chdir(home)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("BPC_NO_CACHE", raising=False)
    monkeypatch.setattr(stamp, "PACKAGE", str(home / "compiler/bpc"))
    time.sleep(0.03)
    record()
    assert stamp.lookup(ARGV) == SAID
    return home


def record(inputs: tuple[str, ...] = ("study.yaml", "schemas", "study.lock"), content: bytes = b"one") -> None:
    started = time.time_ns()
    with Staging("out/study") as sink:
        sink.write("README.md", content)
        sink.write("kubernetes/base/app/deployment.yaml", content)
        published = sink.commit({})
    stamp.record(ARGV, SAID, started=started, inputs=list(inputs), outputs=[("out/study", published.fingerprint)])


def edit(path: str) -> Callable[[], object]:
    """Change a file in place: the size stays, and so does the modification time."""

    def change() -> None:
        before = os.stat(path)
        Path(path).write_bytes(Path(path).read_bytes().swapcase())
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    return change


def replace(path: str) -> None:
    Path(path + "~").write_bytes(Path(path).read_bytes())
    os.replace(path + "~", path)


def copy(folder: str) -> None:
    shutil.copytree(folder, folder + "~")
    shutil.rmtree(folder)
    os.rename(folder + "~", folder)


README, DEEP = "out/study/README.md", "out/study/kubernetes/base/app/deployment.yaml"
CHANGES: dict[str, Callable[[], object]] = {
    "the blueprint edited, same size and date": edit("study.yaml"),
    "the blueprint replaced by an equal one": lambda: replace("study.yaml"),
    "the blueprint gone": lambda: os.unlink("study.yaml"),
    "a file that was looked for in vain appears": lambda: Path("study.lock").touch(),
    "an output edited": edit(DEEP),
    "an output touched": lambda: os.utime(README),
    "an output removed": lambda: os.unlink(README),
    "an output renamed": lambda: os.rename(DEEP, DEEP + "l"),
    "the inventory removed": lambda: os.unlink("out/study/.bpc.json"),
    "a file added to the output": lambda: Path("out/study/kubernetes/note.txt").touch(),
    "an empty folder added to the output": lambda: os.mkdir("out/study/kubernetes/empty"),
    "the output gone": lambda: shutil.rmtree("out"),
    "another folder in the output's place": lambda: copy("out/study"),
    "the compiler edited": edit("compiler/bpc/__init__.py"),
    "a deep module touched": lambda: os.utime("compiler/bpc/kit/iam.py"),
    "a module added": lambda: Path("compiler/bpc/kit/k8s.py").touch(),
    "a module removed": lambda: os.unlink("compiler/bpc/kit/iam.py"),
    "a schema edited": edit("schemas/root.json"),
    "memos switched off": lambda: os.environ.update(BPC_NO_CACHE="1"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_noticed(desk: Path, change: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPC_NO_CACHE", "")
    change()
    assert stamp.lookup(ARGV) is None


def test_what_does_not_matter_does_not_count(desk: Path) -> None:
    (desk / "compiler/bpc/__pycache__").mkdir()
    time.sleep(0.03)
    record()
    (desk / "compiler/bpc/__pycache__/iam.cpython-311.pyc").touch()
    (desk / "notes.txt").touch()
    assert stamp.lookup(ARGV) == SAID


@pytest.mark.parametrize("argv", [["compile"], [*ARGV, "--env", "prod"], ["compile study.yaml"], []])
def test_another_question_has_no_answer(desk: Path, argv: list[str]) -> None:
    assert stamp.lookup(argv) is None


def test_another_folder_or_python_has_no_answer(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.99")
    assert stamp.lookup(ARGV) is None
    monkeypatch.undo()
    shutil.copytree(desk, desk.parent / "other")
    monkeypatch.chdir(desk.parent / "other")
    assert stamp.lookup(ARGV) is None


def test_a_blueprint_saved_while_the_command_began_is_not_trusted(desk: Path) -> None:
    time.sleep(0.03)
    edit("study.yaml")()
    record()
    assert stamp.lookup(ARGV) is None
    time.sleep(0.03)
    record()
    assert stamp.lookup(ARGV) == SAID


def test_an_output_edited_while_the_command_ends_is_noticed(desk: Path) -> None:
    """However soon after the write it comes: same size, same place, often within one tick of the clock."""
    for turn in range(50):
        record(content=b"%03d" % turn)
        # The kernel gives a write one time for both; ours has two, even where the clock ticks too slowly to tell.
        assert os.stat(README).st_mtime_ns != os.stat(README).st_ctime_ns
        edit_at_once = os.open(README, os.O_WRONLY)
        os.write(edit_at_once, b"abc")
        os.close(edit_at_once)
        assert stamp.lookup(ARGV) is None


def test_files_with_whole_seconds_must_rest_longer() -> None:
    now = 1_700_000_000_000_000_000
    fine, coarse = [os.stat_result((0,) * 10, {"st_ctime_ns": now + part}) for part in (1, 0)]
    for later, trusted in ((1_000_000_000, [True, False]), (2_100_000_000, [True, True])):
        assert [stamp.settled(stamp._changed(at), now + later) for at in (fine, coarse)] == trusted


def test_an_unreadable_input_is_not_recorded(desk: Path) -> None:
    os.symlink("nowhere", "schemas/.#root.json")
    time.sleep(0.03)
    record()
    assert stamp.lookup(ARGV) is None


def test_a_damaged_memo_is_no_answer(desk: Path) -> None:
    (memo,) = (desk.parent / "cache/bpc/stamps").iterdir()
    whole = memo.read_bytes()
    for length in range(len(whole)):
        memo.write_bytes(whole[:length])
        assert stamp.lookup(ARGV) is None
    memo.write_bytes(b"\xff" * len(whole))
    assert stamp.lookup(ARGV) is None
    memo.write_bytes(whole)
    assert stamp.lookup(ARGV) == SAID


def test_memos_do_not_pile_up(desk: Path) -> None:
    for turn in range(stamp.KEPT + 9):
        stamp.record([*ARGV, str(turn)], SAID, started=time.time_ns(), inputs=[], outputs=[])
    assert len(os.listdir(desk.parent / "cache/bpc/stamps")) == stamp.KEPT
    assert stamp.lookup([*ARGV, str(turn)]) == SAID


@pytest.mark.parametrize("cache", ["file", "relative"])
def test_no_cache_folder_is_no_trouble(desk: Path, cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(desk / "file") if cache == "file" else "relative")
    monkeypatch.setenv("HOME", str(desk / "file"))
    before = sorted(os.listdir(desk))
    record()
    assert stamp.lookup(ARGV) is None
    assert sorted(os.listdir(desk)) == before


def test_a_package_upgraded_in_place_is_noticed(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = desk / "site/strangely_named_package"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(desk / "site"))
    time.sleep(0.03)
    __import__("strangely_named_package")
    record()
    assert stamp.lookup(ARGV) == SAID
    edit(str(package / "__init__.py"))()
    (package / "__init__.py").write_text("")
    assert stamp.lookup(ARGV) is None
    del sys.modules["strangely_named_package"]


def test_the_answer_needs_nothing_that_is_not_there_already() -> None:
    probe = """
        import sys
        before = set(sys.modules)
        from bpc import stamp
        stamp.lookup(["compile", "study.yaml"])
        print(*sorted(set(sys.modules) - before))
    """
    path = os.path.dirname(os.path.dirname(stamp.__file__))
    shown = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(probe)],
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    assert {"bpc.stamp"} <= set(shown.stdout.split()) <= {"__future__", "bpc", "bpc.stamp"}
