"""What can be wrong with the parts of a YAML text that parses: keys, tags, anchors, sizes."""

from __future__ import annotations

from collections.abc import Iterable

from bpc.diagnostics import Diagnostic, Path, Span, rule
from bpc.source.decoding import CONTROL_CHARACTER, code_point
from bpc.source.scalars import kind, quoted

MOST_VALUES = 100_000
MOST_DEPTH = 64

DUPLICATE_KEY = rule(
    "BPC108",
    "duplicate-key",
    why="With two keys of one name, one of the two values would be lost without a word.",
    cure="Keep one of the two.",
)
NON_STRING_KEY = rule(
    "BPC109",
    "non-string-key",
    why="Every key of a blueprint is a string. 1, true and null are other things, and they collide.",
    cure="Put quotes round the key.",
)
TAG = rule(
    "BPC110",
    "tag",
    why="Tags such as !Ref or !!binary would make other things of values than what is written.",
    cure="Write the value without its tag, in quotes where a string is meant.",
)
UNKNOWN_ANCHOR = rule(
    "BPC111",
    "unknown-anchor",
    why="An alias repeats what an anchor above it names; here is no such anchor.",
    cure="Name the value with & further up, or correct the alias's name.",
)
CYCLIC_ALIAS = rule(
    "BPC112",
    "cyclic-alias",
    why="A value that contains itself has no end.",
    cure="Move the anchor to a value outside of the one that repeats it.",
)
MERGE_VALUE = rule(
    "BPC113",
    "merge-value",
    why="The merge key << takes over the keys of a mapping, so it needs a mapping or a list of mappings.",
    cure="Let << name mappings, as in `<<: *base` or `<<: [*base, *more]`.",
)
EXPANSION_LIMIT = rule(
    "BPC114",
    "expansion-limit",
    why="With its aliases written out, the blueprint would hold more than 100,000 values.",
    cure="Use fewer aliases of aliases, or split the blueprint.",
)
TOO_DEEP = rule(
    "BPC115",
    "too-deep",
    why="No blueprint needs more than 64 levels, and deeper ones exhaust the programs that read them.",
    cure="Check the brackets and the indentation here.",
)
NUMBER_TOO_LARGE = rule(
    "BPC116",
    "number-too-large",
    why="Programs keep about 18 digits of a number and lose the rest without a word.",
    cure="Put quotes round it if it is a name or an id.",
)


def duplicate_key(path: Path, span: Span, text: str, first: int, merges: bool) -> Diagnostic:
    message = f"duplicate key {quoted(text)}; the first one is on line {first}"
    help = "write one <<: [*a, *b]" if merges else "keep one of the two"
    return DUPLICATE_KEY.at(path, message, help, key=True, span=span)


def key_of_another_kind(path: Path, span: Span, value: object, text: str) -> Diagnostic:
    message, help = f"the key {text} is {kind(value)}, not a string", f'put quotes round it: "{text}"'
    if isinstance(value, (list, dict)):
        message, help = f"a key cannot be {kind(value)}", "write a name"
    elif not text:
        message, help = "there is no key before this ':'", "write the key"
    return NON_STRING_KEY.at(path, message, help, key=True, span=span)


def tag(path: Path, span: Span, tag: str) -> Diagnostic:
    short = tag.replace("tag:yaml.org,2002:", "!!", 1)
    help = "put quotes round the value instead" if short == "!!str" else "write the value without it"
    return TAG.at(path, f"the tag {quoted(short)[1:-1]} is not allowed", help, span=span)


def escape(path: Path, span: Span, character: str) -> Diagnostic:
    message = f"the escape of {code_point(character)} is not allowed"
    return CONTROL_CHARACTER.at(path, message, "delete it", span=span)


def number(path: Path, span: Span, text: str) -> Diagnostic:
    message = f"the number {quoted(text)[1:-1]} is too large to be kept exactly"
    return NUMBER_TOO_LARGE.at(path, message, "put quotes round it", span=span)


def cyclic_alias(path: Path, span: Span, name: str) -> Diagnostic:
    message = f"*{name} stands inside of &{name}"
    return CYCLIC_ALIAS.at(path, message, "name a value that does not hold this place", span=span)


def unknown_anchor(path: Path, span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    above = ", ".join(f"&{one}" for one in list(known)[:5])
    help = f"named above: {above}" if above else f"name the value further up with &{name}"
    return UNKNOWN_ANCHOR.at(path, f"*{name} has no &{name} above it", help, span=span)


def merge_value(path: Path, span: Span, value: object) -> Diagnostic:
    message = f"<< needs a mapping or a list of mappings, not {kind(value)}"
    return MERGE_VALUE.at(path, message, "write <<: *base", span=span)


def expansion(path: Path, span: Span, alias: str) -> Diagnostic:
    start = f"with *{alias} the blueprint holds" if alias else "the blueprint holds"
    message = f"{start} more than {MOST_VALUES:,} values"
    return EXPANSION_LIMIT.at(path, message, "use fewer aliases, or split the file", span=span)


def too_deep(path: Path, span: Span) -> Diagnostic:
    message = f"lists and mappings are nested more than {MOST_DEPTH} levels deep"
    return TOO_DEEP.at(path, message, "check the brackets and the indentation", span=span)
