"""Answers a command that has nothing to do, before anything heavy is imported.

After a command that succeeded, `record` keeps a memo: what was asked, what was printed, and a fingerprint of
everything that was read or written (name, size, inode and times of every file, from `stat` alone). Next time
`lookup` takes the fingerprints again; if all are the same, so is the answer, and nothing is left to do.

Memos live in `$XDG_CACHE_HOME/bpc/stamps` or `~/.cache/bpc/stamps`, never in your own folders. Where that cannot
be written there are none; `BPC_NO_CACHE=1` switches them off. No other environment variable has a say in what
bpc writes. A text that depends on the terminal must not be recorded.

A file can be changed without a trace in its times if the clock has not ticked since it was read (git calls it
"racily clean"). So a memo is kept only when every input was last changed well before the command began, and
files that bpc writes get a time of their own, see `publish`. Only `os` and `sys` are imported: they are there
already, and so nothing but builtins in the types.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PACKAGE = os.path.dirname(__file__)
KEPT = 64
END = "end"
ABSENT, UNREADABLE = "absent", ""
# File systems' clocks tick every 10 ms or faster; those with whole seconds (FAT: two) show no fraction.
TICK = 10_000_000
COARSE = 2_000_000_000
# A safe prime, so that no regular change cancels out. To import hashlib would cost more than all the rest here.
PRIME = 0x5AEADD83B70B4E243B6107DAFCEA31BB


def lookup(argv: list[str]) -> str | None:
    """What the same command said last time, if it would do the same thing again; else None."""
    try:
        key, path = _memo(argv)
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            fields = file.read().split("\0")
        if fields[0] != key or fields[-1] != END:
            return None
        if any(look(place)[0] != seen for place, seen in zip(fields[2:-1:2], fields[3:-1:2], strict=True)):
            return None
    except (OSError, ValueError):
        return None
    return fields[1]


def record(argv: list[str], text: str, *, started: int, inputs: list[str], outputs: list[tuple[str, str]]) -> None:
    """Keep a memo, if it can be trusted and written; otherwise say nothing, the next run just works again.

    `started` is `time.time_ns()` from before the first input was read. `inputs` are files and folders, also
    those that were looked for in vain; the compiler and what it has imported are added here. `outputs` are
    folders with the fingerprint that `publish` took while nobody else could write there.
    """
    fields: list[str] = []
    # The output first: where it is gone, `lookup` need not look any further.
    for place, seen in outputs:
        if seen == UNREADABLE:
            return
        fields += (place, seen)
    for place in dict.fromkeys([*inputs, *_program()]):
        seen, changed = look(place)
        if not settled(changed, started):
            return
        fields += (place, seen)
    try:
        key, path = _memo(argv)
        _keep(path, "\0".join([key, text, *fields, END]))
    except (OSError, ValueError):
        return


def look(place: str) -> tuple[str, int]:
    """A fingerprint of a file, or of a folder with all that is in it, and when it last changed.

    Nothing at all has a fingerprint too; what is there but cannot be read has none.
    """
    lines = []
    changed = 0
    try:
        # A file stands for a folder with only itself in it.
        alone: Iterable[tuple[str, os.DirEntry[str] | None]] = [("", None)]
        found = walk(place, skip="__pycache__") if os.path.isdir(place) else alone
        for name, entry in found:
            lines.append(name)
            if entry and name.endswith("/"):
                continue
            at = entry.stat() if entry else os.stat(place)
            lines.append(f"{at.st_size} {at.st_ino} {at.st_mtime_ns} {at.st_ctime_ns}")
            changed = max(changed, _changed(at))
    except OSError:
        return (UNREADABLE, sys.maxsize) if os.path.exists(place) else (ABSENT, 0)
    return fingerprint("\0".join(lines)), changed


def settled(changed: int, now: int) -> bool:
    """Would a change that comes now show in the times of a file, if it was last changed at `changed`?"""
    return changed < now - TICK


def walk(folder: str, skip: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything below a folder in a stable order, folders with a '/' at the end; links are not followed."""
    prefixes = [""]
    while prefixes:
        prefix = prefixes.pop()
        with os.scandir(os.path.join(folder, prefix)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield prefix + entry.name, entry
                continue
            yield f"{prefix}{entry.name}/", entry
            if entry.name != skip:
                prefixes.append(f"{prefix}{entry.name}/")


def fingerprint(text: str) -> str:
    """A long text in 128 bits: its bytes as one number, modulo a prime."""
    return f"{int.from_bytes(text.encode('utf-8', 'surrogateescape'), 'little') % PRIME:x}"


def _changed(at: os.stat_result) -> int:
    """When a file last changed, at the latest. Anybody can set an mtime back, nobody a ctime."""
    return at.st_ctime_ns if at.st_ctime_ns % 1_000_000_000 else at.st_ctime_ns + COARSE


def _program() -> list[str]:
    """One file of every package that is imported, for an installer that upgrades a package writes that anew.

    A compiler that runs from a checkout is one that somebody may be editing, so there it is all of its files.
    """
    installed = os.path.basename(os.path.dirname(PACKAGE)) in ("site-packages", "dist-packages")
    places = [os.path.join(PACKAGE, "__init__.py") if installed else PACKAGE]
    for name, module in list(sys.modules.items()):
        # Not getattr: that would wake a module that is waiting in importlib's LazyLoader.
        known = object.__getattribute__(module, "__dict__") if issubclass(type(module), type(sys)) else {}
        file = known.get("__file__") or ""
        if not installed and name.startswith("bpc.") and "__path__" in known and not file.startswith(PACKAGE + os.sep):
            places.append(os.path.dirname(file))
        elif file and "." not in name and name not in sys.stdlib_module_names:
            places.append(file)
    return places


def _memo(argv: list[str]) -> tuple[str, str]:
    """The question in full, and the file that would hold its answer."""
    if os.environ.get("BPC_NO_CACHE"):
        raise ValueError("memos are switched off")
    key = repr((os.getcwd(), argv, PACKAGE, sys.prefix, sys.version))
    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):
        home = os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(home):
        raise ValueError("there is no home")
    return key, os.path.join(home, "bpc", "stamps", fingerprint(key))


def _keep(path: str, content: str) -> None:
    home = os.path.dirname(path)
    os.makedirs(home, mode=0o700, exist_ok=True)
    draft = f"{path}.{os.getpid()}"
    try:
        with open(draft, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
    names = os.listdir(home)
    if len(names) > KEPT:
        memos = sorted((os.path.join(home, name) for name in names), key=os.path.getmtime)
        for old in memos[:-KEPT]:
            os.unlink(old)
