"""Find mistakes in blueprints and write nothing."""

from __future__ import annotations

import argparse

from bpc import pipeline
from bpc.beside import Beside
from bpc.cli.blueprints import add_format, complain, read
from bpc.cli.exits import BROKEN_BLUEPRINT

EXAMPLES = """examples:
  bpc validate blueprint.yaml
  bpc validate specs/*.yaml --format github
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("specs", metavar="SPEC", nargs="+", help="a blueprint")
    parser.add_argument("--env", metavar="NAME", default="", help="look at this environment alone")
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    specs, code = read(options.specs)
    results = [
        (spec, pipeline.compile_blueprint(spec.raw, spec.path, None, options.env, beside=Beside.of(spec.path)))
        for spec in specs
    ]
    complain(results, options.format)
    if options.format == "text":
        for spec, result in results:
            if not result.failed:
                print(f"{spec.path}: fine")
    return max([code, *(BROKEN_BLUEPRINT for _, result in results if result.failed)])
