"""Terraform variable files (HashiCorp's configuration language, "Input Variables") as plain data.

python-hcl2 reads them; it is imported here alone, and only when somebody imports a tfvars file.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

from bpc.diagnostics import Diagnostic, Span, rule
from bpc.source.decoding import decode

NOT_TFVARS = rule(
    "BPC535",
    "not-tfvars",
    why="`bpc import tfvars` reads what Terraform takes as -var-file: names, equals signs and plain values.",
    cure="Correct the file where the message points; `terraform fmt` finds the same mistake.",
)
UNKNOWN_VARIABLE = rule(
    "BPC536",
    "unknown-variable",
    why="The Terraform blueprint has no such variable, so Terraform would pass over the value with a warning.",
    cure="Correct the name, or take the line away.",
    severity="warning",
)
WRONG_VARIABLE = rule(
    "BPC537",
    "wrong-variable",
    why="The variable is of another type in the Terraform blueprint, which would refuse the value.",
    cure="Write the value in the variable's type.",
)

KINDS: dict[str, tuple[type, str]] = {
    "aws_region": (str, "text"),
    "use_default_vpc": (bool, "true or false"),
    "azs": (list, "a list"),
    "kubernetes_version": (str, "text"),
    "fargate_profiles": (list, "a list of mappings"),
    "managed_node_groups": (list, "a list of mappings"),
    "node_groups": (list, "a list of mappings"),
    "enable_ssm": (bool, "true or false"),
    "eks_addons": (list, "a list"),
    "helm_addons": (list, "a list"),
    "name": (str, "text"),
    "tags": (dict, "a mapping"),
}


def parse(raw: bytes) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The variables of one file, and what is wrong with it."""
    text, found = decode(raw)
    if found:
        return {}, found
    import hcl2
    from hcl2.utils import SerializationOptions
    from lark.exceptions import LarkError

    plain = SerializationOptions(with_comments=False, explicit_blocks=False, strip_string_quotes=True)
    try:
        data: dict[str, Any] = _named(
            hcl2.loads(text if text.endswith("\n") else f"{text}\n", serialization_options=plain)
        )
    except LarkError as error:
        return {}, [_broken(error, text)]
    complaints = [one for name, value in data.items() for one in _judged(name, value, _place(name, text))]
    known = {name: value for name, value in data.items() if name in KINDS and value is not None}
    return known, complaints


def _named(value: Any) -> Any:
    """Keys in quotes are keys all the same."""
    if isinstance(value, dict):
        return {str(key).strip('"'): _named(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_named(one) for one in value]
    return None if value == "null" else value


def _judged(name: str, value: Any, span: Span) -> list[Diagnostic]:
    if name not in KINDS:
        close = difflib.get_close_matches(name, KINDS, n=1, cutoff=0.6)
        help = f"did you mean {close[0]}?" if close else f"known here: {', '.join(sorted(KINDS))}"
        return [UNKNOWN_VARIABLE.at((), f"the Terraform blueprint has no variable {name}", help, span=span)]
    kind, words = KINDS[name]
    nested = words.endswith("mappings") and isinstance(value, list) and not all(isinstance(one, dict) for one in value)
    if value is not None and (not isinstance(value, kind) or nested):
        return [WRONG_VARIABLE.at((), f"{name} takes {words}", span=span)]
    return []


def _place(name: str, text: str) -> Span:
    """Where a variable is set: at the start of a line."""
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(rf"\s*({re.escape(name)})\s*=", line)
        if found:
            return Span(number, found.start(1) + 1, found.end(1) + 1)
    return Span(1, 1, 2)


def _broken(error: Any, text: str) -> Diagnostic:
    line, column = getattr(error, "line", 0), getattr(error, "column", 0)
    token = str(getattr(error, "token", "") or "").strip()
    if not isinstance(line, int) or line < 1:
        line, column, token = text.count("\n") or 1, 1, ""
    said = f"this is no variable file: {token!r} is not expected here" if token else "this is no variable file"
    column = max(column, 1)
    return NOT_TFVARS.at((), said, span=Span(line, column, column + max(len(token), 1)))
