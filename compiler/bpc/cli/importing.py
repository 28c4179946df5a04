"""Turn another tool's description of a cluster into a blueprint, with comments where something was lost."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from typing import Any

from bpc import pipeline, source
from bpc.cli.blueprints import Read, add_format, complain, read
from bpc.cli.exits import BAD_USAGE, BROKEN_BLUEPRINT, OK
from bpc.diagnostics import errors
from bpc.importing import eksctl, tfvars, writer
from bpc.importing.draft import Draft
from bpc.importing.eksctl import page
from bpc.importing.tfvars import reading

EXAMPLES = """examples:
  bpc import eksctl cluster.yaml                  show the blueprint
  bpc import eksctl cluster.yaml -o blueprint.yaml
  bpc import tfvars default.auto.tfvars fixture.spot.tfvars
  bpc import eksctl --fields                      what becomes of every field of a ClusterConfig

What could not be carried over stands as a comment where it would have been.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    tools = parser.add_subparsers(title="from", metavar="TOOL", required=True)
    from_eksctl = tools.add_parser("eksctl", help="a ClusterConfig, as `eksctl create cluster -f` takes it")
    from_eksctl.add_argument("files", metavar="FILE", nargs="*", help="the ClusterConfig")
    from_eksctl.add_argument("--fields", action="store_true", help="show what becomes of every field, as Markdown")
    from_eksctl.add_argument(
        "--account", metavar="ID", default="", help="the AWS account, for IAM roles of service accounts"
    )
    _output(from_eksctl)
    from_eksctl.set_defaults(convert=_from_eksctl)

    from_tfvars = tools.add_parser("tfvars", help="variables of Young-ook/terraform-aws-eks, examples/blueprint")
    from_tfvars.add_argument(
        "files", metavar="FILE", nargs="+", help="a .tfvars file; the last one that says it counts"
    )
    _output(from_tfvars)
    from_tfvars.set_defaults(convert=_from_tfvars)


def _output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", default="", help="write the blueprint here")
    parser.add_argument("--force", action="store_true", help="overwrite the file that is there")
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    if getattr(options, "fields", False):
        sys.stdout.write(page.markdown())
        return OK
    if options.output and os.path.exists(options.output) and not options.force:
        sys.stderr.write(f"bpc: {options.output} is there already; --force overwrites it\n")
        return BAD_USAGE
    code: int = options.convert(options)
    return code


def _from_eksctl(options: argparse.Namespace) -> int:
    account = options.account
    if len(options.files) != 1 or (account and not (account.isdigit() and len(account) == 12)):
        wanted = "name one ClusterConfig" if len(options.files) != 1 else "--account takes the 12 digits of an account"
        sys.stderr.write(f"bpc: {wanted}\n")
        return BAD_USAGE
    files, code = read(options.files)
    if code:
        return code
    document, found = source.parse(files[0].raw)
    draft = Draft(eksctl.TOOL)
    if document is not None and not errors(found):
        draft, more = eksctl.convert(document, options.account)
        found += more
    located = pipeline.located(found, document)
    complain([(files[0], pipeline.Result("", document, located, {}))], options.format)
    if errors(found):
        return BROKEN_BLUEPRINT
    name = os.path.basename(options.files[0])
    return _write(draft, options, [f"From {name}, a ClusterConfig of eksctl's, by `bpc import eksctl`."])


def _from_tfvars(options: argparse.Namespace) -> int:
    if not find_spec("hcl2"):
        sys.stderr.write("bpc: import tfvars needs python-hcl2: pip install 'eks-blueprint-compiler[import]'\n")
        return BAD_USAGE
    files, code = read(options.files)
    given: dict[str, Any] = {}
    results = []
    for file in files:
        values, found = reading.parse(file.raw)
        given |= values
        results.append((file, pipeline.Result("", None, found, {})))
    complain(results, options.format)
    if code or any(result.failed for _, result in results):
        return code or BROKEN_BLUEPRINT
    names = ", ".join(os.path.basename(file.path) for file in files)
    return _write(tfvars.convert(given), options, [f"From {names}, variables of Terraform's, by `bpc import tfvars`."])


def _write(draft: Draft, options: argparse.Namespace, head: list[str]) -> int:
    text = writer.text(draft, head)
    if options.output:
        with open(options.output, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
    lost = [note for note in draft.notes if note.lost]
    sys.stderr.write(f"bpc: {_count(len(draft.carried), 'field')} carried over, {len(lost)} not")
    sys.stderr.write("; the comments say why\n" if lost else "\n")
    _decide(text, options.output or "the blueprint", options.format)
    return OK


def _decide(text: str, name: str, form: str) -> None:
    """What a compile would say: the user's to decide, so no failure of the import."""
    spec = Read(name, text.encode())
    result = pipeline.compile_blueprint(spec.raw, name, None)
    if result.failed and form == "text":
        number = len(errors(result.diagnostics))
        sys.stderr.write(f"bpc: {_count(number, 'thing')} to decide before it compiles:\n")
    if result.diagnostics and form == "text":
        complain([(spec, result)], form)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
