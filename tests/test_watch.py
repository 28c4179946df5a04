"""`bpc watch`, as a process of its own: it compiles at every save, says what changed, and outlives mistakes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpc.cli import exits, main

MINIMAL = "apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: one, region: eu-west-1}\n"
LONG = 60  # seconds that a busy machine may take for what takes a blink


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "one.yaml").write_text(MINIMAL)
    return tmp_path


class Watch:
    """A running `bpc watch`, and what it has said so far."""

    def __init__(self, folder: Path, *argv: str) -> None:
        self.log = folder / "said.txt"
        with self.log.open("w") as log:
            command = [sys.executable, "-m", "bpc", "watch", *argv]
            self.process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        self.heard = 0

    def until(self, words: str) -> str:
        """What it says up to some words, since the last time."""
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            text = self.log.read_text()[self.heard :]
            if words in text:
                length = text.index(words) + len(words)
                self.heard += length
                return text[:length]
            assert self.process.poll() is None, text
            time.sleep(0.05)
        raise AssertionError(f"it never said {words!r}, but {text!r}")

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(LONG)


@pytest.fixture
def watch(here: Path) -> Iterator[Watch]:
    running = Watch(here, "one.yaml")
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def test_it_compiles_at_once_and_at_every_save(here: Path, watch: Watch) -> None:
    assert watch.until("Ctrl-C ends\n") == "out/one: 8 new files\nwatching one.yaml; Ctrl-C ends\n"
    (here / "one.yaml").write_text(MINIMAL + "cluster: {zonalShift: true}\n")
    said = watch.until("(AWS::EKS::Cluster)")
    assert "one.yaml saved\n" in said
    assert "out/one: 2 changed, 6 unchanged files (cloudformation/default/30-cluster.yaml)\n" in said
    assert "out/one → one.yaml\n" in said
    assert "\n  changed          cluster/Cluster (AWS::EKS::Cluster)" in said
    assert "ZonalShiftConfig" in (here / "out/one/cloudformation/default/30-cluster.yaml").read_text()
    # What is saved as it was changes nothing.
    (here / "one.yaml").write_text(MINIMAL + "cluster: {zonalShift: true}\n")
    assert "→ one.yaml" not in watch.until("out/one: unchanged\n")


def test_mistakes_are_shown_and_watching_goes_on(here: Path, watch: Watch) -> None:
    watch.until("Ctrl-C ends\n")
    before = (here / "out/one/.bpc.json").read_bytes()
    (here / "one.yaml").write_text(MINIMAL + "cluster: {zonalShfit: true}\n")
    assert "one.yaml:4:11: error BPC202" in watch.until("did you mean zonalShift?")
    (here / "one.yaml").write_text("a: [")
    watch.until("one.yaml:1:4: error BPC")
    assert (here / "out/one/.bpc.json").read_bytes() == before
    (here / "one.yaml").unlink()
    watch.until("bpc: cannot read one.yaml: No such file or directory\n")
    # As many editors save: a new file in the place of the old.
    (here / "new.yaml").write_text(MINIMAL + "cluster: {zonalShift: true}\n")
    os.replace(here / "new.yaml", here / "one.yaml")
    watch.until("cluster/Cluster (AWS::EKS::Cluster)")


def test_files_beside_the_blueprint_are_watched_too(here: Path, watch: Watch) -> None:
    watch.until("Ctrl-C ends\n")
    (here / "one.yaml").write_text(MINIMAL + "addons: {mine: {manifests: [mine.yaml], namespace: mine}}\n")
    watch.until("mine.yaml")
    watch.until("not-there]")
    (here / "mine.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: mine}\ndata: {a: b}\n"
    )
    assert "mine.yaml saved\n" in watch.until("ConfigMap/mine/settings")
    watch.until("watching one.yaml, mine.yaml; Ctrl-C ends\n")
    (here / "mine.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: mine}\ndata: {a: c}\n"
    )
    assert "1 changed" not in watch.until("changed          ConfigMap/mine/settings: data.a")


@pytest.mark.parametrize("when", ["waiting", "at once"])
def test_ctrl_c_ends_it_without_a_word(when: str, here: Path, watch: Watch) -> None:
    if when == "waiting":
        watch.until("Ctrl-C ends\n")
    assert watch.end() in (exits.INTERRUPTED, -signal.SIGINT)
    if when == "waiting":
        assert watch.process.returncode == exits.INTERRUPTED
        assert watch.log.read_text()[watch.heard :] == ""
        assert main(["compile", "one.yaml", "--check"]) == exits.OK


def test_output_that_is_not_bpcs_is_left_alone(here: Path, watch: Watch) -> None:
    watch.until("Ctrl-C ends\n")
    (here / "one.yaml").write_text(MINIMAL.replace("name: one", "name: two"))
    (here / "out/two").mkdir()
    (here / "out/two/mine.txt").write_text("mine")
    (here / "one.yaml").write_text(MINIMAL.replace("name: one", "name: two") + "# again\n")
    watch.until("error BPC50")
    assert (here / "out/two/mine.txt").read_text() == "mine"


def test_what_cannot_be_watched(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "gone.yaml"]) == exits.BAD_USAGE
    assert capsys.readouterr().err == "bpc: cannot read gone.yaml: No such file or directory\n"


@pytest.mark.parametrize(("where", "code"), [("> /dev/full", exits.UNWRITABLE), (">&-", exits.UNWRITABLE)])
def test_without_a_reader_it_ends(where: str, code: int, here: Path) -> None:
    command = f"{sys.executable} -m bpc watch one.yaml {where}"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=LONG)
    assert run.returncode == code
    assert run.stderr.startswith("bpc: cannot write to standard output: ")
    assert run.stderr.count("\n") == 1
