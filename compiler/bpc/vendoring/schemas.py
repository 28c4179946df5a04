"""Values against the chart's own `values.schema.json`, so that a mistake is shown where the blueprint has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bpc.diagnostics import rule
from bpc.kit.merging import merged
from bpc.vendoring.archive import Contents
from bpc.vendoring.failed import Failed

MOST = 5
WRONG = rule(
    "BPC548",
    "chart-value",
    why="The chart comes with a schema of its values, and refuses what does not fit it.",
    cure="Mend the value, or set the one that is missing; the chart's values.yaml tells what it takes.",
)


def check(contents: Contents, values: Mapping[str, Any], prefix: str = "", path: tuple[str, ...] = ()) -> list[Failed]:
    """What does not fit, of a chart and of those in it."""
    below = contents.plain(f"{prefix}values.yaml", {})
    whole = _whole(below if isinstance(below, dict) else {}, values)
    schema = contents.plain(f"{prefix}values.schema.json", None)
    found = list(_complaints(schema, whole, path)) if isinstance(schema, dict) else []
    about = contents.plain(f"{prefix}Chart.yaml", {})
    for one in about.get("dependencies") or []:
        name, alias = str(one.get("name")), str(one.get("alias") or one.get("name"))
        inner = f"{prefix}charts/{name}/"
        own = whole.get(alias)
        if f"{inner}Chart.yaml" in contents.files and _wanted(one, whole) and isinstance(own, dict | None):
            given = {"global": whole.get("global", {})} | (own or {})
            found += check(contents, given, inner, (*path, alias))
    return found


def _whole(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """As Helm merges them: null takes a key away."""
    return {
        key: _whole({}, value) if isinstance(value, Mapping) else value
        for key, value in merged(below, above).items()
        if value is not None
    }


def _wanted(dependency: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether the first of a dependency's conditions that is set turns it off."""
    for condition in str(dependency.get("condition") or "").split(","):
        found: Any = values
        for key in condition.strip().split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, bool):
            return found
    return True


def _complaints(schema: dict[str, Any], values: dict[str, Any], path: tuple[str, ...]) -> Iterator[Failed]:
    from jsonschema import validators
    from jsonschema.exceptions import SchemaError, relevance
    from referencing.exceptions import Unresolvable

    plain = _local(schema)
    kind = validators.validator_for(plain, validators.Draft7Validator)
    try:
        kind.check_schema(plain)
        errors = sorted(kind(plain).iter_errors(values), key=relevance, reverse=True)
    except (SchemaError, Unresolvable, re.error, RecursionError):
        # A schema that is none binds nobody; whoever renders the chart says what it lacks.
        return
    for error in errors[:MOST]:
        place = (*path, *error.absolute_path)
        shown = ".".join(str(one) for one in place) or "values"
        yield Failed(WRONG, f"{shown}: {error.message[:200]}", at=("values", *place))


def _local(schema: Any) -> Any:
    """The schema without what it refers to on the web, and without patterns that Python does not read."""
    if isinstance(schema, list):
        return [_local(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(reference := schema.get("$ref"), str) and not reference.startswith("#"):
        return {}
    made = {
        key: _local(value) for key, value in schema.items() if key not in ("$id", "id") or not isinstance(value, str)
    }
    if isinstance(made.get("pattern"), str) and not _readable(made["pattern"]):
        del made["pattern"]
    if isinstance(made.get("patternProperties"), dict):
        made["patternProperties"] = {key: one for key, one in made["patternProperties"].items() if _readable(key)}
    return made


def _readable(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
