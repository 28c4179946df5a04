"""Stack deployment files for CloudFormation Git sync: which template, with which parameters and tags.

They repeat what the blueprint decides, since a stack keeps the parameters that it has when a template's default
changes (CloudFormation User Guide, How Git sync works with CloudFormation, Stack deployment file).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bpc import render
from bpc.diagnostics import Diagnostic, rule
from bpc.kit.naming import logical_id
from bpc.model import GitSync
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer

NO_SUCH_PARAMETER = rule(
    "BPC433",
    "git-sync-parameter-without-template",
    why="CloudFormation refuses a parameter that the template does not have, and this one is in none of them.",
    cure="Look the name up in the templates' Parameters.",
)
NO_VALUE = rule(
    "BPC434",
    "git-sync-asks-nobody",
    why="Git sync asks nobody for the value of a parameter, and this one has no default.",
    cure="Say it in the blueprint where there is a field for it, or in `cloudformation.gitSync.parameters`.",
)


class Deployments(Writer):
    """Writes cloudformation/<environment>/deployments/<stack>.yaml."""

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        settings = stacks.plan.blueprint.cloudformation.git_sync
        assert settings, "the writer is only asked where there is something to write"
        found = list(_unknown(settings, stacks))
        for stack, template in stacks.templates.items():
            values = dict(_decided(template, stacks)) | {
                key: one for key, one in sorted(settings.parameters.items()) if key in template.get("Parameters", {})
            }
            lacking = [key for key in _asked(template) if key not in values]
            at = (*settings.at, "parameters") if settings.parameters else settings.at
            found += [NO_VALUE.at(at, f"{key} of the {stack} template has no value", key=True) for key in lacking]
            path = f"cloudformation/{stacks.environment}/deployments/{stacks.name(stack)}.yaml"
            self.write(path, render.manifests([_file(settings, stacks, stack, values)], self.header))
        return found


def _file(settings: GitSync, stacks: Stacks, stack: str, values: Mapping[str, Any]) -> dict[str, Any]:
    folder = settings.folder.strip("/")
    path = stacks.file(stack)
    said: dict[str, Any] = {"template-file-path": path if folder == "." else f"{folder}/{path}"}
    if values:
        said["parameters"] = values
    if tags := stacks.plan.blueprint.metadata.tags:
        said["tags"] = dict(sorted(tags.items()))
    return said


def _unknown(settings: GitSync, stacks: Stacks) -> Iterator[Diagnostic]:
    known = {key for template in stacks.templates.values() for key in template.get("Parameters", {})}
    for key in settings.parameters:
        if key not in known:
            at = (*settings.at, "parameters", key)
            yield NO_SUCH_PARAMETER.at(at, f"no template has a parameter {key}", key=True)


def _decided(template: Mapping[str, Any], stacks: Stacks) -> Iterator[tuple[str, Any]]:
    """The defaults that come from the blueprint.

    Not the names of other stacks, nor what can have no other value, nor a size that is the autoscaler's from then on.
    """
    others = {logical_id(stack, "Stack") for stack in stacks.templates}
    conditions = template.get("Conditions", {})
    for key, one in template.get("Parameters", {}).items():
        left = key.endswith("DesiredSize") and f"{key.removesuffix('DesiredSize')}HasDesiredSize" in conditions
        if "Default" in one and key not in others and one.get("AllowedValues") != [one["Default"]] and not left:
            yield key, one["Default"]


def _asked(template: Mapping[str, Any]) -> list[str]:
    return [key for key, one in template.get("Parameters", {}).items() if "Default" not in one]
