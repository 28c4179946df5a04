"""Say which line of a blueprint made a resource or a manifest, or what a line makes."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from bpc import pipeline, tracing
from bpc.beside import Beside
from bpc.cli.blueprints import complain, read
from bpc.cli.exits import BAD_USAGE, BROKEN_BLUEPRINT, OK
from bpc.diagnostics import errors
from bpc.environments import Place
from bpc.output.stacks import Stacks
from bpc.source import Document
from bpc.tracing import Made, asked, files, lines, outputs, said

EXAMPLES = """examples:
  bpc trace ExternalDnsRole specs/study.yaml      the line that made it
  bpc trace AWS::IAM::Role specs/study.yaml       all of a type; also addons/ExternalDnsRole, or '*Role'
  bpc trace Deployment/cluster-autoscaler specs/study.yaml
  bpc trace VpcId specs/study.yaml                an output of a stack
  bpc trace out/myeks/cloudformation/default/30-cluster.yaml:40 specs/study.yaml
  bpc trace specs/study.yaml:42                   what line 42 makes, by environment
"""
DEFAULT = "blueprint.yaml"
# A file and a line, perhaps a column, as a complaint has them.
LINE = re.compile(r"(?P<file>.+?):(?P<line>[0-9]{1,9})(?::(?P<column>[0-9]{1,9}))?:?")


class _Stop(Exception):
    """It cannot be traced; what is to be said has been said."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="RESOURCE|SPEC:LINE",
        help="a logical ID, an output, a manifest, a file of the output or a line of it; or a line of the blueprint",
    )
    parser.add_argument("spec", metavar="SPEC", nargs="?", default="", help=f"the blueprint (default: {DEFAULT})")
    parser.add_argument("--env", metavar="NAME", default="", help="in this environment alone")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="for people, or for machines")


def run(options: argparse.Namespace) -> int:
    what: str = options.what
    number = LINE.fullmatch(what)
    try:
        if number and not asked.below_output(number["file"]):
            if options.spec:
                return _wrong(f"{what} names the blueprint already; leave {options.spec} out")
            return _line(number["file"], int(number["line"]), int(number["column"] or 0), options)
        return _resource(what, number, options.spec or DEFAULT, options)
    except _Stop as stop:
        return int(str(stop))


def _made(spec: str, options: argparse.Namespace) -> tuple[Document, list[tuple[Place, Stacks]], list[Made]]:
    """What a blueprint makes."""
    specs, code = read([spec])
    if code:
        if spec == DEFAULT:
            sys.stderr.write("bpc: say which blueprint, as in `bpc trace Cluster specs/study.yaml`\n")
        raise _Stop(code)
    document, made, found = pipeline.finished(specs[0].raw, spec, Beside.of(spec), options.env)
    if document is None or errors(found):
        complain([(specs[0], pipeline.Result("", document, found, {}))], "text")
        raise _Stop(BROKEN_BLUEPRINT)
    return document, made, tracing.everything(document, made)


def _resource(what: str, number: re.Match[str] | None, spec: str, options: argparse.Namespace) -> int:
    document, environments, made = _made(spec, options)
    file = number["file"] if number else what
    found = asked.find(file, made)
    given = outputs.everything(document, environments) if number or not found else []
    found += asked.find(file, given)
    if not found and (path := asked.below_output(file)):
        found = files.other(path, document, environments)
    elif number:
        found = _at_line(file, int(number["line"]), found)
    if not found:
        hint = asked.near(what, [*made, *given]) or "`bpc trace '*'` lists everything"
        return _wrong(f"{spec} makes nothing called {what}; {hint}")
    if options.format == "json":
        sys.stdout.write(said.as_json(spec, {"made": [said.row(one) for one in found]}))
    else:
        sys.stdout.write("".join(f"{one}\n" for one in said.origins(found, spec, document)))
    return OK


def _at_line(file: str, number: int, made: Sequence[Made]) -> list[Made]:
    """What is made by a line of a file of the output, which has to be there."""
    files, code = read([file])
    if code:
        raise _Stop(code)
    found = asked.at_line(files[0].raw.decode("utf-8", "replace"), number, made)
    if made and not found:
        sys.stderr.write(f"bpc: line {number} of {file} belongs to no resource, no output and no object\n")
        raise _Stop(BAD_USAGE)
    return found


def _line(spec: str, number: int, column: int, options: argparse.Namespace) -> int:
    document, environments, made = _made(spec, options)
    if lines.says_nothing(document, number):
        last = len("\n".join(document.lines).splitlines())
        why = "is empty or a comment" if 0 < number <= last else f"is not there: {spec} has {last} lines"
        return _wrong(f"line {number} {why}")
    places = lines.places(document, number, column)
    if not places:
        return _wrong(f"nothing of the blueprint begins at {options.what}")
    there, given = [place for place, _ in environments], outputs.everything(document, environments)
    told = [
        lines.told(document, path, there, made).replace(outputs=lines.told(document, path, there, given).makes)
        for path in places
    ]
    if options.format == "json":
        rows = [
            {
                "path": list(one.path),
                "makes": [said.row(each) for each in one.makes],
                "shapes": [said.row(each) for each in one.shapes],
                "outputs": [said.row(each) for each in one.outputs],
            }
            for one in told
        ]
        sys.stdout.write(said.as_json(spec, {"line": number, "places": rows}))
    else:
        sys.stdout.write("".join(f"{text}\n" for one in told for text in said.line(one, spec, number)))
    return OK


def _wrong(message: str) -> int:
    sys.stderr.write(f"bpc: {message}\n")
    return BAD_USAGE
