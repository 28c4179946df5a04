"""Text that is not YAML: what the parser says about it, in words that help."""

from __future__ import annotations

from bpc.diagnostics import Diagnostic, Span, rule
from bpc.source.decoding import CONTROL_CHARACTER, place
from bpc.source.pyyaml import yaml
from bpc.source.scalars import quoted

SYNTAX = rule(
    "BPC104",
    "syntax",
    why="The text cannot be read as YAML, so nothing behind this place could be checked.",
    cure="Mend this place first. Spaces indent, `key: value` has a space, brackets and quotes come in pairs.",
)

NO_CHARACTER = "an escape here stands for no character"
# What both parsers say (a part of it that they share), and what we say instead.
SAID = (
    (
        "mapping values are not allowed",
        "a ':' that starts a value cannot stand here",
        "check the indentation of this line, or put quotes round a value that holds ': '",
    ),
    (
        "sequence entries are not allowed",
        "a list cannot start on the line of its key",
        "begin the list on the next line, or write [a, b]",
    ),
    ("could not find expected ':'", "this key has no ':' behind it", "write `key: value`"),
    (
        "expected <block end>",
        "this does not belong to the mapping or list above it",
        "check the indentation and the quotes here",
    ),
    (
        "did not find expected key",
        "this does not belong to the mapping or list above it",
        "check the indentation and the quotes here",
    ),
    (
        "did not find expected '-' indicator",
        "this does not belong to the mapping or list above it",
        "check the indentation and the quotes here",
    ),
    ("expected ',' or ']'", "this list needs a ',' or its ']' here", "lists in one line are written [a, b]"),
    (
        "expected ',' or '}'",
        "this mapping needs a ',' or its '}' here",
        "mappings in one line are written {a: b}",
    ),
    (
        "unknown escape character",
        "there is no such escape",
        "write \\\\ for a backslash, or use single quotes",
    ),
    ("undefined tag handle", "tags are not allowed", "write the value without it"),
)


def explain(error: yaml.YAMLError, text: str, lines: list[str], bracket: Span | None) -> Diagnostic:
    """The complaint about text that the parser gave up on; `bracket` is the one that is still open."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return SYNTAX.at((), "this cannot be read as YAML", span=place(text, getattr(error, "position", 0)))
    problem = error.problem or "this cannot be read as YAML"
    line, column = _position(error.problem_mark or error.context_mark, lines)
    at_end = not "".join([lines[line][column:], *lines[line + 1 :]]).strip()
    escape = "Unicode character escape" in problem
    if error.context_mark and (at_end or escape or "find expected ':'" in problem):
        line, column = _position(error.context_mark, lines)
    if at_end and bracket and "quoted" not in (error.context or ""):
        line, column = bracket.line - 1, bracket.column - 1
    span = Span(line + 1, column + 1, column + 2)
    if escape:
        return CONTROL_CHARACTER.at((), NO_CHARACTER, "delete it", span=span)
    message, help = _say(problem, lines[line][column : column + 1], at_end)
    return SYNTAX.at((), message, help, span=span)


def surprise(mark: yaml.Mark | None, lines: list[str]) -> Diagnostic:
    """Numbers that only the parser in Python trips over: an escape or a version far out of range."""
    line, column = _position(mark, lines)
    span = Span(line + 1, column + 1, column + 2)
    if lines[line].startswith("%"):
        return SYNTAX.at((), "this directive cannot be read", "delete the line", span=span)
    return CONTROL_CHARACTER.at((), NO_CHARACTER, "delete it", span=span)


def _position(mark: yaml.Mark | None, lines: list[str]) -> tuple[int, int]:
    """Line and column from 0. libyaml calls the end of the text a line of its own."""
    line, column = (mark.line, mark.column) if mark else (0, 0)
    return (line, column) if line < len(lines) else (len(lines) - 1, len(lines[-1]))


def _say(problem: str, character: str, at_end: bool) -> tuple[str, str]:
    if "unexpected end of stream" in problem:
        return f"the quote {character} that opens here is never closed", "close it"
    if "cannot start any token" in problem:
        if character == "\t":
            return "a tab cannot stand here", "use spaces"
        return f"a value cannot start with {quoted(character)}", "put quotes round the value"
    if at_end and character in ("[", "{"):
        return f"the {character} that opens here is never closed", "close it"
    for part, message, help in SAID:
        if part in problem:
            return message, help
    return problem, ""
