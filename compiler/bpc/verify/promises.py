"""What every template promises about its structure: own types alone, CloudFormation's quotas, stacks that fit
together, and a line of the blueprint behind every resource.

Each function looks at parsed templates and nothing else. Permissions and secrets have modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpc.diagnostics import Path, rule
from bpc.verify import Finding, Template, mappings

NOT_PLAIN = rule(
    "BPC620",
    "not-plain-cloudformation",
    why="Templates deploy with CloudFormation alone: no macro, nested stack, Lambda or custom resource.",
    cure="Take the override that adds it away; if there is none, it is a mistake in bpc.",
)
OVER_QUOTA = rule(
    "BPC621",
    "template-over-quota",
    why="CloudFormation refuses templates beyond its quotas (CloudFormation User Guide, Understand quotas).",
    cure="Split the platform into several blueprints, or ask for less in this one.",
)
LARGE = rule(
    "BPC622",
    "large-template",
    why="A template of more than 51,200 bytes cannot be given in a request; it has to go through a bucket.",
    cure="Nothing has to be done: the console uploads to a bucket by itself, and the AWS CLI takes --s3-bucket.",
    severity="warning",
)
NO_EXPORT = rule(
    "BPC623",
    "import-without-export",
    why="A stack imports only what a stack deployed before it exports; deleting goes the other way round.",
    cure="If an override took the export away, correct it; if not, it is a mistake in bpc.",
)
EXPORTED_TWICE = rule(
    "BPC624",
    "exported-twice",
    why="The name of an export is unique in an account and a Region, so the second stack would fail.",
    cure="If an override added the export, rename it; if not, it is a mistake in bpc.",
)
UNTRACED = rule(
    "BPC629",
    "untraced-resource",
    why="Every resource can be traced to the place in the blueprint that asked for it.",
    cure="It is a mistake in bpc; please report it with the blueprint.",
)

CODE = ("AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Macro", "AWS::CloudFormation::Stack")
SECTIONS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
LARGEST, PREFERRED = 1_000_000, 51_200
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


def plain(template: Template) -> Iterator[Finding]:
    """Promise 1: every type is AWS's own, and nothing brings code along."""
    for section in ("Transform", "Hooks"):
        if section in template.data:
            yield template.found(NOT_PLAIN, (section,), f"the template has {section}")
    for title, resource in template.resources.items():
        kind = str(resource.get("Type", ""))
        foreign = not kind.startswith("AWS::") or kind in CODE or kind.endswith("::MODULE")
        if foreign or kind.startswith(("AWS::Lambda::", "AWS::Serverless::")):
            message = f"{title} is of the type {kind or 'nothing'}"
            yield template.found(NOT_PLAIN, ("Resources", title, "Type"), message)
    for path, mapping in mappings(template.data):
        for key in mapping:
            if key == "Fn::Transform" or key.startswith("Fn::ForEach"):
                yield template.found(NOT_PLAIN, (*path, key), f"{key} needs a macro")


def quotas(template: Template) -> Iterator[Finding]:
    """Promise 4: CloudFormation's quotas, and a note where the template is larger than a request may be."""
    size = len(template.text.encode())
    if size > LARGEST:
        yield template.found(OVER_QUOTA, (), f"the template has {size:,} bytes; CloudFormation takes {LARGEST:,}")
    elif size > PREFERRED:
        yield template.found(LARGE, (), f"the template has {size:,} bytes; up to {PREFERRED:,} go into a request")
    for section, most in SECTIONS.items():
        entries = template.data.get(section)
        count = len(entries) if isinstance(entries, dict | list) else 0
        if count > most:
            message = f"the template has {count} {section.lower()}; CloudFormation takes {most}"
            yield template.found(OVER_QUOTA, (section,), message)


def linked(platform: str, templates: Sequence[Template]) -> Iterator[Finding]:
    """Promise 5: for one environment's templates, in order: imports have exports before them, no name twice.

    What is imported by a plain name that is not of this platform is there before: the blueprint refers to it.
    """
    exporters: dict[str, Template] = {}
    everything = {name: one for one in templates for _, name in _exports(one, platform)}
    for template in templates:
        for path, name in _imports(template, platform):
            if name not in exporters and not _elsewhere(name, platform, template, path):
                yield template.found(NO_EXPORT, path, _why(name, everything.get(name or "")))
        for path, name in _exports(template, platform):
            if name is None:
                yield template.found(NO_EXPORT, path, "the name of this export is not known before deployment")
            elif name in exporters:
                yield template.found(EXPORTED_TWICE, path, f"{exporters[name].file} exports {name} too")
            else:
                exporters[name] = template


def _elsewhere(name: str | None, platform: str, template: Template, path: Path) -> bool:
    """Whether an import is of a stack that is not one of these."""
    value: Any = template.data
    for part in path:
        value = value[part]
    return isinstance(value, str) and not value.startswith(f"{platform}-")


def traced(template: Template, trace: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Promise 10: every resource comes from a place in the blueprint."""
    known = {**trace.get(template.stack, {}), **trace.get(f"{template.environment}/{template.stack}", {})}
    for title in template.resources:
        if not known.get(title):
            message = f"nothing says which part of the blueprint asked for {title}"
            yield template.found(UNTRACED, ("Resources", title), message)


def explained(template: Template, trace: object) -> Iterator[Finding]:
    """Promise 10 for an administrator's template, each of whose resources is an environment."""
    known = trace if isinstance(trace, dict) else {}
    for title in template.resources:
        if not known.get(title):
            yield template.found(UNTRACED, ("Resources", title), f"nothing says which environment {title} is")


def _why(name: str | None, later: Template | None) -> str:
    if name is None:
        return "the name of this import is not known before deployment"
    if later:
        return f"{name} is exported by {later.file}, which is not deployed before this"
    return f"no stack exports {name}"


def _imports(template: Template, platform: str) -> Iterator[tuple[Path, str | None]]:
    known = _names(template, platform)
    for path, mapping in mappings(template.data):
        if "Fn::ImportValue" in mapping:
            yield (*path, "Fn::ImportValue"), _text(mapping["Fn::ImportValue"], known)


def _exports(template: Template, platform: str) -> Iterator[tuple[Path, str | None]]:
    known = _names(template, platform)
    for title, output in template.section("Outputs").items():
        if "Export" in output:
            export = output["Export"]
            yield ("Outputs", title, "Export"), _text(export.get("Name") if isinstance(export, dict) else None, known)


def _names(template: Template, platform: str) -> dict[str, str]:
    """What can be known of names before deployment: the usual name of the stack, and defaults of parameters."""
    stack = platform if template.stack == platform else f"{platform}-{template.stack}"
    parameters = template.section("Parameters").items()
    return {"AWS::StackName": stack} | {key: str(one["Default"]) for key, one in parameters if "Default" in one}


def _text(value: Any, known: Mapping[str, str]) -> str | None:
    """The text of a name that is put together, or None where some of it is known only after deployment."""
    match value:
        case str():
            return value
        case {"Ref": str(name)}:
            return known.get(name)
        case {"Fn::Join": [str(between), [*parts]]}:
            texts = [_text(one, known) for one in parts]
            return None if None in texts else between.join(one or "" for one in texts)
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text)]}:
            return _substituted(text, known)
        case {"Fn::Sub": [str(text), dict(more)]}:
            own = {key: _text(one, known) for key, one in more.items()}
            return _substituted(text, {**known, **{key: one for key, one in own.items() if one is not None}})
    return None


def _substituted(text: str, known: Mapping[str, str]) -> str | None:
    if any(name not in known for name in _VARIABLE.findall(text)):
        return None
    return _VARIABLE.sub(lambda match: known[match[1]], text)
