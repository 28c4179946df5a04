"""Explain a diagnostic by its code, or a field of the language by its path."""

from __future__ import annotations

import argparse
import difflib
import pkgutil
import sys
from importlib import import_module

import bpc
from bpc import reference
from bpc.cli.exits import BAD_USAGE, OK
from bpc.diagnostics import RULES

EXAMPLES = """examples:
  bpc explain BPC320
  bpc explain nodeGroups.scaling
  bpc explain addons.external-dns
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", metavar="CODE|PATH", help="a code such as BPC320, or a path such as cluster.endpoint")


def run(options: argparse.Namespace) -> int:
    topic: str = options.topic
    # Whoever asks for a field does not wait for everything that may raise a complaint.
    field = reference.find(topic)
    if field:
        sys.stdout.write(reference.text(field))
        return OK
    declare_rules()
    found = next((one for one in RULES.values() if topic.upper() == one.code or topic == one.name), None)
    if found:
        print(f"{found.code} {found.name} ({found.severity})\n\n  why:  {found.why}\n  cure: {found.cure}")
        return OK
    known = [*RULES, *(one.path.replace("[]", "") for one in reference.fields())]
    close = difflib.get_close_matches(topic, known, n=1, cutoff=0.75)
    hint = f"; did you mean {close[0]}?" if close else "; `bpc schema --format markdown` lists every path"
    sys.stderr.write(f"bpc: there is no code and no field called {topic}{hint}\n")
    return BAD_USAGE


def declare_rules() -> None:
    """Rules declare themselves where they are raised, so everything that may raise one is imported."""
    for module in pkgutil.walk_packages(bpc.__path__, "bpc."):
        if not module.name.startswith(("bpc.cli", "bpc.__main__")):
            import_module(module.name)
