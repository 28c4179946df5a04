"""List the add-ons of the catalogue, or say everything about one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from bpc import about, catalogue
from bpc.checks.nearest import meant
from bpc.cli import addon_page
from bpc.cli.exits import BAD_USAGE, OK

EXAMPLES = """examples:
  bpc addons                     one by one, by name
  bpc addons show external-dns   sources, permissions, what it needs, options, an example
  bpc addons show karpenter.nodePools
                                 one of its fields, as `bpc explain addons.karpenter.nodePools`
  bpc addons --format json       for other machines
"""


class _Names(tuple[str, ...]):
    """Names that a shell completes; another one is answered by us, with what may have been meant."""

    def __contains__(self, name: object) -> bool:
        return True


def arguments(parser: argparse.ArgumentParser) -> None:
    _format(parser, "text")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", dest="action")
    show = actions.add_parser("show", help="everything about one", description="Say everything about one add-on.")
    show.add_argument("name", metavar="NAME", choices=_Names(catalogue.names()), help="as the list has it")
    # Suppressed, for else it would undo what stands before `show`.
    _format(show, argparse.SUPPRESS)


def _format(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--format", choices=("text", "json"), default=default, help="for people, or for machines")


def run(options: argparse.Namespace) -> int:
    if not options.action:
        told = [about.summary(entry) for entry in catalogue.addons()]
        _say(options.format, {"addons": told}, _list(told))
        return OK
    name, _, field = options.name.partition(".")
    entry = about.entry(name)
    if entry is not None and field:
        return _field(f"addons.{options.name}")
    if entry is None:
        hint = meant(name, catalogue.names()) or "`bpc addons` lists what it has"
        sys.stderr.write(f"bpc: the catalogue has no add-on called {name}; {hint}\n")
        return BAD_USAGE
    one = about.everything(entry)
    _say(options.format, one, addon_page.lines(one))
    return OK


def _field(path: str) -> int:
    """One of an add-on's fields, as `kubectl explain` goes down into them by dots."""
    from bpc import reference

    found = reference.find(path)
    if found is None:
        known = [one.path.replace("[]", "") for one in reference.fields()]
        hint = meant(path, known) or "`bpc schema --format markdown` lists every path"
        sys.stderr.write(f"bpc: there is no field called {path}; {hint}\n")
        return BAD_USAGE
    sys.stdout.write(reference.text(found))
    return OK


def _say(form: str, told: dict[str, Any], lines: Iterator[str]) -> None:
    text = json.dumps(told, indent=2, ensure_ascii=False) if form == "json" else "\n".join(lines)
    sys.stdout.write(text + "\n")


def _list(told: list[dict[str, Any]]) -> Iterator[str]:
    first, second = (max(len(one[key]) for one in told) + 1 for key in ("name", "namespace"))
    yield f"{'NAME':<{first}}{'NAMESPACE':<{second}}SOURCES"
    for one in told:
        sources = ", ".join(f"{source} {version}".strip() for source, version in one["sources"].items())
        yield from addon_page.wrapped(
            sources, f"{one['name']:<{first}}{one['namespace']:<{second}}", " " * (first + second)
        )
        yield from addon_page.wrapped(one["summary"], "    ", "    ")
    yield from ("", f"{len(told)} add-ons. `bpc addons show NAME` says everything about one. Any other EKS add-on runs")
    yield "by its name, with `source: eks`, and any Helm chart with `chart`."
