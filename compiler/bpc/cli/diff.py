"""Say what an update would replace, change, add and remove, before it is made."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Any

from bpc import pipeline, verify
from bpc.beside import Beside
from bpc.cli import show
from bpc.cli.blueprints import complain, read
from bpc.cli.exits import BAD_USAGE, BROKEN_BLUEPRINT, DANGEROUS, OK
from bpc.diagnostics import Diagnostic
from bpc.difference import compare, dangers, machine, markdown, text, unused
from bpc.difference.shapes import Difference
from bpc.difference.sides import CLOUDFORMATION, KUBERNETES, Side, Unreadable, side

EXAMPLES = """examples:
  bpc diff blueprint.yaml                   the blueprint against its committed output, out/<name>/
  bpc diff ../main/out/myeks out/myeks      two outputs, such as those of two checkouts
  bpc diff out/myeks blueprint.yaml --format markdown
  bpc diff blueprint.yaml --allow Cluster --allow 'dev/*'

Exit code 3: the cluster, the VPC, a subnet or something with data would be replaced or removed, or CloudFormation
would refuse the update, and no --allow covers it.
"""
FORMATS = ("text", "json", "markdown")


class Stop(Exception):
    """A side cannot be had; what is to be said has been said."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="an output folder such as out/myeks, or a blueprint")
    parser.add_argument(
        "new", metavar="NEW", nargs="?", default="", help="the other; without it, OLD is compared with its own output"
    )
    parser.add_argument(
        "-o", "--out", metavar="OUT", default="out", help="where the blueprint's output is (default: out)"
    )
    parser.add_argument("--env", metavar="NAME", default="", help="compare this environment alone")
    parser.add_argument(
        "--allow",
        metavar="ID",
        action="append",
        default=[],
        help="a resource to which it may happen: Cluster, cluster/Cluster, prod/cluster/Cluster, or a pattern",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="how it is written (default: text)")


def run(options: argparse.Namespace) -> int:
    try:
        old, new = _sides(options)
        difference = compare(old, new)
    except Stop as stop:
        return int(str(stop))
    except Unreadable as error:
        sys.stderr.write(f"bpc: {error}\n")
        return BAD_USAGE
    if options.env and not {**old.environments, **new.environments}:
        sys.stderr.write(f"bpc: neither side has an environment {options.env}\n")
        return BAD_USAGE
    found = dangers(difference, options.allow)
    show_difference(difference, found, options.format)
    for pattern in unused(difference, options.allow):
        sys.stderr.write(f"bpc: --allow {pattern} allows nothing that would happen\n")
    if found:
        names = dict.fromkeys("/".join(str(part) for part in one.path) for _, one in found)
        sys.stderr.write(f"bpc: needs a decision: {', '.join(names)}. Allow it with --allow, or take it back\n")
    return DANGEROUS if found else OK


def show_difference(difference: Difference, found: list[tuple[str, Diagnostic]], form: str) -> None:
    if form == "json":
        sys.stdout.write(machine.text(difference, found))
    elif form == "markdown":
        sys.stdout.write(markdown.text(difference))
    elif sys.__stdout__ is not None and sys.__stdout__.isatty():
        from rich.console import Console
        from rich.text import Text

        # What is printed is gathered and said at the end, so the console cannot see the terminal itself.
        console = Console(highlight=False, force_terminal=True)
        for style, line in text.lines(difference):
            console.print(Text(line, style=style), soft_wrap=True)
    else:
        sys.stdout.write("".join(f"{line}\n" for _, line in text.lines(difference)))


def _sides(options: argparse.Namespace) -> tuple[Side, Side]:
    if options.new:
        return _side(options.old, options), _side(options.new, options)
    if os.path.isdir(options.old):
        sys.stderr.write(f"bpc: {options.old} is a folder; say what to compare it with\n")
        raise Stop(BAD_USAGE)
    name, new = compiled(options.old, options.env)
    return folder(os.path.join(options.out, name), options.env), new


def _side(path: str, options: argparse.Namespace) -> Side:
    return folder(path, options.env) if os.path.isdir(path) else compiled(path, options.env)[1]


def folder(path: str, only: str) -> Side:
    """An output folder, which is as it was written."""
    outputs = verify.outputs(path)
    if len(outputs) != 1:
        several = f"holds several outputs, name one of them: {', '.join(one.folder for one in outputs)}"
        reason = several if outputs else f"is no output of bpc: no {verify.MARKER} in it or below it"
        sys.stderr.write(f"bpc: {path} {reason}\n")
        raise Stop(BAD_USAGE)
    [output] = outputs
    broken = verify.readable(output)
    if broken:
        complaints = (show.Complaint(os.path.join(output.folder, one.file), one.diagnostic, "") for one in broken)
        sys.stderr.write(show.text(complaints))
        raise Stop(BROKEN_BLUEPRINT)
    wanted = [one for one in output.files if one.startswith((CLOUDFORMATION, KUBERNETES))]
    return side(path, output.environments, {one: output.read(one) for one in wanted}, only)


class _Memory:
    """Takes what is compiled, and writes nothing."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def write(self, path: str, content: bytes) -> None:
        self.files[path] = content


def compiled(path: str, only: str, beside: Beside | None = None) -> tuple[str, Side]:
    """A blueprint's name, and what it compiles to with the files beside it."""
    specs, code = read([path])
    if code:
        raise Stop(code)
    memory = _Memory()
    result = pipeline.compile_blueprint(specs[0].raw, path, lambda _: memory, only, beside=beside or Beside.of(path))
    complain([(specs[0], result)], "text")
    if result.failed:
        raise Stop(BROKEN_BLUEPRINT)
    about: Mapping[str, Any] = result.about
    return result.name, side(path, about["environments"], memory.files, only)
