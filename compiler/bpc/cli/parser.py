"""The arguments of every verb, by argparse."""

from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType

from bpc import __version__
from bpc.cli.exits import BAD_USAGE

VERBS = (
    "init",
    "compile",
    "diff",
    "watch",
    "validate",
    "trace",
    "vendor",
    "explain",
    "addons",
    "schema",
    "verify",
    "graph",
    "report",
    "upgrade",
    "import",
    "completion",
)
# A verb that Python keeps for itself has a module of another name.
MODULES = {"import": "importing"}

EXAMPLES = """examples:
  bpc init                                  write a first blueprint
  bpc compile specs/study.yaml              write out/myeks/
  bpc compile specs/*.yaml --check          exit 3 when the output is not what the blueprints compile to
  bpc validate blueprint.yaml               find mistakes, write nothing
  bpc explain cluster.endpoint              what a field takes and what it becomes
  bpc addons show external-dns              everything about an add-on
  bpc explain BPC320                        why a complaint exists and how to cure it
"""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help that looks the same everywhere. argparse would import shutil, for the terminal's width, at every option."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100, max_help_position=28)


def parsed(argv: list[str]) -> argparse.Namespace:
    """The arguments of the verb that is asked for, which alone is imported; all of them for help."""
    if argv and argv[0] in VERBS:
        parser = argparse.ArgumentParser(prog=f"bpc {argv[0]}", formatter_class=_Help)
        _describe(parser, module_of(argv[0]))
        return parser.parse_args(argv[1:])
    parser = make_parser({verb: module_of(verb) for verb in VERBS})
    if not argv:
        parser.print_help()
        raise SystemExit(BAD_USAGE)
    return parser.parse_args(argv)


def module_of(verb: str) -> ModuleType:
    """Where a verb is described."""
    return import_module(f"bpc.cli.{MODULES.get(verb, verb)}")


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
