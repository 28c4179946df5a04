"""Stage 2: does the document fit the language? What jsonschema says of it, in the product's words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from bpc import schema
from bpc.diagnostics import Diagnostic, Path, rule
from bpc.source import Document

MISSING_KEY = rule(
    "BPC201",
    "missing-key",
    why="The key has no default, and nothing can be made without it.",
    cure="Add the key; `bpc explain` with its path says what it may hold.",
)
UNKNOWN_KEY = rule(
    "BPC202",
    "unknown-key",
    why="A key that bpc does not know would have no effect, and a misspelt one would be missed.",
    cure="Correct the spelling, or take the key away. `bpc explain` lists what a section may hold.",
)
WRONG_TYPE = rule(
    "BPC203",
    "wrong-type",
    why="The value is of another kind than the field: a number where text belongs, one value where a list belongs.",
    cure="Write the value in the field's form. Text that looks like a number needs quotes.",
)
UNKNOWN_VALUE = rule(
    "BPC204",
    "unknown-value",
    why="The field takes one of a few values.",
    cure="Use one of the values that the message lists.",
)
INVALID_VALUE = rule(
    "BPC205",
    "invalid-value",
    why="The value is outside what the field takes: its pattern, its length or its range.",
    cure="`bpc explain` with the field's path says what it takes.",
)
BAD_NAME = rule(
    "BPC206",
    "invalid-key",
    why="The keys of this mapping are names, and this one is not a name that AWS or Kubernetes takes.",
    cure="Use the characters that the message names.",
)

KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


MOST = 100  # complaints about one document; whoever has more wants to see these first


def fit(document: Document) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    """The document with every default filled in, or what keeps it from fitting."""
    try:
        filled: dict[str, Any] = schema.accept(document.data)
        return filled, []
    except schema.Doubt:
        found = list(complaints(document))
    if not found:
        raise AssertionError("the schema's two readers disagree on this document")
    return None, found


def complaints(document: Document) -> Iterator[Diagnostic]:
    """What jsonschema finds, one diagnostic for each mistake."""
    every = (one for error in validator().iter_errors(document.data) for one in _explained(error, document))
    return islice(every, MOST)


def validator() -> Any:
    """jsonschema for the whole language, with our formats, and with `schema`'s notion of kinds and patterns."""
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def pattern(_: Any, form: str, value: object, __: Any) -> Iterator[ValidationError]:
        if isinstance(value, str) and not schema.matches(form, value):
            yield ValidationError(f"{value!r} does not match {form!r}")

    def integer(_: Any, value: object) -> bool:
        return schema.KINDS["integer"](value)

    kinds = Draft202012Validator.TYPE_CHECKER.redefine("integer", integer)
    ours = extend(Draft202012Validator, {"pattern": pattern}, type_checker=kinds)
    formats = FormatChecker(formats=())
    for name, fits in schema.FORMATS.items():
        formats.checks(name)(fits)
    return ours(schema.bundle(), format_checker=formats)


def _explained(error: Any, document: Document) -> Iterator[Diagnostic]:
    path: Path = tuple(error.absolute_path)
    stranger = _stranger(error, path, document)
    if stranger:
        yield _unknown_addon(stranger)
        return
    value, constraint = error.instance, error.validator_value
    match error.validator:
        case "required":
            # jsonschema reports one key at a time, each with the whole list.
            key = next(one for one in constraint if f"{one!r} is a required" in error.message)
            yield MISSING_KEY.at(path, f"{key} is missing", _about((*path, key)), key=True)
        case "additionalProperties":
            known = error.schema.get("properties", {})
            for key in [one for one in value if one not in known]:
                help = _elsewhere(path, key, known) or _nearest(key, list(known))
                yield UNKNOWN_KEY.at((*path, key), f"there is no {key!r} here", help, key=True)
        case "type":
            yield WRONG_TYPE.at(path, _type_message(value, constraint, document.typed(path)), _about(path))
        case "enum" | "const" if "propertyNames" in error.absolute_schema_path:
            yield UNKNOWN_KEY.at((*path, value), f"there is no {value!r} here", _nearest(value, constraint), key=True)
        case "enum" | "const":
            allowed = constraint if error.validator == "enum" else [constraint]
            help = _close(value, allowed) or error.schema.get("x-help", "")
            yield UNKNOWN_VALUE.at(path, _enum_message(value, allowed, document.typed(path)), help)
        case _ if "propertyNames" in error.absolute_schema_path:
            yield BAD_NAME.at((*path, value), f"{value!r} is not a name that fits here", _about(path), key=True)
        case _:
            yield INVALID_VALUE.at(path, _value_message(error), _about(path))


def _elsewhere(path: Path, key: str, known: dict[str, Any]) -> str:
    """What says it instead: an add-on that the catalogue has come to know is told of its service account no more."""
    if key != "serviceAccount" or path[-2:-1] != ("addons",):
        return ""
    by = "podIdentityAssociations" if "podIdentityAssociations" in known else "the section serviceAccounts"
    if "iam" in known:
        return f"take it away: the catalogue knows which one {path[-1]} has; others get roles by {by}"
    return f"take it away: {path[-1]} has no role; service accounts get theirs by {by}"


def _stranger(error: Any, path: Path, document: Document) -> str:
    """The add-on that a mistake is about, if the catalogue does not know it and nothing says what it is."""
    addons = document.data.get("addons") if isinstance(document.data, dict) else None
    by_name = path == ("addons",) and "propertyNames" in error.absolute_schema_path
    name = error.instance if by_name else path[1] if path[:1] == ("addons",) and len(path) > 1 else ""
    if not isinstance(addons, dict) or name not in addons or name in schema.bundle()["$defs"]["addons"]["properties"]:
        return ""
    given = addons[name]
    return "" if isinstance(given, dict) and {"source", "chart", "manifests"} & {*given} else str(name)


def _unknown_addon(name: str) -> Diagnostic:
    """Instead of what does not fit about it: the name is what is wrong."""
    known = list(schema.bundle()["$defs"]["addons"]["properties"])
    help = _close(name, known) or "`source: eks`, `chart` or `manifests` tells what an add-on of another name is"
    return UNKNOWN_KEY.at(("addons", name), f"there is no {name!r} here", help, key=True)


def _type_message(value: Any, kinds: str | list[str], typed: str | None) -> str:
    wanted = " or ".join(KINDS[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")
    if value is None:
        return f"this takes {wanted}, and there is nothing here"
    if "string" in kinds and typed:
        return f"put quotes round {typed}: this is text, and without quotes YAML reads something else"
    return f"this takes {wanted}, not {_shown(value, typed)}"


def _enum_message(value: Any, allowed: list[Any], typed: str | None) -> str:
    shown = ", ".join(str(one) for one in allowed)
    return f"{_shown(value, typed)} is not {'one of ' if len(allowed) > 1 else ''}{shown}"


def _value_message(error: Any) -> str:
    value, limit = error.instance, error.validator_value
    match error.validator:
        case "minimum":
            return f"{value} is less than {limit}"
        case "maximum":
            return f"{value} is more than {limit}"
        case "minItems" | "minProperties":
            return f"this needs at least {limit}, and there are {len(value)}"
        case "maxItems" | "maxProperties":
            return f"this takes at most {limit}, and there are {len(value)}"
        case "minLength":
            return f"this needs at least {limit} characters"
        case "maxLength":
            return f"this has {len(value)} characters and may have {limit}"
        case "uniqueItems":
            return "the same value stands in this list twice"
        case "format":
            return f"{value!r} is not {FORMS[limit]}"
        case _:
            return f"{value!r} does not have the form {limit}"


FORMS = {
    "cidr": "a range such as 10.0.0.0/16 or 2001:db8::/32, beginning with its first address",
    "ipv4-cidr": "an IPv4 range such as 10.0.0.0/16",
    "ipv4": "an IPv4 address",
}


def _shown(value: Any, typed: str | None) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return typed or ("nothing" if value is None else repr(value))


def _nearest(word: Any, known: list[Any]) -> str:
    return _close(word, known) or (f"known here: {', '.join(sorted(known))}" if known else "")


def _close(word: Any, known: list[Any]) -> str:
    import difflib

    close = difflib.get_close_matches(str(word), [str(one) for one in known], n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""


def _about(path: Path) -> str:
    """A pointer to the field's own explanation, and an example where the schema has one."""
    field = ".".join(str(part) for part in path if isinstance(part, str))
    example = schema.example(path)
    shown = f", such as {example}" if example else ""
    return f"`bpc explain {field}` says what it takes{shown}"
