"""Say what moving to the next Kubernetes version needs, one minor version at a time."""

from __future__ import annotations

import argparse
import sys

from bpc import facts, pipeline, upgrading
from bpc.beside import Beside
from bpc.checks.nearest import meant
from bpc.cli.blueprints import complain, read
from bpc.cli.exits import BAD_USAGE, BROKEN_BLUEPRINT, DANGEROUS, OK
from bpc.diagnostics import errors
from bpc.upgrading import Blueprint, said, versions

EXAMPLES = """examples:
  bpc upgrade specs/argocd.yaml                 to the next version
  bpc upgrade fleet.yaml --env dev --to 1.36    one step after the other
  bpc upgrade blueprint.yaml --format markdown  with boxes to tick, for an issue or a pull request

Exit code 3: the blueprint does not compile with the new version, or an object is in an API version that it has not.
"""
FORMATS = ("text", "json", "markdown")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help="a blueprint")
    parser.add_argument("--to", metavar="VERSION", default="", help="the version to arrive at (default: the next)")
    parser.add_argument("--env", metavar="NAME", default="", help="this environment alone")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how it is written (default: text)")


def run(options: argparse.Namespace) -> int:
    specs, code = read([options.spec])
    if code:
        return code
    if why := _unknown(options.to):
        return _wrong(why)
    blueprint = Blueprint(specs[0].raw, options.spec, Beside.of(options.spec))
    document, now, found = upgrading.read(blueprint, options.env)
    if document is None or errors(found):
        complain([(specs[0], pipeline.Result("", document, found, {}))], "text")
        return BROKEN_BLUEPRINT
    there = {name: one.stacks.plan.blueprint.cluster.version for name, one in now.items() if one.stacks}
    ahead = [name for name, one in there.items() if options.to and versions.number(one) > versions.number(options.to)]
    if ahead:
        return _wrong(f"{ahead[0]} is at {there[ahead[0]]}; an upgrade does not go back to {options.to}")
    steps = list(upgrading.steps(blueprint, now, options.to))
    if options.format == "json":
        sys.stdout.write(said.as_json(steps, options.spec))
    elif not steps:
        at = ", ".join(dict.fromkeys(there.values()))
        newest = f"{versions.newest()} is the newest that bpc knows on EKS, as of {facts.as_of()}"
        sys.stdout.write(f"Kubernetes {at}: nothing to do{'' if options.to else f'; {newest}'}\n")
    else:
        rows = said.lines(steps, options.spec) if options.format == "text" else said.page(steps, options.spec)
        sys.stdout.write("\n".join(rows).rstrip() + "\n")
    return DANGEROUS if any(step.stands for step in steps) else OK


def _unknown(target: str) -> str:
    if not target or target in versions.known():
        return ""
    hint = meant(target, versions.known()) or f"it knows {', '.join(versions.known())}"
    return f"bpc knows no Kubernetes {target} on EKS; {hint}"


def _wrong(message: str) -> int:
    sys.stderr.write(f"bpc: {message}\n")
    return BAD_USAGE
