"""Print the language: one JSON Schema for editors, or the reference page."""

from __future__ import annotations

import argparse
import sys

from bpc import language, reference
from bpc.cli.exits import OK

EXAMPLES = """examples:
  bpc schema > blueprint.schema.json
  # and as the first line of a blueprint:
  # yaml-language-server: $schema=blueprint.schema.json
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=("json", "markdown"), default="json", help="JSON Schema, or the reference page"
    )


def run(options: argparse.Namespace) -> int:
    sys.stdout.write(language.bundle() if options.format == "json" else reference.markdown())
    return OK
