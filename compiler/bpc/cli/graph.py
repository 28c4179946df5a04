"""Draw the architecture of a platform: its network, its cluster, its add-ons, and what flows between them."""

from __future__ import annotations

import argparse
import sys

from bpc import pipeline
from bpc.cli.blueprints import complain, read
from bpc.cli.exits import BROKEN_BLUEPRINT, OK
from bpc.diagnostics import errors

EXAMPLES = """examples:
  bpc graph blueprint.yaml > architecture.svg
  bpc graph blueprint.yaml --env prod --format mermaid
  bpc graph blueprint.yaml --format dot | dot -Tpdf > architecture.pdf
"""
FORMATS = ("svg", "mermaid", "dot")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help="a blueprint")
    parser.add_argument("--env", metavar="NAME", default="", help="one environment alone")
    parser.add_argument("--format", choices=FORMATS, default="svg", help="how it is drawn (default: svg)")


def run(options: argparse.Namespace) -> int:
    specs, code = read([options.spec])
    if code:
        return code
    document, plans, found = pipeline.plans(specs[0].raw, options.env)
    complain([(specs[0], pipeline.Result("", document, found, {}))], "text")
    if errors(found):
        return BROKEN_BLUEPRINT
    from bpc import graph

    sys.stdout.write(graph.drawn([planned for _, planned in plans], options.format))
    return OK
