"""The stacks of an environment in the order in which they are deployed, what each takes from others, and parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.output.described import described
from bpc.output.stacks import Stacks
from bpc.report.markup import BREAK, Html, Text, code, element, items, joined, table
from bpc.report.values import imports, said


def order(stacks: Stacks) -> Html:
    """What to deploy, one after the other."""
    parts = [table("Stacks in the order of deployment", COLUMNS, _rows(stacks)), *_afterwards(stacks)]
    return joined([element("p", "Each stack needs those above it that it names. Taken down in reverse order."), *parts])


COLUMNS = ("Stack", "Template", "Resources", "Capability", "Takes from")


def _rows(stacks: Stacks) -> Iterator[list[Text]]:
    described_rows = described(stacks).stacks
    for number, (row, template) in enumerate(zip(described_rows, stacks.templates.values(), strict=True), 1):
        yield [
            joined([f"{number}. ", element("strong", row.stack), BREAK, _purpose(template)]),
            code(row.file),
            str(len(template["Resources"])),
            code(row.capability) if row.capability else "none",
            items([*_links(template)]) or "nothing",
        ]


def _purpose(template: dict[str, Any]) -> str:
    """The description, without the stack's name before it."""
    text = str(template.get("Description", ""))
    return text.partition(": ")[2] or text


def _links(template: dict[str, Any]) -> Iterator[Text]:
    """By stack, the exports that a template imports."""
    found: dict[str, list[str]] = {}
    parameters = template.get("Parameters", {})
    for name in sorted({*imports({key: template.get(key) for key in ("Resources", "Outputs", "Conditions")})}):
        stack, _, export = name.partition("}-")
        parameter = stack.removeprefix("${")
        known = parameters.get(parameter, {}).get("Default")
        found.setdefault(str(known or "another stack"), []).append(export if known else name)
    for stack, exports in found.items():
        yield joined([element("strong", stack), ": ", ", ".join(exports)])


def _afterwards(stacks: Stacks) -> Iterator[Html]:
    """What brings the manifests in."""
    if not stacks.manifests:
        return
    gitops = stacks.plan.blueprint.gitops
    where = code(f"kubernetes/overlays/{stacks.environment}")
    if gitops and gitops.engine != "kustomize" and gitops.repository:
        how: list[Text] = ["Then ", gitops.engine, " brings in ", where, " from ", code(str(gitops.repository)), "."]
    else:
        how = ["Then the manifests: ", where, ", by ", code("kubectl apply -k"), "."]
    yield element("p", *how, " The README of the output has every command.")


def parameters(stacks: Stacks) -> Html:
    """What the console shows, or asks for."""
    rows = []
    for stack, template in stacks.templates.items():
        for name, one in template.get("Parameters", {}).items():
            default = said(one["Default"]) if "Default" in one else None
            value: Text = "asked for" if default is None else code(default) if default else "empty"
            rows.append([code(name), stacks.name(stack), value, str(one.get("Description", ""))])
    if not rows:
        return element("p", "There are none.")
    return table("Parameters", ("Parameter", "Stack", "Default", "What it is"), rows)
