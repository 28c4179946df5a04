"""Check finished output: the templates, the manifests, and that nothing was lost or changed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from bpc import verify
from bpc.cli import show
from bpc.cli.blueprints import add_format
from bpc.cli.exits import BAD_USAGE, OK
from bpc.diagnostics import errors, tidy
from bpc.verify import Finding, Output, inventory, manifests, permissions, promises, secrets, templates

EXAMPLES = """examples:
  bpc verify out                            every blueprint that was compiled into out/
  bpc verify out/myeks --format github

Overlays are built with the kubectl on PATH, or with the one that BPC_KUBECTL names.
"""

FOUND = 1
EXTRA = "bpc: verify needs cfn-lint and the Kubernetes schemas: pip install 'eks-blueprint-compiler[verify]'\n"
NO_KUBECTL = (
    "bpc: {} not built: there is no kubectl on PATH. Get it from https://kubernetes.io/docs/tasks/tools/, "
    "or set BPC_KUBECTL to its path\n"
)
Item = TypeVar("Item")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folders", metavar="OUT", nargs="+", help="a folder such as out/myeks, or out/ with several of them"
    )
    add_format(parser)


def run(options: argparse.Namespace) -> int:
    outputs, code = _open(options.folders)
    if not has_tools():
        sys.stderr.write(EXTRA)
        return BAD_USAGE
    program = manifests.kubectl()
    findings = {output.folder: list(check(output, program)) for output in outputs}
    for output, found in lint(outputs):
        findings[output.folder] += found
    _show(outputs, findings, options.format, built=bool(program))
    unbuilt = 0 if program else sum(len(output.overlays()) for output in outputs)
    if unbuilt:
        sys.stderr.write(NO_KUBECTL.format(f"{_count(unbuilt, 'overlay')} {'was' if unbuilt == 1 else 'were'}"))
        code = BAD_USAGE
    wrong = any(errors(one.diagnostic for one in found) for found in findings.values())
    return max(code, FOUND if wrong else OK)


def check(output: Output, program: str | None) -> Iterator[Finding]:
    """Everything but cfn-lint. Without kubectl no overlay is built, and the caller says so."""
    broken = verify.readable(output)
    yield from broken
    if broken:
        return
    yield from inventory.check(output)
    for environment in output.environments:
        yield from promises.linked(
            output.environments[environment].get("name", output.name), output.templates(environment)
        )
    for template in output.templates():
        yield from promises.traced(template, output.marker["trace"])
    for template in output.administration():
        yield from promises.explained(template, output.marker.get("stackSets") or output.marker.get("delivery"))
    for template in (*output.templates(), *output.administration()):
        yield from promises.plain(template)
        yield from promises.quotas(template)
        yield from permissions.open_statements(template)
        yield from permissions.unexplained_stars(template)
        yield from secrets.sensitive_values(template)
    for policy in output.policies():
        yield from permissions.deployer_policy(policy)
    for file in output.files:
        yield from secrets.secrets(file, output.read(file).decode(errors="replace"))
    for file in output.manifest_files():
        text = output.read(file).decode(errors="replace")
        yield from secrets.deployed_values(file, text, output.said(), output.mirrors())
        yield from secrets.secret_objects(file, text)
    for environment in output.overlays() if program else ():
        yield from manifests.check(output, environment, program or "")


def lint(outputs: Sequence[Output]) -> Iterator[tuple[Output, list[Finding]]]:
    """cfn-lint over all templates of all outputs, with a progress bar on a terminal."""
    known = {output.folder: output for output in outputs if not verify.readable(output)}
    jobs = [
        templates.Job(output.folder, file, output.environments[file.split("/")[1]]["region"])
        for output in known.values()
        for file in output.template_files()
    ] + [
        # It is deployed anywhere.
        templates.Job(output.folder, one.file, next(iter(output.environments.values()))["region"])
        for output in known.values()
        for one in output.administration()
    ]
    for job, found in _progress(templates.check(jobs), len(jobs)):
        yield known[job.folder], found


def has_tools() -> bool:
    """Whether the `verify` extra is installed."""
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("cfnlint", "kubernetes_validate"))


def _open(folders: Sequence[str]) -> tuple[list[Output], int]:
    found: dict[str, Output] = {}
    code = OK
    for folder in folders:
        outputs = verify.outputs(folder)
        if not outputs:
            sys.stderr.write(f"bpc: {folder} is no output of bpc: no {verify.MARKER} in it or below it\n")
            code = BAD_USAGE
        found |= {os.path.normpath(output.folder): output for output in outputs}
    return list(found.values()), code


def _progress(items: Iterable[Item], total: int) -> Iterable[Item]:
    if not sys.stderr.isatty() or not total:
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, "cfn-lint", total, console=Console(stderr=True), transient=True)


def _show(outputs: Sequence[Output], findings: dict[str, list[Finding]], form: str, *, built: bool) -> None:
    complaints = [complaint for output in outputs for complaint in _complaints(output, findings[output.folder])]
    stream = sys.stderr if form == "text" else sys.stdout
    stream.write(show.FORMATS[form](complaints))
    for output in outputs if form == "text" else ():
        wrong = errors(one.diagnostic for one in findings[output.folder])
        if not wrong and (built or not output.overlays()):
            counts = _count(len(output.template_files()), "template"), _count(len(output.overlays()), "overlay")
            left = manifests.unchecked(output)
            but = f"; not looked into: {', '.join(left)}" if left else ""
            print(f"{output.folder}: fine ({', '.join(counts)}{but})")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _complaints(output: Output, findings: Sequence[Finding]) -> Iterator[show.Complaint]:
    for file in sorted({one.file for one in findings}):
        path = os.path.join(output.folder, file)
        lines = output.read(file).decode(errors="replace").splitlines() if file in output.files else []
        for one in tidy(found.diagnostic for found in findings if found.file == file):
            line = lines[one.span.line - 1] if one.span and one.span.line <= len(lines) else ""
            yield show.Complaint(path, one, line)
