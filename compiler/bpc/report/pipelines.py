"""Pipelines: which stages they go through, and what each does with what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpc.output.stacks import Stacks
from bpc.report.markup import Html, Text, code, element, items, joined, table
from bpc.report.values import listed, said

PIPELINE = "AWS::CodePipeline::Pipeline"
# What an action of each category does, as a reader says it (AWS CodePipeline User Guide, Action categories).
DOES = {
    "Source": "takes the source",
    "Build": "runs a build",
    "Test": "runs tests",
    "Deploy": "deploys",
    "Approval": "waits for somebody to approve",
    "Invoke": "calls",
    "Compute": "runs commands",
}
COLUMNS = ("Stage", "Action", "By", "Takes", "Gives")


def pipelines(stacks: Stacks) -> Html:
    """Each pipeline, stage after stage."""
    parts: list[Text] = []
    for title, one in _made(stacks):
        name = said(one.get("Name", title))
        role = code(said(one["RoleArn"]))
        parts.append(element("p", element("strong", name), f", {_started(one)}, runs as ", role, "."))
        parts.append(table(f"Stages of {name}", COLUMNS, _rows(one)))
    return joined(parts) if parts else element("p", "There are none.")


def wanted(stacks: Stacks) -> bool:
    """Whether there is a pipeline."""
    return any(True for _ in _made(stacks))


def _made(stacks: Stacks) -> Iterator[tuple[str, dict[str, Any]]]:
    for template in stacks.templates.values():
        for title, one in template["Resources"].items():
            if one["Type"] == PIPELINE:
                yield title, one["Properties"]


def _started(one: dict[str, Any]) -> str:
    """The type, and how executions wait for each other (AWS::CodePipeline::Pipeline, ExecutionMode)."""
    mode = said(one.get("ExecutionMode", "SUPERSEDED")).lower()
    return f"type {said(one.get('PipelineType', 'V1'))}, executions {mode}"


def _rows(one: dict[str, Any]) -> Iterator[list[Text]]:
    for number, stage in enumerate(listed(one["Stages"]), 1):
        for action in listed(stage["Actions"]):
            kind = action["ActionTypeId"]
            yield [
                f"{number}. {said(stage['Name'])}",
                f"{said(action['Name'])}: {DOES.get(kind['Category'], kind['Category'])}",
                said(kind["Provider"]),
                _artifacts(action.get("InputArtifacts")),
                _artifacts(action.get("OutputArtifacts")),
            ]


def _artifacts(value: Any) -> Text:
    return items([code(said(one["Name"])) for one in listed(value)]) or "nothing"
