"""What somebody means: a logical ID, `prod/cluster/Cluster`, `Deployment/kube-system/coredns`, a type, or a file."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Sequence

from bpc.checks.nearest import meant
from bpc.tracing import OUTPUT, RESOURCE, Made

FOLDERS = ("cloudformation/", "kubernetes/", "gitops/", "images/")
ALONE = ("README.md", ".bpc.json")
# Where a section of a template begins, in YAML or in JSON.
SECTION = re.compile(r'(?:  )?"?(Metadata|Parameters|Rules|Mappings|Conditions|Resources|Outputs)"?: ?\{?$')
SECTIONS = {"Resources": RESOURCE, "Outputs": OUTPUT}
KUSTOMIZATION = "kustomization.yaml"


def find(words: str, made: Sequence[Made]) -> list[Made]:
    """All that goes by a name or matches a pattern; nothing where nobody does."""
    if path := below_output(words):
        folder = path.removesuffix(KUSTOMIZATION)
        return [one for one in made if one.file == path or (folder != path and one.file.startswith(folder))]
    exact = [one for one in made if words in _names(one)]
    return exact or [one for one in made if any(fnmatch.fnmatchcase(name, words) for name in _names(one))]


def near(words: str, made: Iterable[Made]) -> str:
    """A question with the name that may have been meant."""
    known = dict.fromkeys(name for one in made for name in _names(one))
    return meant(words, known)


def below_output(words: str) -> str:
    """The path below the output folder where the words are a file's; nothing for other words."""
    path = words.replace("\\", "/")
    if (name := path.rpartition("/")[2]) in ALONE:
        return name
    starts = (path.find(one) for one in FOLDERS)
    found = [start for start in starts if start == 0 or (start > 0 and path[start - 1] == "/")]
    return path[min(found) :] if found and re.search(r"\.[a-z]+$", path) else ""


def at_line(text: str, line: int, made: Iterable[Made]) -> list[Made]:
    """What a line of a file of the output belongs to; `made` is all that is in the file."""
    lines = text.split("\n")[:line]
    every = list(made)
    if every and every[0].kind in (RESOURCE, OUTPUT):
        begun = [match[1] for match in map(SECTION.match, lines) if match]
        wanted = SECTIONS.get(begun[-1] if begun else "")
        titles = {one.name: one for one in every if one.kind == wanted}
        # In YAML a title is indented by two spaces, and in JSON by as many as make a second level.
        found = (re.fullmatch(r' {2,4}"?(\w+)"?: ?\{?', one) for one in reversed(lines))
        title = next((one[1] for one in found if one and one[1] in titles), "")
        return [titles[title]] if title else []
    start = max((index for index, one in enumerate(lines) if one == "---"), default=-1) + 1
    rest = text.split("\n")[start:]
    document = rest[: rest.index("---")] if "---" in rest else rest
    kind, name, namespace = (_said(document, key) for key in ("kind", "  name", "  namespace"))
    return [one for one in every if (one.type, one.name, one.namespace) == (kind, name, namespace)]


def _said(document: Iterable[str], key: str) -> str:
    return next((one.partition(": ")[2].strip("'\"") for one in document if one.startswith(f"{key}: ")), "")


def _names(one: Made) -> Iterator[str]:
    """Everything that it may be called."""
    if one.kind in (RESOURCE, OUTPUT):
        yield from (one.name, f"{one.part}/{one.name}", f"{one.part}.{one.name}", one.type)
        yield f"{one.environment}/{one.part}/{one.name}"
        return
    yield from (one.name, f"{one.type}/{one.name}", one.part)
    if one.namespace:
        yield from (f"{one.namespace}/{one.name}", f"{one.type}/{one.namespace}/{one.name}")
    yield f"{one.environment}/{one.shown}"
