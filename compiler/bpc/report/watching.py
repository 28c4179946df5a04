"""What is written down and can be asked for: log groups, and the queries that are saved for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.output.stacks import Stacks
from bpc.report.markup import Html, Text, code, element, items, joined, table
from bpc.report.values import listed, said

GROUP, QUERY = "AWS::Logs::LogGroup", "AWS::Logs::QueryDefinition"


def logs(stacks: Stacks) -> Html:
    """Log groups with how long they are kept and what encrypts them, and queries with their text."""
    parts: list[Text] = []
    groups, queries = [*_of(stacks, GROUP)], [*_of(stacks, QUERY)]
    if groups:
        parts.append(table("Log groups", ("Log group", "Kept", "Encrypted with"), map(_group, groups)))
    if queries:
        parts.append(table("Saved queries", ("Query", "Of", "What it asks"), map(_query, queries)))
    return joined(parts) if parts else element("p", "The templates make no log groups.")


def wanted(stacks: Stacks) -> bool:
    """Whether there is anything to say."""
    return any(True for _ in (*_of(stacks, GROUP), *_of(stacks, QUERY)))


def _of(stacks: Stacks, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for template in stacks.templates.values():
        for title, one in template["Resources"].items():
            if one["Type"] == kind:
                yield title, one.get("Properties", {})


def _group(made: tuple[str, dict[str, Any]]) -> list[Text]:
    title, one = made
    days = said(one["RetentionInDays"]) if "RetentionInDays" in one else ""
    key = code(said(one["KmsKeyId"])) if "KmsKeyId" in one else "a key of AWS"
    return [code(said(one.get("LogGroupName", title))), f"{days} days" if days else "for ever", key]


def _query(made: tuple[str, dict[str, Any]]) -> list[Text]:
    title, one = made
    steps: list[Text] = [code(step.strip()) for step in said(one["QueryString"]).split("\n") if step.strip()]
    groups: list[Text] = [code(said(name)) for name in listed(one.get("LogGroupNames"))]
    return [said(one.get("Name", title)), items(groups) or "what its text names", items(steps)]
