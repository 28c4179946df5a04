"""Compile blueprints into CloudFormation templates and kustomize overlays."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from bpc import pipeline, publish, stamp
from bpc.beside import Beside
from bpc.cli.blueprints import Read, add_format, complain, read
from bpc.cli.exits import BAD_USAGE, BROKEN_BLUEPRINT, OK, STALE
from bpc.cli.progress import bar
from bpc.kit.digest import digest
from bpc.kit.record import Record

if TYPE_CHECKING:
    import argparse
    from types import SimpleNamespace

    from bpc.output import Sink

    Options = argparse.Namespace | SimpleNamespace

EXAMPLES = """examples:
  bpc compile blueprint.yaml                write out/<name>/
  bpc compile fleet.yaml --env prod         only this environment
  bpc compile specs/*.yaml --check          write nothing; exit 3 and name the files when the output is stale
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="a blueprint")
    parser.add_argument("-o", "--out", metavar="OUT", default="out", help="write OUT/<name>/ (default: out)")
    parser.add_argument("--env", metavar="NAME", default="", help="compile this environment alone")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 3 when the output is stale")
    add_format(parser)


FEW = 3  # so many changed files are named


class Done(Record):
    """What came of one blueprint: an exit code, a line that says so, the folder with its fingerprint, what was read."""

    code: int
    said: str
    folder: str = ""
    fingerprint: str = ""
    read: tuple[str, ...] = ()


def run(options: Options) -> int:
    specs, code = read(options.specs)
    results, outcomes = [], []
    folders: dict[str, str] = {}
    for spec in specs:
        result, done = compiled(spec, options, folders)
        results.append((spec, result))
        outcomes.append(done)
    complain(results, options.format)
    if options.format == "text":
        sys.stdout.write("".join(f"{one.said}\n" for one in outcomes if one.said))
    code = max([code, *(one.code for one in outcomes)])
    said = options.format != "text" or any(result.diagnostics for _, result in results)
    if code == OK and not options.check and not said:
        _remember(options, outcomes)
    return code


def _remember(options: Options, outcomes: list[Done]) -> None:
    """Next time, the same command over the same files says this at once."""
    stamp.record(
        options.argv,
        "".join(f"{one.folder}: unchanged\n" for one in outcomes),
        started=options.started,
        inputs=[*options.specs, *(path for one in outcomes for path in one.read)],
        outputs=[(one.folder, one.fingerprint) for one in outcomes],
    )


def compiled(spec: Read, options: Options, folders: dict[str, str]) -> tuple[pipeline.Result, Done]:
    """Compile one blueprint; `folders` says which one has written where."""
    beside = Beside.of(spec.path)
    with ExitStack() as stack:
        sinks: list[Any] = []

        def sink(name: str) -> Sink:
            folder = os.path.join(options.out, name)
            other = folders.setdefault(folder, spec.path)
            if other != spec.path:
                raise _SameFolder(_clash(spec.path, other, name))
            if options.check:
                opened: Any = publish.Comparison(folder, options.env)
            else:
                opened = stack.enter_context(publish.Staging(folder, options.env))
            sinks.append(opened)
            return opened  # type: ignore[no-any-return]

        try:
            result = pipeline.compile_blueprint(spec.raw, spec.path, sink, options.env, bar, beside)
            if result.failed or not sinks:
                return result, Done(BROKEN_BLUEPRINT, "")
            extra = {"blueprint": _identity(spec, options.env)} | result.about
            done = _compared(sinks[0], extra) if options.check else _published(sinks[0], extra)
            return result, done.replace(read=tuple(beside.seen))
        except publish.Refused as refused:
            return pipeline.Result("", None, [refused.diagnostic], {}), Done(BROKEN_BLUEPRINT, "")
        except _SameFolder as same:
            sys.stderr.write(f"bpc: {same}\n")
            return pipeline.Result("", None, [], {}), Done(BAD_USAGE, "")


class _SameFolder(Exception):
    """Two blueprints of one command have the same name."""


def _clash(one: str, other: str, name: str) -> str:
    """Why two arguments cannot both be compiled."""
    if os.path.realpath(one) == os.path.realpath(other):
        return f"{one} and {other} are the same file; name it once"
    return f"{one} and {other} are both called {name}; rename one of them"


def _identity(spec: Read, environment: str) -> dict[str, str]:
    identity = {"file": os.path.basename(spec.path), "sha256": digest(spec.raw)}
    return identity | ({"environment": environment} if environment else {})


def _published(staging: publish.Staging, extra: dict[str, Any]) -> Done:
    published = staging.commit(extra)
    counts = {"new": published.added, "changed": published.changed, "removed": published.removed}
    parts = [f"{len(paths)} {what}" for what, paths in counts.items() if paths]
    if parts and published.unchanged:
        parts.append(f"{published.unchanged} unchanged")
    said = f"{', '.join(parts)} files" if parts else "unchanged"
    touched = [path for paths in counts.values() for path in paths if path != ".bpc.json"]
    if published.unchanged and 0 < len(touched) <= FEW:
        said += f" ({', '.join(touched)})"
    return Done(OK, f"{published.folder}: {said}", published.folder, published.fingerprint)


def _compared(comparison: publish.Comparison, extra: dict[str, Any]) -> Done:
    difference = comparison.finish(extra)
    lines = [f"{comparison.folder}/{path}: {what}" for what, paths in vars(difference).items() for path in paths]
    if not lines:
        return Done(OK, f"{comparison.folder}: fresh")
    return Done(STALE, "\n".join([*lines, f"{comparison.folder}: stale; compile it again"]))
