"""Write a page about a platform for people: picture, stacks, rights, images and what comes to its end, in one file."""

from __future__ import annotations

import argparse
import os
import sys

from bpc import pipeline
from bpc.beside import Beside
from bpc.cli.blueprints import complain, read
from bpc.cli.exits import BROKEN_BLUEPRINT, OK
from bpc.diagnostics import errors

EXAMPLES = """examples:
  bpc report blueprint.yaml > platform.html
  bpc report blueprint.yaml --env prod > prod.html

The page is one file of HTML without scripts. It opens without a server and without the internet.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help="a blueprint")
    parser.add_argument("--env", metavar="NAME", default="", help="one environment alone")


def run(options: argparse.Namespace) -> int:
    specs, code = read([options.spec])
    if code:
        return code
    path: str = specs[0].path
    document, made, found = pipeline.finished(specs[0].raw, path, Beside.of(path), options.env)
    complain([(specs[0], pipeline.Result("", document, found, {}))], "text")
    if errors(found):
        return BROKEN_BLUEPRINT
    from bpc.report.page import page

    file = os.path.basename(path).encode("utf-8", "backslashreplace").decode()
    sys.stdout.write(page([stacks for _, stacks in made], file))
    return OK
