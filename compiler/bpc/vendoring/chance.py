"""A chart that gives something else each time: which object differs, and which of its values may end that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpc.diagnostics import rule
from bpc.vendoring.failed import Failed
from bpc.vendoring.split import Rendered

# Functions of Helm's template language whose result is another one each time (Helm documentation, Template Function
# List).
FUNCTIONS = re.compile(
    r"\b(genCA(?:WithKey)?|genSelfSignedCert(?:WithKey)?|genSignedCert(?:WithKey)?|genPrivateKey|rand(?:AlphaNum|Alpha|"
    r"Numeric|Ascii|Bytes|Int)|uuidv4|shuffle|htpasswd|bcrypt|encryptAES|now|ago)\b"
)
CLOCK = re.compile(r"{{[^}]*\b(now|ago)\b")
VALUE = re.compile(r"\.Values\.([A-Za-z0-9_.]+)")
ACTION = re.compile(r"{{-?(.*?)-?}}", re.DOTALL)
MOST = 6

RANDOM = rule(
    "BPC547",
    "chart-random",
    why="Each time that this chart is rendered it gives other names, passwords or certificates, so that nobody can "
    "review a change, and a secret would be committed.",
    cure="Set the value of the chart that brings the certificate or password from elsewhere, mostly cert-manager or an "
    "existing Secret; or let an engine install the chart by `gitops.charts: referenced`.",
)


def looks_at_the_clock(files: Mapping[str, str]) -> bool:
    """Whether two renders have to be apart in time to show that they differ."""
    return any(CLOCK.search(text) for path, text in files.items() if "templates/" in path)


def compare(one: Sequence[Rendered], other: Sequence[Rendered], files: Mapping[str, str]) -> None:
    """`Failed` where two renders of a chart are not the same."""
    if one == other:
        return
    for first, second in zip(one, other, strict=False):
        if first != second:
            title = f"{first.object['kind']} {first.object['metadata']['name']}"
            place = next(_differences(first.object, second.object, ""), "")
            said = f"{title} of {first.template or 'the chart'} is another each time, at {place or 'its name'}"
            raise Failed(RANDOM, said, _help(first.template, files))
    raise Failed(RANDOM, "the chart renders to more objects one time than the other")


def _differences(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from _differences(first, second, f"{path}[{index}]")
    elif one != other:
        yield path


def _help(template: str, files: Mapping[str, str]) -> str:
    """Which functions do it, and what the templates that call them look at before they do."""
    path = template.partition("/")[2]
    callers = [text for name, text in files.items() if "templates/" in name and FUNCTIONS.search(text)]
    if files.get(path, "") in callers:
        callers = [files[path]]
    called = sorted({found for text in callers for found in FUNCTIONS.findall(text)})
    asked: dict[str, None] = {}
    for text in [files.get(path, ""), *callers]:
        for action in ACTION.findall(text):
            if re.match(r"\s*(else )?(if|with)\b|.*\b(default|existing)", action, re.DOTALL):
                asked |= dict.fromkeys(VALUE.findall(action))
    if not asked:
        return f"it calls {', '.join(called)}" if called else ""
    named = ", ".join([*asked][:MOST])
    return f"it calls {', '.join(called) or 'a random function'}; these values have a say in it: {named}"
