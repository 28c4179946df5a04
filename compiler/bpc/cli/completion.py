"""Print a completion script for a shell."""

from __future__ import annotations

import argparse
import sys

from bpc.cli.exits import OK

EXAMPLES = """examples:
  bpc completion bash > ~/.local/share/bash-completion/completions/bpc
  bpc completion zsh > ~/.zfunc/_bpc
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="which shell")


def run(options: argparse.Namespace) -> int:
    import shtab

    from bpc.cli.parser import VERBS, make_parser, module_of

    parser = make_parser({verb: module_of(verb) for verb in VERBS})
    sys.stdout.write(shtab.complete(parser, options.shell) + "\n")
    return OK
