"""`overrides.cloudformation`: JSON Patches (RFC 6902) on finished templates; `anatomy` looks at what they make."""

from __future__ import annotations

from typing import Any

from bpc.diagnostics import Diagnostic, Path, rule
from bpc.kit.record import Record
from bpc.model import Override

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

Templates = dict[str, dict[str, Any]]
Origins = dict[str, dict[str, Path]]
LONGEST = 200  # characters of somebody else's message


class Patched(Record):
    """A patch that was applied, and its template as it was before."""

    at: Path
    stack: str
    before: dict[str, Any]


def apply(
    overrides: tuple[Override, ...], templates: Templates, origins: Origins
) -> tuple[list[Patched], list[Diagnostic]]:
    """Put patched templates in the place of others; a patch that fails leaves its template as it was.

    What a patch adds comes from the patch, and is entered into `origins`.
    """
    if not overrides:
        return [], []
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
                patched = jsonpatch.apply_patch(patched, [operation], in_place=True)
            except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError) as error:
                found.append(PATCH_FAILS.at(at, f"{operation['op']} {operation['path']}: {str(error)[:LONGEST]}"))
                break
        else:
            done.append(Patched(override.at, override.stack, templates[override.stack]))
            templates[override.stack] = patched
            for title in _resources(patched):
                origins[override.stack].setdefault(title, override.at)
    return done, found


def _resources(template: Any) -> Any:
    """The names of a template's resources, whatever a patch has made of it."""
    resources = template.get("Resources") if isinstance(template, dict) else None
    return resources if isinstance(resources, dict) else ()
