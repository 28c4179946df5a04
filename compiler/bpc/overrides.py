"""`overrides`: resources added to finished templates, then JSON Patches (RFC 6902) on them.

`anatomy` looks at what they make.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit.record import Record
from bpc.model import Override, Overrides

PATCH_FAILS = rule(
    "BPC420",
    "patch-does-not-apply",
    why="A JSON Patch names a place that the finished template does not have, or a test in it failed.",
    cure="Compile without the patch, look the path up in the template, and mind that a `/` in a key is written ~1.",
)
NO_SUCH_STACK = rule(
    "BPC421",
    "patch-without-stack",
    why="The blueprint does not ask for the stack that the patch is for, so the patch would do nothing.",
    cure="Take the patch away, or ask for what the stack holds.",
)

NAME_TAKEN = rule(
    "BPC431",
    "resource-there-already",
    why="A logical ID is a resource's only name in its template; to put another resource there would delete the first.",
    cure="Give the resource another name; to change the one that is there, use `overrides.cloudformation`.",
)

Templates = dict[str, dict[str, Any]]
Origins = dict[str, dict[str, Path]]
# What a resource may have, in the order in which it is written.
ATTRIBUTES = (
    "Type",
    "Condition",
    "DependsOn",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
    "Properties",
)
NEEDS = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}


class Patched(Record):
    """A patch that was applied, or a resource that was added, and its template as it was before."""

    at: Path
    stack: str
    before: dict[str, Any]


def apply(overrides: Overrides, templates: Templates, origins: Origins) -> tuple[list[Patched], list[Diagnostic]]:
    """Put other templates in the place of some; what fails leaves its template as it was.

    What is added comes from the override, and is entered into `origins`.
    """
    added, found = _add(overrides, templates, origins) if overrides.resources else ([], [])
    patched, complaints = _patch(overrides.cloudformation, templates, origins) if overrides.cloudformation else ([], [])
    return added + patched, found + complaints


def _add(overrides: Overrides, templates: Templates, origins: Origins) -> tuple[list[Patched], list[Diagnostic]]:
    done: list[Patched] = []
    found: list[Diagnostic] = []
    for stack, resources in overrides.resources.items():
        above: Path = (*overrides.at, "resources", stack)
        if stack not in templates:
            found.append(NO_SUCH_STACK.at(above, f"there is no {stack} stack to add resources to", key=True))
            continue
        for title, resource in sorted(resources.items()):
            at, before = (*above, title), templates[stack]
            if title in before["Resources"]:
                found.append(NAME_TAKEN.at(at, f"the {stack} template has a {title} already", key=True))
                continue
            templates[stack] = {**before, "Resources": {**before["Resources"], title: _resource(resource)}}
            origins[stack][title] = at
            done.append(Patched(at, stack, before))
    return done, found


def _resource(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource whose keys stand in an order of ours."""
    return {key: _ordered(resource[key]) for key in ATTRIBUTES if key in resource}


def _ordered(value: Any) -> Any:
    """A value that is the same in whatever order its keys were written."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(one) for one in value] if isinstance(value, list | tuple) else value


def _patch(
    overrides: tuple[Override, ...], templates: Templates, origins: Origins
) -> tuple[list[Patched], list[Diagnostic]]:
    import copy

    import jsonpatch
    import jsonpointer

    done, found = [], []
    for override in overrides:
        if override.stack not in templates:
            found.append(NO_SUCH_STACK.at((*override.at, "stack"), f"there is no {override.stack} stack to patch"))
            continue
        patched = copy.deepcopy(templates[override.stack])
        for index, operation in enumerate(override.patch):
            at: Path = (*override.at, "patch", index)
            try:
                said = {key: _ordered(value) for key, value in operation.items()}
                patched = jsonpatch.apply_patch(patched, [said], in_place=True)
            except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError):
                why = _why(patched, operation)
                found.append(PATCH_FAILS.at(at, f"{operation['op']} {operation['path']}: {why}"))
                break
        else:
            done.append(Patched(override.at, override.stack, templates[override.stack]))
            templates[override.stack] = patched
            for title in _resources(patched):
                origins[override.stack].setdefault(title, override.at)
    return done, found


def _why(template: Any, operation: Mapping[str, Any]) -> str:
    """Why an operation cannot be done to a template."""
    op, path = operation["op"], operation["path"]
    if (needed := NEEDS.get(op, "path")) not in operation:
        return f"{op} needs a {needed}"
    if op in ("move", "copy") and (lack := _lack(template, operation["from"])):
        return lack
    # What is added need not be there, and only that may come at the end of a list.
    above, _, last = path.rpartition("/")
    new = op in ("add", "move", "copy")
    if lack := _lack(template, above if new else path):
        return lack
    if new:
        return f"{last} is no place in {above or 'the template'}"
    return "there is something else" if op == "test" else "the template does not take it"


def _lack(template: Any, path: str) -> str:
    """What of a path the template does not have, or nothing."""
    at = ""
    for part in path.split("/")[1:]:
        if "~" in part.replace("~0", "").replace("~1", ""):
            return f"a ~ in {part} is written ~0"
        if isinstance(template, list):
            if not (part.isdecimal() and int(part) < len(template)):
                return f"{at} is a list of {len(template)}, counted from 0, and has no {part}"
            template = template[int(part)]
        elif isinstance(template, dict):
            name = part.replace("~1", "/").replace("~0", "~")
            if name not in template:
                return f"there is no {name} in {at or 'the template'}"
            template = template[name]
        else:
            return f"{at} is a value with nothing in it"
        at = f"{at}/{part}"
    return ""


def _resources(template: Any) -> Any:
    """The names of a template's resources, whatever a patch has made of it."""
    resources = template.get("Resources") if isinstance(template, dict) else None
    return resources if isinstance(resources, dict) else ()
