"""What each add-on puts into the output, as a file to review: `tests/goldens/addons/<name>.<source>.yaml`.

An add-on is compiled from each of its sources beside what it requires; kept is what is not there without it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bpc import catalogue, render
from bpc.addon import AddOn
from parts import fields
from parts.compiling import Compiled, compiled

CASES = [(entry, source) for entry in catalogue.addons() for source in entry.sources]


@pytest.mark.parametrize(("entry", "source"), CASES, ids=[f"{entry.name}-{source}" for entry, source in CASES])
def test_contribution(entry: type[AddOn], source: str, root: Path, update: bool) -> None:
    others = _dependents(entry) | _required(entry)
    asked = _options(entry) | ({"source": source} if len(entry.sources) > 1 else {})
    with_it, without = (_compiled(entry, others | own) for own in ({entry.name: asked}, _none_of(entry)))
    assert with_it.errors == [] and without.errors == []
    text = "".join(f"--- {name}\n{part}" for name, part in sorted(_added(with_it, without).items()))
    assert text, "an add-on that changes nothing"
    golden = root / "tests" / "goldens" / "addons" / f"{entry.name}.{source}.yaml"
    if update:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_there_is_no_golden_of_an_add_on_that_is_gone(root: Path) -> None:
    kept = {path.name for path in (root / "tests" / "goldens" / "addons").iterdir()}
    assert kept == {f"{entry.name}.{source}.yaml" for entry, source in CASES}


def _compiled(entry: type[AddOn], addons: dict[str, Any]) -> Compiled:
    groups = [{"name": "workers", "scaling": {"min": 1, "desired": 3, "max": 3}}]
    sections = {"nodeGroups": groups} | fields.around(entry, groups)
    if "environments" in sections:
        sections["environments"] = {"default": sections["environments"]["dev"]}
    return compiled(addons=addons, gitops={"engine": "flux"}, **sections)


def _options(entry: type[AddOn]) -> dict[str, Any]:
    """Examples for what it requires of the blueprint."""
    properties = entry.schema()["properties"]
    return {key: properties[key]["examples"][0] for key in entry.required}


def _none_of(entry: type[AddOn]) -> dict[str, Any]:
    return {entry.name: _options(entry) | {"enabled": False}}


def _dependents(entry: type[AddOn]) -> dict[str, Any]:
    """The add-ons that cannot be there without it, left out."""
    found: dict[str, Any] = {}
    for other in catalogue.addons():
        found |= _none_of(other) if entry.name in other.requires else {}
    return found


def _required(entry: type[AddOn]) -> dict[str, Any]:
    """The add-ons that it requires, with theirs."""
    found: dict[str, Any] = {}
    for name in entry.requires:
        other = catalogue.addon(name)
        found |= {name: _options(other)} | _required(other)
    return found


def _added(with_it: Compiled, without: Compiled) -> dict[str, str]:
    """Resources and outputs by stack, and manifests by file, that one has and the other has not or has otherwise."""
    added = {}
    for path, content in with_it.files.items():
        if path.startswith("cloudformation/") and path.endswith(".json") and "deployer" not in path:
            stack = path.rpartition("/")[2].removesuffix(".json")
            there = _parts(without, stack)
            new = {key: one for key, one in _parts(with_it, stack).items() if there.get(key) != one}
            if new:
                added[stack] = render.template_yaml(new, "").decode()
        elif path.startswith("kubernetes/base/") and without.files.get(path) != content:
            added[path.removeprefix("kubernetes/base/")] = content.decode().partition("\n")[2]
    return added


def _parts(made: Compiled, stack: str) -> dict[str, Any]:
    if not any(path.endswith(f"/{stack}.json") for path in made.files):
        return {}
    template = made.template(stack)
    return {
        f"{section}.{name}": json.loads(json.dumps(one))
        for section in ("Resources", "Outputs")
        for name, one in template.get(section, {}).items()
    }
