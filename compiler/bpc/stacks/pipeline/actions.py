"""The actions of a pipeline that both pipelines have: a run of a project, and somebody who approves.

AWS CodePipeline User Guide, CodePipeline pipeline structure reference; AWS CodeBuild build and test action reference;
Add a manual approval action to a stage.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from troposphere import Ref, codepipeline

from bpc.stacks.pipeline import source


def run(
    name: str,
    project: str,
    variables: dict[str, str] | None = None,
    *,
    takes: Sequence[str] = (source.OUTPUT,),
    gives: str = "",
    order: int = 1,
) -> codepipeline.Actions:
    """A run of a project, in the folder of the first that it takes."""
    given = [{"name": key, "value": value} for key, value in (variables or {}).items() if value]
    configuration: dict[str, Any] = {"ProjectName": Ref(project)}
    if len(takes) > 1:
        configuration["PrimarySource"] = takes[0]
    return codepipeline.Actions(
        Name=name,
        ActionTypeId=codepipeline.ActionTypeId(Category="Build", Owner="AWS", Provider="CodeBuild", Version="1"),
        Configuration=configuration | ({"EnvironmentVariables": json.dumps(given)} if given else {}),
        InputArtifacts=[codepipeline.InputArtifacts(Name=one) for one in takes],
        **({"OutputArtifacts": [codepipeline.OutputArtifacts(Name=gives)]} if gives else {}),
        RunOrder=order,
    )


def approval(name: str, question: str, topic: Any, *, order: int = 1) -> codepipeline.Actions:
    """Somebody who answers a question; the topic hears of it, where there is one."""
    return codepipeline.Actions(
        Name=name,
        ActionTypeId=codepipeline.ActionTypeId(Category="Approval", Owner="AWS", Provider="Manual", Version="1"),
        Configuration={"CustomData": question} | ({"NotificationArn": topic} if topic else {}),
        RunOrder=order,
    )
