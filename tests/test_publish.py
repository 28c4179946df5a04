"""The output folder is one complete output or another, whatever happens to the process that writes it."""

from __future__ import annotations

import builtins
import errno
import hashlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bpc import publish
from bpc.publish import Comparison, Refused, Staging, folders

Tree = dict[str, bytes]
ORIGIN = {"blueprint": {"file": "study.yaml"}}
ONE: Tree = {
    "README.md": b"# one\n",
    "cloudformation/default/10-network.yaml": b"one" * 500,
    "cloudformation/default/30-cluster.yaml": b"the same in both\n",
    "kubernetes/base/app/deployment.yaml": b"",
}
TWO: Tree = {
    "README.md": b"# two\n",
    "cloudformation/default/10-network.yaml": b"two" * 900,
    "cloudformation/default/30-cluster.yaml": b"the same in both\n",
    "kubernetes/overlays/default/kustomization.yaml": b"resources: []\n",
}
NO_EXCHANGE = pytest.param(False, id="two renames")
BOTH_WAYS = pytest.mark.parametrize("exchange", [pytest.param(True, id="exchange"), NO_EXCHANGE])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The path of an output folder that is not there yet, in a parent that is."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out/study"


def write(folder: Path | str, files: Tree, extra: dict[str, Any] = ORIGIN) -> publish.Published:
    with Staging(str(folder)) as sink:
        for path, content in files.items():
            sink.write(path, content)
        return sink.commit(extra)


def compare(folder: Path, files: Tree) -> tuple[tuple[str, ...], ...]:
    sink = Comparison(str(folder))
    for path, content in files.items():
        sink.write(path, content)
    return tuple(vars(sink.finish(ORIGIN)).values())


def tree(folder: Path) -> Tree | None:
    """Every file below a folder except the inventory, after a look at whether that tells the truth."""
    if not folder.is_dir():
        return None
    found = {
        os.path.relpath(os.path.join(where, name), folder): Path(where, name).read_bytes()
        for where, _, names in os.walk(folder)
        for name in names
    }
    marker = found.pop(".bpc.json", b"{}")
    known = {path: hashlib.sha256(content).hexdigest() for path, content in found.items()}
    assert json.loads(marker).get("files") == known
    return found


def everything(folder: Path) -> dict[str, Any]:
    """Names, links, contents, modes and times: equal only if nothing was touched."""
    found: dict[str, Any] = {}
    for where, inner, names in os.walk(folder):
        for path in [where, *(os.path.join(where, name) for name in inner + names)]:
            at = os.lstat(path)
            content = Path(path).read_bytes() if os.path.isfile(path) else b""
            found[path] = (at.st_mode, at.st_ino, at.st_mtime_ns, content)
    return found


def refusal(code: str, action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        action()
    assert refused.value.diagnostic.rule.code == code
    return refused.value.diagnostic.message


# What it does when all is well


def test_the_first_output(tmp_path: Path) -> None:
    folder = tmp_path / "new/parents/study"
    published = write(folder, ONE)
    assert tree(folder) == ONE
    assert tuple(vars(published).values())[:5] == (str(folder), (), (*sorted(ONE), ".bpc.json"), (), 0)
    assert os.listdir(folder.parent) == ["study"]


def test_the_inventory_is_sorted_and_one_entry_a_line(out: Path) -> None:
    write(out, ONE, {"trace": {"network": {"Vpc": "network"}}, "blueprint": {"file": "blü.yaml", "tags": [1, {}]}})
    text = (out / ".bpc.json").read_text(encoding="utf-8")
    known = json.loads(text)
    assert known["generator"].startswith("bpc ")
    assert (
        text.replace("[1, {}]", "0")
        == json.dumps(
            {**known, "blueprint": {"file": "blü.yaml", "tags": 0}}, indent=1, sort_keys=True, ensure_ascii=False
        )
        + "\n"
    )


def test_what_changed_is_told(out: Path) -> None:
    write(out, ONE)
    published = write(out, TWO)
    assert tree(out) == TWO
    assert published.changed == ("README.md", "cloudformation/default/10-network.yaml", ".bpc.json")
    assert published.added == ("kubernetes/overlays/default/kustomization.yaml",)
    assert published.removed == ("kubernetes/base/app/deployment.yaml",)
    assert published.unchanged == 1
    assert not (out / "kubernetes/base").exists()


def test_the_same_output_again_touches_nothing(out: Path) -> None:
    write(out, ONE)
    (out / ".DS_Store").touch()
    before = everything(out)
    published = write(out, ONE)
    assert tuple(vars(published).values())[:5] == (str(out), (), (), (), len(ONE) + 1)
    assert everything(out) == before
    assert os.listdir(out.parent) == ["study"]


def test_a_change_of_origin_alone_is_a_change(out: Path) -> None:
    write(out, ONE)
    assert write(out, ONE, {"blueprint": {"file": "other.yaml"}}).changed == (".bpc.json",)


def damage_edit(out: Path) -> None:
    (out / "README.md").write_bytes(b"# ONE\n")


def damage_remove(out: Path) -> None:
    (out / "README.md").unlink()


def damage_link(out: Path) -> None:
    (out / "README.md").unlink()
    (out.parent / "elsewhere").write_bytes(ONE["README.md"])
    (out / "README.md").symlink_to(out.parent / "elsewhere")


def damage_folder(out: Path) -> None:
    (out / "README.md").unlink()
    (out / "README.md").mkdir()


def damage_pipe(out: Path) -> None:
    (out / "kubernetes/base/app/deployment.yaml").unlink()
    os.mkfifo(out / "kubernetes/base/app/deployment.yaml")


@pytest.mark.parametrize("damage", [damage_edit, damage_remove, damage_link, damage_folder, damage_pipe])
def test_generated_files_are_made_as_they_should_be(out: Path, damage: Callable[[Path], None]) -> None:
    write(out, ONE)
    damage(out)
    assert any(compare(out, ONE))
    write(out, ONE)
    assert tree(out) == ONE
    assert not (out / "README.md").is_symlink()
    assert not any(compare(out, ONE))


def test_leaving_without_commit_leaves_no_trace(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Staging(str(tmp_path / "a/b/study")) as sink:
            sink.write("README.md", b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../x", "", ".", "a//b", "a/", "a\\b", "a\0b", ".bpc.json"])
@pytest.mark.parametrize("kind", [Staging, Comparison])
def test_an_impossible_path_is_our_bug(out: Path, kind: type[Staging | Comparison], path: str) -> None:
    sink = kind(str(out))
    with pytest.raises(ValueError, match="artifact"):
        sink.write(path, b"")
    sink.files["twice"] = ""
    with pytest.raises(ValueError, match="two artifacts"):
        sink.write("twice", b"")
    assert os.listdir(out.parent) == []


# --check


def test_a_comparison_names_the_files_and_touches_nothing(out: Path) -> None:
    assert compare(out, ONE) == ((), (*sorted([*ONE, ".bpc.json"]),), ())
    write(out, ONE)
    (out / "kubernetes/notes.txt").touch()
    before = everything(out.parent)
    assert compare(out, ONE) == ((), (), ("kubernetes/notes.txt",))
    assert compare(out, TWO) == (
        (".bpc.json", "README.md", "cloudformation/default/10-network.yaml"),
        ("kubernetes/overlays/default/kustomization.yaml",),
        ("kubernetes/base/app/deployment.yaml", "kubernetes/notes.txt"),
    )
    assert everything(out.parent) == before


# Folders that are not ours


def foreign_notes(out: Path) -> None:
    out.mkdir()
    (out / "notes.txt").write_text("mine")


def foreign_marker(text: str) -> Callable[[Path], None]:
    def make(out: Path) -> None:
        out.mkdir()
        (out / ".bpc.json").write_text(text)

    return make


def foreign_link(out: Path) -> None:
    write(out.parent / "real", ONE)
    out.symlink_to("real")


def foreign_dangling_link(out: Path) -> None:
    out.symlink_to("nowhere")


def foreign_file(out: Path) -> None:
    out.write_text("mine")


def foreign_pipe(out: Path) -> None:
    out.mkdir()
    os.mkfifo(out / ".bpc.json")


FOREIGN = {
    "notes": foreign_notes,
    "file": foreign_file,
    "link": foreign_link,
    "dangling link": foreign_dangling_link,
    "pipe": foreign_pipe,
    "empty": foreign_marker(""),
    "merge conflict": foreign_marker('<<<<<<< ours\n{"generator": "bpc 1", "files": {}}\n'),
    "other tool": foreign_marker('{"generator": "cdk 1", "files": {}}'),
    "list": foreign_marker("[]"),
    "number": foreign_marker('{"generator": 1, "files": {}}'),
    "no files": foreign_marker('{"generator": "bpc 1"}'),
    "odd files": foreign_marker('{"generator": "bpc 1", "files": {"a": 1}}'),
    "deep": foreign_marker("[" * 100_000),
    "bytes": lambda out: (out.mkdir(), (out / ".bpc.json").write_bytes(b"\xff\xfe\xff"))[0],
}


@pytest.mark.parametrize("make", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_folder_is_refused_and_stays(out: Path, make: Callable[[Path], None]) -> None:
    make(out)
    before = everything(out.parent)
    assert str(out) in refusal("BPC501", lambda: write(out, ONE))
    assert str(out) in refusal("BPC501", lambda: compare(out, ONE))
    assert everything(out.parent) == before


@pytest.mark.parametrize("names", [[], [".DS_Store"]])
def test_an_empty_folder_is_nobodys(out: Path, names: list[str]) -> None:
    out.mkdir()
    for name in names:
        (out / name).touch()
    write(out, ONE)
    assert tree(out) == ONE


def test_someones_files_are_not_lost(out: Path) -> None:
    write(out, ONE)
    (out / ".git").mkdir()
    for number in range(7):
        (out / f".git/{number}").touch()
    (out / "kubernetes/link").symlink_to("base")
    before = everything(out)
    message = refusal("BPC502", lambda: write(out, TWO))
    assert ".git/0, .git/1, .git/2, .git/3, .git/4 and 3 more" in message
    assert everything(out) == before
    assert os.listdir(out.parent) == ["study"]


def test_a_file_that_we_would_write_anyway_is_not_lost(out: Path) -> None:
    """So a merge of two outputs can be settled by compiling again."""
    write(out, ONE)
    new = out / "kubernetes/overlays/default/kustomization.yaml"
    new.parent.mkdir(parents=True)
    new.write_bytes(TWO["kubernetes/overlays/default/kustomization.yaml"])
    assert write(out, TWO).unchanged == 2
    new.unlink()
    write(out, ONE)
    new.parent.mkdir(parents=True)
    new.write_bytes(b"mine")
    refusal("BPC502", lambda: write(out, TWO))


def test_a_folder_that_became_foreign_meanwhile_is_refused(out: Path) -> None:
    def meanwhile() -> None:
        with Staging(str(out)) as sink:
            sink.write("README.md", b"")
            foreign_notes(out)
            sink.commit(ORIGIN)

    refusal("BPC501", meanwhile)
    assert everything(out.parent).keys() == {str(out.parent), str(out), str(out / "notes.txt")}


# Faults. Each child is a fork, so that a real kill hits a real process.

CALLS = "open write mkdir rename replace rmdir unlink utime scandir listdir"
DONE, REFUSED, BUG, UNHARMED = 10, 11, 12, 13
Harm = Callable[[str], None]


def spawn(work: Callable[[], object]) -> int:
    """A process that does this, and exits with how it went."""
    pid = os.fork()
    if not pid:
        code = BUG
        try:
            work()
            code = DONE
        except Refused as refused:
            code = REFUSED if refused.diagnostic.rule.code == "BPC503" else BUG
        finally:
            os._exit(code)
    return pid


def child(work: Callable[[], object]) -> int:
    """The exit code of a process that does this; minus a signal if that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(spawn(work), 0)[1])


def harmed(number: int, harm: Harm, work: Callable[[], object], exchange: bool = True) -> int:
    """Do it in a child, and do harm just before its call `number` to the operating system."""
    count = 0

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count >= number:
                harm(name if count == number else name + " later")
            return real(*given, **named)

        return call

    def run() -> None:
        for name in CALLS.split():
            setattr(os, name, wrapped(name, getattr(os, name)))
        builtins.open = wrapped("open", open)
        if not exchange:
            folders._exchange = lambda one, other: False
        work()
        if count < number:
            os._exit(UNHARMED)

    return child(run)


def kill(call: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail_once(call: str) -> None:
    if "later" not in call:
        raise OSError(errno.EIO, "Input/output error")


def full_from_now_on(call: str) -> None:
    if call.split()[0] in ("open", "write", "mkdir", "rename", "replace", "utime"):
        raise OSError(errno.ENOSPC, "No space left on device")


def read_only_from_now_on(call: str) -> None:
    if call.split()[0] not in ("scandir", "listdir"):
        raise OSError(errno.EROFS, "Read-only file system")


def numbers(run: Callable[[int], int]) -> Iterator[tuple[int, int]]:
    """Harm at the first call, at the second, and so on, until there are no more."""
    for number in range(1, 1000):
        code = run(number)
        if code == UNHARMED:
            assert number > 20, "the harm never came"
            return
        yield number, code
    raise AssertionError("no end")


@BOTH_WAYS
@pytest.mark.parametrize("before", [None, ONE, TWO], ids=["new", "changed", "unchanged"])
def test_killed_at_any_call(out: Path, before: Tree | None, exchange: bool) -> None:
    seen = []
    for _, code in numbers(lambda number: _again(out, before, number, kill, exchange)):
        assert code == -signal.SIGKILL
        state = tree(out)
        assert state in (before, TWO) or (state is None and not exchange)
        with Staging(str(out)):
            pass
        assert tree(out) in (before, TWO)
        assert os.listdir(out.parent) == (["study"] if out.exists() else [])
        write(out, TWO)
        assert tree(out) == TWO
        assert os.listdir(out.parent) == ["study"]
        seen.append(state)
    assert before in seen
    assert TWO in seen or before is None
    assert (None in seen) == (before is None or (before is ONE and not exchange))


def _again(out: Path, before: Tree | None, number: int, harm: Harm, exchange: bool) -> int:
    shutil.rmtree(out.parent)
    out.parent.mkdir()
    if before is not None:
        write(out, before)
    return harmed(number, harm, lambda: write(out, TWO), exchange)


@BOTH_WAYS
@pytest.mark.parametrize("before", [None, ONE], ids=["new", "changed"])
@pytest.mark.parametrize("harm", [fail_once, full_from_now_on, read_only_from_now_on])
def test_refused_at_any_call(out: Path, before: Tree | None, harm: Harm, exchange: bool) -> None:
    codes = set()
    for _, code in numbers(lambda number: _again(out, before, number, harm, exchange)):
        codes.add(code)
        assert code in (DONE, REFUSED)
        state = tree(out)
        # Without an exchange, a disk that fails between the two renames can fail the way back as well.
        stranded = state is None and before is not None and not exchange and harm is not fail_once
        assert stranded or state == (TWO if code == DONE else before)
        if code == REFUSED and harm is fail_once:
            assert os.listdir(out.parent) == (["study"] if before is not None else [])
        with Staging(str(out)):
            pass
        assert tree(out) == (TWO if code == DONE else before)
        assert os.listdir(out.parent) == (["study"] if out.exists() else [])
    assert REFUSED in codes


def test_comparing_refuses_what_it_cannot_read(out: Path) -> None:
    write(out, ONE)
    before = everything(out.parent)
    number = 0
    codes = []
    while UNHARMED not in codes:
        number += 1
        codes.append(harmed(number, fail_once, lambda: compare(out, ONE)))
    assert set(codes[:-1]) == {REFUSED}
    assert number > 5
    assert everything(out.parent) == before


def test_a_file_that_finds_no_room(out: Path) -> None:
    """The kernel's own limit: it takes a part of the file, then no more, as a full disk does."""
    write(out, ONE)
    before = everything(out)

    def cramped(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        write(out, TWO)

    codes = [child(lambda size=size: cramped(size)) for size in range(0, 2701, 100)]  # type: ignore[misc]
    assert codes == [REFUSED] * 27 + [DONE]
    assert os.listdir(out.parent) == ["study"]
    write(out, ONE)
    assert before.keys() == everything(out).keys()


def test_a_write_may_take_only_a_part(out: Path) -> None:
    real = os.write

    def piecemeal() -> None:
        os.write = lambda file, content: real(file, bytes(content)[:7])
        write(out, TWO)

    assert child(piecemeal) == DONE
    assert tree(out) == TWO


def test_a_name_that_is_too_long(out: Path) -> None:
    message = refusal("BPC503", lambda: write(out.with_name("x" * 250), ONE))
    assert message == f"cannot write {out.with_name('x' * 250)}: File name too long"
    refusal("BPC503", lambda: write(out, {"y" * 300: b""}))
    assert os.listdir(out.parent) == []


def test_a_parent_that_is_a_file(out: Path) -> None:
    out.write_text("mine")
    for folder in (out / "study", out / "deep/study"):
        message = refusal("BPC503", lambda folder=folder: write(folder, ONE))  # type: ignore[misc]
        assert message == f"cannot write {folder}: {out} is a file, and a folder has to be there"
    assert out.read_text() == "mine"


def test_a_folder_that_others_may_not_write() -> None:
    """As a user who is not root: a closed parent refuses, a closed old output is replaced and leaves no litter."""
    with tempfile.TemporaryDirectory() as home:
        out = Path(home, "study")

        def unprivileged(mode: int) -> Callable[[], None]:
            def work() -> None:
                if os.getuid() == 0:
                    os.chown(home, 65534, 65534)
                    os.setgroups([])
                    os.setgid(65534)
                    os.setuid(65534)
                if not out.exists():
                    write(out, ONE)
                    for where, _, _ in os.walk(out):
                        os.chmod(where, 0o555)
                os.chmod(home, mode)
                write(out, TWO)

            return work

        assert child(unprivileged(0o555)) == REFUSED
        os.chmod(home, 0o755)
        assert tree(out) == ONE
        assert os.listdir(home) == ["study"]
        assert child(unprivileged(0o755)) == DONE
        assert tree(out) == TWO
        assert os.listdir(home) == ["study"]


# Two at once


def test_the_work_of_the_living_is_left_alone(out: Path) -> None:
    with Staging(str(out)) as first:
        first.write("README.md", b"first")
        write(out, ONE)
        with Staging(str(out)) as second:
            first.commit(ORIGIN)
            second.write("README.md", b"second")
            second.commit(ORIGIN)
    assert tree(out) == {"README.md": b"second"}
    assert os.listdir(out.parent) == ["study"]


def test_a_commit_waits_for_its_turn(out: Path) -> None:
    ready, go = os.pipe(), os.pipe()

    def second() -> None:
        with Staging(str(out)) as sink:
            sink.write("README.md", b"second")
            os.write(ready[1], b".")
            os.read(go[0], 1)
            sink.commit(ORIGIN)

    pid = spawn(second)
    os.read(ready[0], 1)
    with folders.locked(str(out.parent)):
        os.write(go[1], b".")
        time.sleep(0.2)
        assert not out.exists()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == DONE
    assert tree(out) == {"README.md": b"second"}


def test_two_may_clear_away_the_same_folder(out: Path) -> None:
    write(out, ONE)
    real = os.unlink

    def beaten() -> None:
        def unlink(path: str) -> None:
            real(path)
            raise FileNotFoundError(path)

        os.unlink = unlink  # type: ignore[assignment]
        folders.remove(str(out))

    assert child(beaten) == DONE
    assert not out.exists()


def test_only_our_own_leftovers_are_swept(out: Path) -> None:
    mark = "0123456789abcdef"
    kept = [
        ".study.new-20261121",
        ".study.old-notes-from-2025",
        f".study.x.new-{mark}",
        f".study.new-{mark}.old-{mark}",
    ]
    for name in kept:
        (out.parent / name).mkdir()
    (out.parent / f".study.new-{mark}").mkdir()
    (out.parent / f".study.new-{mark}/half").touch()
    (out.parent / f".study.old-{mark}").symlink_to(kept[0])
    write(out, ONE)
    assert sorted(os.listdir(out.parent)) == sorted([*kept, "study", f".study.old-{mark}"])


def version(writer: int, turn: int) -> Tree:
    return {f"{part}/{part}.yaml": f"{writer}.{turn} {part}".encode() for part in "abcdefgh"}


def test_two_at_once_and_a_reader(out: Path) -> None:
    """Every file that a reader finds in one folder is of one version, and the folder is always there."""
    write(out, version(0, 0))
    one, other = out.parent / "one", out.parent / "other"
    one.mkdir()
    other.mkdir()
    gapless = folders._exchange(str(one), str(other))
    one.rmdir()
    other.rmdir()

    def writer(number: int) -> None:
        for turn in range(40):
            write(out, version(number, turn % 3))

    running = {spawn(lambda number=number: writer(number)) for number in (1, 2, 3)}  # type: ignore[misc]
    torn = whole = gaps = 0
    deadline = time.monotonic() + 60
    while running:
        assert time.monotonic() < deadline
        for pid in list(running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                running.remove(pid)
                assert os.waitstatus_to_exitcode(status) == DONE
        try:
            at = os.open(out, os.O_RDONLY)
        except FileNotFoundError:
            gaps += 1
            continue
        try:
            found = [_read(f"{part}/{part}.yaml", at) for part in "abcdefgh"]
        except FileNotFoundError:
            torn += 1  # Replaced while we read, and on its way out: gone, not mixed.
            continue
        finally:
            os.close(at)
        assert len({text.split()[0] for text in found}) == 1
        whole += 1
    assert whole > 10
    assert gaps == 0 or not gapless
    assert tree(out) in [version(number, turn) for number in (1, 2, 3) for turn in range(3)]
    assert os.listdir(out.parent) == ["study"]


def _read(path: str, at: int) -> bytes:
    file = os.open(path, os.O_RDONLY, dir_fd=at)
    try:
        return os.read(file, 100)
    finally:
        os.close(file)


def test_the_exchange_is_used_where_there_is_one(out: Path) -> None:
    if sys.platform not in ("linux", "darwin"):
        return
    for name in ("one", "other"):
        (out.parent / name / name).mkdir(parents=True)
    assert folders._exchange(str(out.parent / "one"), str(out.parent / "other"))
    assert os.listdir(out.parent / "one") == ["other"]


def test_a_fleet_needs_no_memory(out: Path) -> None:
    import tracemalloc

    with Staging(str(out)) as sink:
        content = b"x" * 100_000
        tracemalloc.start()
        for number in range(300):
            sink.write(f"cloudformation/{number}/10-network.yaml", content)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
        tracemalloc.stop()
        assert len(sink.commit(ORIGIN).added) == 301


def test_other_environments_are_not_lost(tmp_path: Path) -> None:
    """BPC504: what --env leaves out; also when the other one arrives while this one is being made."""
    folder = str(tmp_path / "fleet")
    with publish.Staging(folder, "dev") as first, publish.Staging(folder, "prod") as second:
        first.write("cloudformation/dev/10-network.yaml", b"x")
        second.write("cloudformation/prod/10-network.yaml", b"y")
        first.commit({})
        with pytest.raises(publish.Refused, match="would lose dev"):
            second.commit({})
    assert (tmp_path / "fleet/cloudformation/dev/10-network.yaml").read_bytes() == b"x"
    with pytest.raises(publish.Refused, match="would lose dev"):
        publish.Comparison(folder, "prod")
