"""JSON Schema as CloudFormation means it.

CloudFormation converts scalars ("3" is a number, "true" a boolean, 3 a string), writes its patterns in a dialect with
Unicode classes, and cfn-lint's schemas add words of their own (`requiredXor`, `requiredOr`, `dependentExcluded`,
`enumCaseInsensitive`). `Provider` is a jsonschema validator that knows all of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import regex
from jsonschema import Draft202012Validator, TypeChecker, ValidationError
from jsonschema.validators import extend

Check = Callable[[Any, Any, Any, Any], Any]
_STANDARD: dict[str, Check] = dict(Draft202012Validator.VALIDATORS)


def _boolean(_: TypeChecker, instance: object) -> bool:
    return isinstance(instance, bool) or instance in ("true", "false")


def _string(_: TypeChecker, instance: object) -> bool:
    return isinstance(instance, (str, bool, int, float))


def _number(_: TypeChecker, instance: object) -> bool:
    return not isinstance(instance, bool) and _float(instance) is not None


def _integer(checker: TypeChecker, instance: object) -> bool:
    number = None if isinstance(instance, bool) else _float(instance)
    return number is not None and number.is_integer()


def _float(instance: object) -> float | None:
    try:
        return float(instance) if isinstance(instance, (str, int, float)) else None
    except ValueError:
        return None


def _text(instance: object) -> str:
    return str(instance).lower() if isinstance(instance, bool) else str(instance)


def _as_text(check: Check) -> Check:
    """A check of strings, made on the string that CloudFormation would see."""

    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        return check(validator, value, _text(instance), schema) if _string(TypeChecker(), instance) else ()

    return checked


def _as_number(check: Check) -> Check:
    """A check of numbers, made on the number that CloudFormation would see."""

    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        return check(validator, value, _float(instance), schema) if _number(TypeChecker(), instance) else ()

    return checked


def _pattern(_: Any, value: str, instance: str, __: Any) -> Iterator[ValidationError]:
    if not regex.search(value, instance):
        yield ValidationError(f"{instance!r} does not match {value!r}")


def _named(validator: Any, value: dict[str, Any], instance: Any, __: Any) -> Iterator[ValidationError]:
    for pattern, schema in value.items():
        for name in instance if isinstance(instance, dict) else ():
            if regex.search(pattern, name):
                yield from validator.descend(instance[name], schema, path=name, schema_path=pattern)


def _no_others(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name in instance if isinstance(instance, dict) else ():
        if name in known or any(regex.search(pattern, name) for pattern in patterns):
            continue
        if value is False:
            yield ValidationError(f"Additional properties are not allowed ({name!r} was unexpected)")
        elif isinstance(value, dict):
            yield from validator.descend(instance[name], value, path=name)


def _enum(_: Any, value: list[Any], instance: Any, __: Any) -> Iterator[ValidationError]:
    known = [_text(one) for one in value]
    if isinstance(instance, (dict, list)) or _text(instance) not in known:
        yield ValidationError(f"{instance!r} is not one of {value}")


def _enum_any_case(_: Any, value: list[Any], instance: Any, __: Any) -> Iterator[ValidationError]:
    if _text(instance).lower() not in [_text(one).lower() for one in value]:
        yield ValidationError(f"{instance!r} is not one of {value}")


def _exactly_one(_: Any, value: list[str], instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict) and sum(name in instance for name in value) != 1:
        yield ValidationError(f"exactly one of {value} is required")


def _at_least_one(_: Any, value: list[str], instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict) and not any(name in instance for name in value):
        yield ValidationError(f"one of {value} is required")


def _excluded(_: Any, value: dict[str, list[str]], instance: Any, __: Any) -> Iterator[ValidationError]:
    for name, others in value.items():
        for other in others:
            if isinstance(instance, dict) and name in instance and other in instance:
                yield ValidationError(f"{other!r} cannot go with {name!r}")


Provider: Any = extend(
    Draft202012Validator,
    {
        "additionalProperties": _no_others,
        "patternProperties": _named,
        "enum": _enum,
        "enumCaseInsensitive": _enum_any_case,
        "requiredXor": _exactly_one,
        "requiredOr": _at_least_one,
        "dependentExcluded": _excluded,
        "pattern": _as_text(_pattern),
        "format": _as_text(_STANDARD["format"]),
        **{word: _as_text(_STANDARD[word]) for word in ("minLength", "maxLength")},
        **{
            word: _as_number(_STANDARD[word])
            for word in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
        },
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"boolean": _boolean, "string": _string, "number": _number, "integer": _integer}
    ),
)
