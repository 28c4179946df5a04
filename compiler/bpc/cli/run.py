"""Reads the arguments, runs the verb, and turns whatever goes wrong into a message and an exit code."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from importlib import import_module
from types import ModuleType

from bpc import __version__
from bpc.cli.exits import BAD_USAGE, INTERRUPTED, OUR_BUG

VERBS = ("compile", "validate", "explain", "schema", "verify", "completion")

EXAMPLES = """examples:
  bpc compile specs/study.yaml              write out/myeks/
  bpc compile specs/*.yaml --check          exit 3 when the output is not what the blueprints compile to
  bpc validate blueprint.yaml               find mistakes, write nothing
  bpc explain cluster.endpoint              what a field takes and what it becomes
  bpc explain BPC320                        why a complaint exists and how to cure it
"""


def guarded(argv: list[str], started: int) -> int:
    """One verb; `started` is when the command began, in nanoseconds.

    A mistake of ours is shown as one, with what to send us, and never as a bare traceback.
    """
    # A compile lives for a tenth of a second and makes next to no cycles: collecting them costs more than it gives.
    gc.disable()
    try:
        return _run(argv, started)
    except KeyboardInterrupt:
        sys.stderr.write("bpc: interrupted; nothing was changed\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as with `| head`; that is no mistake of anybody's.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED
    except Exception:
        return _our_bug(argv)


def _run(argv: list[str], started: int) -> int:
    try:
        arguments = _parsed(argv)
    except SystemExit as stop:
        return BAD_USAGE if stop.code else 0
    arguments.argv, arguments.started = argv, started
    code: int = arguments.run(arguments)
    return code


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help that looks the same everywhere. argparse would import shutil, for the terminal's width, at every option."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100, max_help_position=28)


def _parsed(argv: list[str]) -> argparse.Namespace:
    """The arguments of the verb that is asked for, which alone is imported; all of them for help."""
    if argv and argv[0] in VERBS:
        parser = argparse.ArgumentParser(prog=f"bpc {argv[0]}", formatter_class=_Help)
        _describe(parser, import_module(f"bpc.cli.{argv[0]}"))
        return parser.parse_args(argv[1:])
    parser = make_parser({verb: import_module(f"bpc.cli.{verb}") for verb in VERBS})
    if not argv:
        parser.print_help()
        raise SystemExit(BAD_USAGE)
    return parser.parse_args(argv)


def _describe(parser: argparse.ArgumentParser, module: ModuleType) -> None:
    """What a verb's module says of it: a summary, examples, arguments, and what to run."""
    parser.description, parser.epilog = _summary(module), getattr(module, "EXAMPLES", "")
    module.arguments(parser)
    parser.set_defaults(run=module.run)


def _summary(module: ModuleType) -> str:
    return (module.__doc__ or "").strip().splitlines()[0]


def make_parser(verbs: dict[str, ModuleType]) -> argparse.ArgumentParser:
    """The parser of some verbs, or of all."""
    parser = argparse.ArgumentParser(
        prog="bpc",
        description="Compile a blueprint into plain CloudFormation templates and kustomize overlays for Amazon EKS.",
        epilog=EXAMPLES,
        formatter_class=_Help,
    )
    parser.add_argument("--version", action="version", version=f"bpc {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="bpc")
    for name, module in verbs.items():
        _describe(commands.add_parser(name, help=_summary(module), formatter_class=_Help), module)
    return parser


def _our_bug(argv: list[str]) -> int:
    import traceback

    details = traceback.format_exc()
    sys.stderr.write(
        f"bpc: this is a mistake in bpc {__version__}, not in your blueprint; nothing was changed.\n"
        f"Please report it with the command (bpc {' '.join(argv)}) and these lines:\n\n"
        + "".join(f"    {line}\n" for line in details.splitlines())
    )
    return OUR_BUG
