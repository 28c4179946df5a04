"""The IAM policy of whoever deploys an environment, cut into as many files as IAM's limit on a policy asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bpc import deployer
from bpc.diagnostics import Diagnostic
from bpc.output.stacks import Stacks
from bpc.output.writer import Writer

LARGEST = 6144  # characters of a managed policy, white space not counted (IAM User Guide, IAM and AWS STS quotas)
VERSION = "2012-10-17"
FRAME = len('{"Version":"2012-10-17","Statement":[]}')
ENCODE = json.JSONEncoder(ensure_ascii=False).encode
Statement = dict[str, Any]


class Policies(Writer):
    """Writes deployer-policy.json, or deployer-policy-1.json and so on."""

    def add(self, stacks: Stacks) -> list[Diagnostic]:
        parts = cut(deployer.statements(stacks.plan, stacks.templates))
        for number, part in enumerate(parts, 1):
            name = f"deployer-policy-{number}.json" if len(parts) > 1 else "deployer-policy.json"
            self.write(f"cloudformation/{stacks.environment}/{name}", _text(part).encode())
        return []


def cut(statements: list[Statement]) -> list[list[Statement]]:
    """As few policies as hold the statements in their order."""
    parts: list[list[Statement]] = [[]]
    size = FRAME
    for one in (piece for statement in statements for piece in _pieces(statement)):
        own = _size(one)
        if parts[-1] and size + own > LARGEST:
            parts.append([])
            size = FRAME
        parts[-1].append(one)
        size += own
    return parts


def _pieces(statement: Statement) -> Iterator[Statement]:
    """A statement as it is, or in halves where it would be too much for a policy of its own."""
    if FRAME + _size(statement) <= LARGEST:
        yield statement
        return
    key = max(("Action", "Resource"), key=lambda key: len(ENCODE(statement[key])))
    values = statement[key]
    if not isinstance(values, list):
        yield statement
        return
    middle = len(values) // 2
    for suffix, half in (("A", values[:middle]), ("B", values[middle:])):
        one = half if len(half) > 1 else half[0]
        yield from _pieces(statement | {"Sid": statement["Sid"] + suffix, key: one})


def _size(statement: Statement) -> int:
    """In characters that count, with the comma behind it."""
    return len(ENCODE(statement).replace(" ", "")) + 1


def _text(statements: list[Statement]) -> str:
    """The policy, an action or a resource to a line. By hand, for json.dumps is slow as soon as it indents."""
    body = ",\n".join(_lines(one) for one in statements)
    return f'{{\n  "Version": "{VERSION}",\n  "Statement": [\n{body}\n  ]\n}}\n'


def _lines(statement: Statement) -> str:
    return "    {\n" + ",\n".join(f'      "{key}": {_value(one)}' for key, one in statement.items()) + "\n    }"


def _value(value: Any) -> str:
    if not isinstance(value, list):
        return ENCODE(value)
    items = ",\n        ".join(ENCODE(one) for one in value)
    return f"[\n        {items}\n      ]"
