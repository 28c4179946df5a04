"""Kubernetes objects out of YAML text, with the meaning that Kubernetes' own tools give to it.

These read YAML by Go's rules: `=` and dates are text, `1e+06` is a number, `1:30` is not, a key is always text.
Text of unknown origin is walked over first, so that nothing in it makes the reader run out of memory or of stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import yaml

Object = dict[str, Any]
BASE: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_BYTES = 64 * 1024 * 1024
MOST_DEPTH = 128
TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map", "merge")}
# The kind becomes the name of a file.
PATTERNS = {"apiVersion": r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[a-z0-9]+", "kind": r"[A-Z][A-Za-z0-9]*"}
# Kinds that end like this hold others, as `kubectl get -o yaml` writes them.
LIST = "List"


class Unreadable(Exception):
    """What is wrong with a text, and in which line; 0 where nobody can say."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Loader(BASE):  # type: ignore[misc]
    """YAML as Kubernetes reads it, into mappings whose keys are text."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
        self.flatten_mapping(node)
        made = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key has to be text", key.start_mark)
            made[key.value] = self.construct_object(value, deep=deep)
        return made

    def construct_number(self, node: Any) -> Any:
        text = node.value.replace("_", "").lower()
        try:
            if node.tag.endswith(":int"):
                sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text.lstrip("+"))
                octal = len(digits) > 1 and digits.isdigit() and digits[0] == "0"
                return sign * int(digits, 8 if octal else 0)
            number = float(text.replace(".inf", "inf").replace(".nan", "nan"))
            return int(number) if number.is_integer() else number
        except ValueError:
            return node.value


for _tag, _pattern, _first in (
    ("bool", "yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF", "yYnNtTfFoO"),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", "[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("merge", "<<", "<"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))
for _tag in ("int", "float"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", Loader.construct_number)
Loader.add_constructor("tag:yaml.org,2002:merge", Loader.construct_yaml_str)


def trusted(text: str) -> list[Object]:
    """The objects of a text that we wrote ourselves."""
    return [one for one in yaml.load_all(text, Loader) if one is not None]


def plain(text: str) -> Any:
    """One document of unknown origin as plain data: an index, values, what a chart says of itself."""
    _walk(text)
    with _explained():
        made = yaml.load(text, Loader)
    _reject(made, 1)
    return made


def objects(text: str) -> Iterator[tuple[int, Object]]:
    """The objects of a text of unknown origin, each with its line; `Unreadable` where it holds anything else."""
    _walk(text)
    loader = Loader(text)
    try:
        with _explained():
            while loader.check_node():
                node = loader.get_node()
                line = node.start_mark.line + 1
                for one in _flat(loader.construct_document(node), line):
                    yield line, one
    finally:
        loader.dispose()


@contextmanager
def _explained() -> Iterator[None]:
    """Turns what the parser says into ours."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(str(error.problem or error.context), mark.line + 1 if mark else 0) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable(str(error).partition("\n")[0]) from error


def _walk(text: str) -> None:
    """Refuse what is too large, too deep, or grows when its aliases are written out."""
    if len(text) > MOST_BYTES:
        raise Unreadable(f"it has more than {MOST_BYTES // 1024 // 1024} MiB")
    named: list[bool] = []
    aliases = 0
    with _explained():
        for event in yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.CollectionStartEvent):
                named.append(event.anchor is not None)
                if len(named) > MOST_DEPTH:
                    raise Unreadable(f"it has more than {MOST_DEPTH} levels", _line(event))
            elif isinstance(event, yaml.CollectionEndEvent):
                named.pop()
            elif isinstance(event, yaml.AliasEvent):
                aliases += 1
                if any(named) or aliases > 1000:
                    raise Unreadable("its aliases stand for too much", _line(event))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _flat(value: Any, line: int) -> Iterator[Object]:
    if value is None:
        return
    if isinstance(value, dict) and isinstance(value.get("items"), list) and str(value.get("kind", "")).endswith(LIST):
        for one in value["items"]:
            yield from _flat(one, line)
        return
    _reject(value, line)
    if not isinstance(value, dict):
        raise Unreadable("this is no Kubernetes object, which is a mapping", line)
    _named(value, line)
    _shaped(value, line)
    yield value


def _named(value: Object, line: int) -> None:
    """What says which object it is: all that others rely on, so that nothing after this has to ask."""
    metadata = value.get("metadata")
    said = {"apiVersion": value.get("apiVersion"), "kind": value.get("kind")}
    said["metadata.name"] = metadata.get("name") if isinstance(metadata, dict) else None
    missing = [key for key, one in said.items() if not isinstance(one, str) or not one]
    if missing:
        raise Unreadable(f"this is no Kubernetes object with a name: it lacks {' and '.join(missing)}", line)
    for key, pattern in PATTERNS.items():
        if not re.fullmatch(pattern, value[key]):
            raise Unreadable(f"{value[key]!r} is no {key} of Kubernetes", line)


def _shaped(value: Object, line: int) -> None:
    metadata = value["metadata"]
    if not isinstance(metadata.get("namespace"), str | None):
        raise Unreadable("metadata.namespace is no text", line)
    for key in ("labels", "annotations"):
        texts = metadata.get(key) or {}
        if not isinstance(texts, dict) or not all(isinstance(one, str | None) for one in texts.values()):
            raise Unreadable(
                f"metadata.{key} takes text by keys alone; put quotes round numbers and true or false", line
            )
        if None in texts.values():
            # To Kubernetes that is an empty text, but kustomize would make the word null of it.
            metadata[key] = {name: one or "" for name, one in texts.items()}
    if value["kind"] == "CustomResourceDefinition":
        spec = value.get("spec")
        names = spec.get("names") if isinstance(spec, dict) else None
        parts = (
            (spec.get("group"), spec.get("scope"), names.get("kind")) if spec and isinstance(names, dict) else (None,)
        )
        if not all(isinstance(one, str) for one in parts):
            raise Unreadable("a CustomResourceDefinition says spec.group, spec.scope and spec.names.kind", line)
    if value["kind"] == "Job" and not isinstance(value.get("spec"), dict):
        raise Unreadable("a Job has a spec", line)


def _reject(value: Any, line: int) -> None:
    """Only what JSON has too can be sent to Kubernetes."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, float) and one - one != 0:
            raise Unreadable("this holds an infinite number", line)
        elif one is not None and not isinstance(one, str | int | float):
            raise Unreadable(f"this holds a value of a kind that Kubernetes has not: {type(one).__name__}", line)
