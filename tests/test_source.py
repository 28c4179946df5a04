"""Stage 1 reads what YAML 1.2 says, knows where all of it stands, and quickly refuses what would do harm."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bpc.diagnostics import RULES, Diagnostic, Span
from bpc.source import Document, parse
from bpc.source.decoding import lines_of

FAST = getattr(yaml, "CSafeLoader", None)
LOADERS: list[type[Any]] = [yaml.SafeLoader] if FAST is None else [yaml.SafeLoader, FAST]
both = pytest.mark.parametrize("loader", LOADERS)


def read(text: str | bytes, loader: type[Any]) -> Document:
    """The document of a text that must be without fault."""
    document, found = parse(text.encode() if isinstance(text, str) else text, loader)
    assert found == []
    assert document is not None
    return document


def complaints(text: str | bytes, loader: type[Any]) -> list[Diagnostic]:
    return parse(text.encode() if isinstance(text, str) else text, loader)[1]


def told(text: str | bytes, loader: type[Any]) -> list[tuple[str, int, int]]:
    """Name, line and column of each complaint."""
    return [(one.rule.name, *one.span[:2]) for one in complaints(text, loader) if one.span]


def pointed_at(document: Document, span: Span) -> str:
    return document.lines[span.line - 1][span.column - 1 : span.end - 1]


# --- what is read -------------------------------------------------------------------------------------------

PLAIN: dict[str, object] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "TRUE": True,
    "False": False,
    "0": 0,
    "-7": -7,
    "123456789012": 123456789012,
    "999999999999999999": 999999999999999999,
    "1.30": 1.3,
    "-0.5": -0.5,
    "1e3": 1000.0,
    "2.5E-3": 0.0025,
    "no": "no",
    "on": "on",
    "Yes": "Yes",
    "y": "y",
    "tRUE": "tRUE",
    "0777": "0777",
    "012345670123": "012345670123",
    "0x1F": "0x1F",
    "0o17": "0o17",
    "1_000": "1_000",
    "1:30": "1:30",
    "12:30:45": "12:30:45",
    "+1": "+1",
    "1.": "1.",
    ".5": ".5",
    ".inf": ".inf",
    "-.inf": "-.inf",
    ".nan": ".nan",
    "2024-01-31": "2024-01-31",
    "2024-13-45": "2024-13-45",
    "=": "=",
    "1.34.2": "1.34.2",
    "\u0663": "\u0663",
}


@both
@pytest.mark.parametrize(("typed", "value"), PLAIN.items())
def test_plain_scalars_mean_what_yaml_1_2_says(typed: str, value: object, loader: type[Any]) -> None:
    document = read(f"a: {typed}\n", loader)
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)
    assert document.written == ({} if isinstance(value, str) else {("a",): typed})


@both
@pytest.mark.parametrize("typed", ["true", "1", "1.30", "null", "", "~", "12345678901234567890", "<<"])
def test_quotes_make_a_string(typed: str, loader: type[Any]) -> None:
    assert read(f"a: '{typed}'\nb: \"{typed}\"\n", loader).data == {"a": typed, "b": typed}
    assert read(f"'{typed}': x", loader).data == {typed: "x"}


TEXTS: list[tuple[str | bytes, object]] = [
    (b"\xef\xbb\xbfa: 1\n", {"a": 1}),
    ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ("%YAML 1.2\n---\na: no\n...\n", {"a": "no"}),
    ("a: |\n  x\n\n  y\nb: >-\n  p\n  q\n", {"a": "x\n\ny\n", "b": "p q"}),
    ('a: "x\\ty\\n\\u00e9\\x41"', {"a": "x\ty\né" + "A"}),
    ('a: "\\/"', {"a": "/"}),
    ("a: ${AWS::Region}\nb: '*'\n", {"a": "${AWS::Region}", "b": "*"}),
    ("a: [1, {b: 2}, [x: y]]\n", {"a": [1, {"b": 2}, [{"x": "y"}]]}),
    ("? a\n: b\n", {"a": "b"}),
    ("on: 1\nno: 2\n=: 3\n", {"on": 1, "no": 2, "=": 3}),
    ("a: {}\nb: []\nc:\n", {"a": {}, "b": [], "c": None}),
    ("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", {"a": 1, "b": 1, "c": 2, "d": 2}),
    ("a: &k name\n*k : 1\n", {"a": "name", "name": 1}),
    ("&k a: 1\nb: *k\n", {"a": 1, "b": "a"}),
    ("a: &x {p: [1]}\nb: [*x, *x]\n", {"a": {"p": [1]}, "b": [{"p": [1]}, {"p": [1]}]}),
    ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n", {"a": {"p": 1, "q": 2}, "b": {"q": 3, "p": 1}}),
    ("a: &x {p: 1}\nb:\n  q: 3\n  <<: *x\n  p: 4\n", {"a": {"p": 1}, "b": {"q": 3, "p": 4}}),
    (
        "a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y, {r: 3, q: 4}]}\n",
        {"a": {"p": 1}, "b": {"p": 2, "q": 2}, "c": {"p": 1, "q": 2, "r": 3}},
    ),
    (
        "a: &x [{p: 1}, {p: 2, q: 3}]\nb: {<<: *x}\n",
        {"a": [{"p": 1}, {"p": 2, "q": 3}], "b": {"p": 1, "q": 3}},
    ),
    (
        "a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y}\n",
        {"a": {"p": 1}, "b": {"p": 1, "q": 2}, "c": {"p": 1, "q": 2}},
    ),
    ("a: {<<: {p: 1}, q: 2}\n", {"a": {"p": 1, "q": 2}}),
    ("a: {<<: []}\n", {"a": {}}),
    ("a: [<<, '<<']\n", {"a": ["<<", "<<"]}),
    ("a: 'it''s'\nb: é😀\n", {"a": "it's", "b": "é😀"}),
]


@both
@pytest.mark.parametrize(("text", "data"), TEXTS)
def test_data(text: str | bytes, data: object, loader: type[Any]) -> None:
    assert read(text, loader).data == data


# --- where it stands ----------------------------------------------------------------------------------------

BLUEPRINT = """\
# a comment
metadata: {name: myeks, tags: {team: "plat form"}}
cluster:
  version: 1.30   # typed without quotes
  empty:
base: &base
  size: 5.10
  names: [x, y]
nodeGroups:
  - name: é😀 x
    <<: *base
  - *base
text: |
  one
  two
list:
- a
-   - b
"""

PLACES = [
    (("metadata",), False, (2, 11, 51), '{name: myeks, tags: {team: "plat form"}}'),
    (("metadata",), True, (2, 1, 9), "metadata"),
    (("metadata", "name"), False, (2, 18, 23), "myeks"),
    (("metadata", "tags", "team"), False, (2, 38, 49), '"plat form"'),
    (("metadata", "tags", "team"), True, (2, 32, 36), "team"),
    (("cluster",), False, (3, 1, 8), "cluster"),
    (("cluster", "version"), False, (4, 12, 16), "1.30"),
    (("cluster", "empty"), False, (5, 8, 9), ":"),
    (("base",), False, (6, 1, 5), "base"),
    (("base", "names", 1), False, (8, 14, 15), "y"),
    (("base", "names"), True, (8, 3, 8), "names"),
    (("nodeGroups", 0), False, (10, 5, 6), "n"),
    (("nodeGroups", 0, "name"), False, (10, 11, 15), "é😀 x"),
    (("nodeGroups", 0, "size"), False, (11, 9, 14), "*base"),
    (("nodeGroups", 0, "size"), True, (11, 9, 14), "*base"),
    (("nodeGroups", 0, "names", 1), False, (11, 9, 14), "*base"),
    (("nodeGroups", 1), False, (12, 5, 10), "*base"),
    (("nodeGroups", 1, "names", 0), False, (12, 5, 10), "*base"),
    (("text",), False, (13, 7, 8), "|"),
    (("list", 1, 0), False, (18, 7, 8), "b"),
    # what was not written: the nearest thing around it
    (("cluster", "version", "deep", 3), False, (4, 12, 16), "1.30"),
    (("cluster", "missing"), False, (3, 1, 8), "cluster"),
    (("cluster", "missing"), True, (3, 1, 8), "cluster"),
    (("nowhere", 1, "x"), False, (1, 1, 2), "#"),
    ((), False, (1, 1, 2), "#"),
    ((), True, (1, 1, 2), "#"),
]


@both
@pytest.mark.parametrize(("path", "key", "span", "text"), PLACES)
def test_places(path: Any, key: bool, span: Any, text: str, loader: type[Any]) -> None:
    document = read(BLUEPRINT, loader)
    assert document.locate(path, key) == span
    assert pointed_at(document, document.locate(path, key)) == text


def test_both_loaders_know_the_same_places() -> None:
    assert read(BLUEPRINT, LOADERS[-1]) == read(BLUEPRINT, yaml.SafeLoader)


@both
def test_merged_data_is_located_where_it_came_from(loader: type[Any]) -> None:
    text = "cluster: {version: '1.34'}\nenvironments:\n  prod:\n    with: {cluster: {size: 1.0}}\n"
    source = ("environments", "prod", "with", "cluster", "size")
    document = read(text, loader).replace(origins={("cluster", "size"): source, ("cluster", "size", "x"): ("no",)})
    assert pointed_at(document, document.locate(("cluster", "size"))) == "1.0"
    assert pointed_at(document, document.locate(("cluster", "size"), key=True)) == "size"
    assert pointed_at(document, document.locate(("cluster", "size", 0))) == "1.0"
    assert pointed_at(document, document.locate(("cluster", "version"))) == "'1.34'"
    assert document.locate(("cluster", "size", "x")) == (1, 1, 2)
    assert document.typed(("cluster", "size")) == "1.0"


@both
@pytest.mark.parametrize(
    ("path", "typed"),
    [
        (("cluster", "version"), "1.30"),
        (("cluster", "empty"), ""),
        (("base", "size"), "5.10"),
        (("nodeGroups", 0, "size"), "5.10"),
        (("nodeGroups", 1, "size"), "5.10"),
        (("nodeGroups", 0, "name"), None),
        (("nowhere",), None),
    ],
)
def test_what_was_typed(path: Any, typed: str | None, loader: type[Any]) -> None:
    assert read(BLUEPRINT, loader).typed(path) == typed


@both
@pytest.mark.parametrize("text", ["a: &x", "a:\n  ? b", "a:\n  ? b\n  : ", "a:\n- ", "a: 1\nb:", "? k: "])
def test_what_is_missing_at_the_end_has_a_place_in_the_text(text: str, loader: type[Any]) -> None:
    document, found = parse(text.encode(), loader)
    assert document is not None
    spans = [*document.values.values(), *document.keys.values(), *(one.span for one in found if one.span)]
    assert all(span.line <= len(document.lines) for span in spans)
    assert all(span.column <= len(document.lines[span.line - 1]) + 1 for span in spans)


@both
def test_what_was_typed_has_an_end_when_a_duplicate_key_names_itself(loader: type[Any]) -> None:
    document, found = parse(b"a: &x {p: 1}\na: *x\n", loader)
    assert document is not None
    assert document.typed(("a", "q")) is None
    assert [one.rule.name for one in found] == ["duplicate-key"]


@both
def test_a_tab_behind_a_value_never_moves_a_place(loader: type[Any]) -> None:
    """libyaml accepts it, the parser in Python refuses it; both know where."""
    document, found = parse(b"a: b\t\nc: d\n", loader)
    if document:
        assert document.locate(("a",)) == (1, 4, 5)
        assert document.locate(("c",)) == (2, 4, 5)
    else:
        assert [(one.rule.name, one.span) for one in found] == [("syntax", (1, 5, 6))]


# --- what is refused ----------------------------------------------------------------------------------------

DEEP = 65
REFUSED: list[tuple[str, str | bytes, list[tuple[str, int, int]]]] = [
    ("empty", "", [("empty-document", 1, 1)]),
    ("only a comment", "# x\n", [("empty-document", 1, 1)]),
    ("only a null", "---\n", [("empty-document", 1, 1)]),
    ("list root", "\n- a\n", [("root-not-mapping", 2, 1)]),
    ("scalar root", "--- hello\n", [("root-not-mapping", 1, 5)]),
    ("alias root", "*x", [("unknown-anchor", 1, 1)]),
    ("two documents", "a: 1\n---\nb: 2\n", [("several-documents", 2, 1)]),
    ("second empty document", "a: 1\n---\n", [("several-documents", 2, 1)]),
    (
        "duplicate keys",
        "a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n",
        [("duplicate-key", n, c) for n, c in ((2, 11), (3, 1), (4, 1))],
    ),
    ("duplicate through quotes", "a: 1\n'a': 2\n", [("duplicate-key", 2, 1)]),
    ("duplicate through alias", "a: &x b\nb: 1\n*x : 2\n", [("duplicate-key", 3, 1)]),
    ("two merge keys", "a: &x {}\nb:\n  <<: *x\n  <<: *x\n", [("duplicate-key", 4, 3)]),
    ("tags", "a: !Ref x\nb: !!str 1\nc: ! [1]\nd: !!set {a}\n", [("tag", n, 4) for n in (1, 2, 3, 4)]),
    ("binary", "a: !!binary aGk=\n", [("tag", 1, 4)]),
    ("python object", "a: !!python/object/apply:os.system [id]\n", [("tag", 1, 4)]),
    ("tag on a key", "!!str a: 1\n", [("tag", 1, 1)]),
    ("undefined tag handle", "a: !x!y z\n", [("syntax", 1, 4)]),
    ("numeric key", "a: 1\n80: x\n", [("non-string-key", 2, 1)]),
    ("version key", "1.30: x\n", [("non-string-key", 1, 1)]),
    ("boolean key", "true: x\n", [("non-string-key", 1, 1)]),
    ("null key", "~: x\n", [("non-string-key", 1, 1)]),
    ("no key", "a: 1\n? \n: x\n", [("non-string-key", 2, 2)]),
    ("list key", "? [a]\n: b\n", [("non-string-key", 1, 3)]),
    (
        "mapping key",
        "{? {a: 1} : b, c: {d: 1, d: 2}}\n",
        [("non-string-key", 1, 4), ("duplicate-key", 1, 26)],
    ),
    ("alias of a number as key", "a: &x 1\n*x : 2\n", [("non-string-key", 2, 1)]),
    ("keys 1 and true", "1: a\ntrue: b\n", [("non-string-key", 1, 1), ("non-string-key", 2, 1)]),
    ("integer of 19 digits", "a: 1234567890123456789\n", [("number-too-large", 1, 4)]),
    ("integer of 100 000 digits", "a: " + "9" * 100_000, [("number-too-large", 1, 4)]),
    ("endless float", "a: 1e999\nb: -1e999\n", [("number-too-large", 1, 4), ("number-too-large", 2, 4)]),
    ("long float", "a: 1." + "9" * 100_000, [("number-too-large", 1, 4)]),
    ("unknown anchors", "a: *x\nb: &y 1\nc: [*z]\n", [("unknown-anchor", 1, 4), ("unknown-anchor", 3, 5)]),
    ("alias before its anchor", "a: *x\nb: &x 1\n", [("unknown-anchor", 1, 4)]),
    ("list in itself", "a: &a [*a]\n", [("cyclic-alias", 1, 8)]),
    ("mapping in itself", "a: &a\n  b: {c: *a}\n", [("cyclic-alias", 2, 10)]),
    ("merge of itself", "a: &a\n  <<: *a\n", [("cyclic-alias", 2, 7)]),
    ("merge list with itself", "a: &a\n  <<: [*a]\n", [("cyclic-alias", 2, 8)]),
    ("merge of a string", "a: {<<: x}\nb: {<<: }\n", [("merge-value", 1, 9), ("merge-value", 2, 7)]),
    (
        "merge of a list of strings",
        "a: &x [p]\nb: {<<: [{}, q]}\nc: {<<: *x}\n",
        [("merge-value", 2, 14), ("merge-value", 3, 9)],
    ),
    ("merge of nothing known", "a: {<<: *x}\n", [("unknown-anchor", 1, 9)]),
    ("latin-1", "a: 1\nb: né".encode("latin-1"), [("not-utf8", 2, 5)]),
    ("columns count characters", "é: 1\nü: é ".encode() + b"\xff", [("not-utf8", 2, 6)]),
    ("encoded surrogate", b"a: \xed\xa0\x80", [("not-utf8", 1, 4)]),
    ("utf-16", "a: 1".encode("utf-16"), [("not-utf8", 1, 1)]),
    ("utf-16 without mark", "a: 1".encode("utf-16-le"), [("not-utf8", 1, 1)]),
    ("utf-16 be", "a: 1".encode("utf-16-be"), [("not-utf8", 1, 1)]),
    ("utf-32", "a: 1".encode("utf-32"), [("not-utf8", 1, 1)]),
    ("NUL", b"a: 1\nb: \0\nc: \0", [("control-character", 2, 4), ("control-character", 3, 4)]),
    ("escape character", b"a: 1 # \x1b[31m\n", [("control-character", 1, 8)]),
    ("delete", b"a: \x7f\n", [("control-character", 1, 4)]),
    ("line separator", "a: x\u2028y\n", [("control-character", 1, 5)]),
    ("next line", "a: x\u0085y\n", [("control-character", 1, 5)]),
    ("byte order mark inside", "a: x\ufeff\n", [("control-character", 1, 5)]),
    ("control character after lone CRs", b"a: 1\rb: 2\r\nc: \x01", [("control-character", 3, 4)]),
    ("NUL escape", 'a: "x\\0"\nb: "\\x1b"\n', [("control-character", 1, 4), ("control-character", 2, 4)]),
    ("escape in a key", '"\\e": 1\n', [("control-character", 1, 1)]),
    ("lone surrogate escape", 'a: 1\nb: "\\ud800"\n', [("control-character", 2, 4)]),
    ("depth 65", "a: " + "[" * 64 + "]" * 64, [("too-deep", 1, 67)]),
    ("depth 65 in blocks", "".join(" " * n + "a:\n" for n in range(66)), [("too-deep", 65, 65)]),
    (
        "depth through aliases",
        "a0: &a0 []\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 70)),
        [("too-deep", 64, 12)],
    ),
]


@both
@pytest.mark.parametrize(("text", "expected"), [pytest.param(t, e, id=i) for i, t, e in REFUSED])
def test_refused_where_it_stands(text: str | bytes, expected: object, loader: type[Any]) -> None:
    assert told(text, loader) == expected


MESSAGES = [
    (
        "a: 1\nnodeGroups: 1\nb: 2\nnodeGroups: 2\n",
        "duplicate key 'nodeGroups'; the first one is on line 2",
        "keep one of the two",
    ),
    ("80: x", "the key 80 is a number, not a string", 'put quotes round it: "80"'),
    ("true: x", "the key true is true or false, not a string", 'put quotes round it: "true"'),
    ("? [a]\n: b", "a key cannot be a list", "write a name"),
    ("a: !!str 1", "the tag !!str is not allowed", "put quotes round the value instead"),
    ("a: !Ref x", "the tag !Ref is not allowed", "write the value without it"),
    ("a: &base 1\nb: *bose", "*bose has no &bose above it", "named above: &base"),
    ("a: {<<: 1}", "<< needs a mapping or a list of mappings, not a number", "write <<: *base"),
    ("- a", "this takes a mapping, not a list", "start with apiVersion, kind and metadata"),
    (
        "a: 12345678901234567890",
        "the number 12345678901234567890 is too large to be kept exactly",
        "put quotes round it",
    ),
    ('a: "\\0"', "the escape of U+0000 is not allowed", "delete it"),
    ("a:\n\tb: 1", "a tab cannot stand here", "use spaces"),
    ("a: @x", "a value cannot start with '@'", "put quotes round the value"),
]


@both
@pytest.mark.parametrize(("text", "message", "help"), MESSAGES)
def test_messages(text: str, message: str, help: str, loader: type[Any]) -> None:
    assert [(one.message, one.help) for one in complaints(text, loader)] == [(message, help)]


SYNTAX = [
    ("a: b: c\n", 1, 5, "a ':' that starts a value cannot stand here"),
    ("a: 1\n b: 2\n", 2, 3, "a ':' that starts a value cannot stand here"),
    ("a: - b\n", 1, 4, "a list cannot start on the line of its key"),
    ("a: 1\nfoo\n", 2, 1, "this key has no ':' behind it"),
    ("a: 1\nfoo\nb: 2\n", 2, 1, "this key has no ':' behind it"),
    ("a:\n    b: 1\n  c: 2\n", 3, 3, "this does not belong to the mapping or list above it"),
    ("a: 'x' y\n", 1, 8, "this does not belong to the mapping or list above it"),
    ("a:\n  - b\n  c: 1\n", 3, 3, "this does not belong to the mapping or list above it"),
    ("a: [1, 2\nb: 3\n", 2, 2, "this list needs a ',' or its ']' here"),
    ("a: {b: 1", 1, 4, "the { that opens here is never closed"),
    ("a: 1\nb: [1,\n\n", 2, 4, "the [ that opens here is never closed"),
    ("a: 'it\nb: 1", 1, 4, "the quote ' that opens here is never closed"),
    ('a: "x\nb: c\n', 1, 4, 'the quote " that opens here is never closed'),
    ("a: %x\n", 1, 4, "a value cannot start with '%'"),
    ("a:\n\tb: 1\n", 2, 1, "a tab cannot stand here"),
]


@both
@pytest.mark.parametrize(("text", "line", "column", "message"), SYNTAX)
def test_syntax_errors_say_what_to_do(text: str, line: int, column: int, message: str, loader: type[Any]) -> None:
    document, found = parse(text.encode(), loader)
    assert document is None
    assert [(one.rule.name, one.message) for one in found] == [("syntax", message)]
    assert found[0].span is not None
    assert found[0].span[:2] == (line, column)


@both
@pytest.mark.parametrize(
    "text",
    [
        'a: "\\d"',
        "a: }",
        "a: 1\n...\nfoo",
        "%YAML 2.0\n---\na: 1",
        "%FOO",
        "a: &",
        "a: *",
        "]",
        "a: >9x\n",
        "%YAML 1." + "9" * 9999,
    ],
)
def test_other_syntax_errors_have_a_place_too(text: str, loader: type[Any]) -> None:
    assert [name for name, _, _ in told(text, loader)] == ["syntax"]


@both
@pytest.mark.parametrize("escape", ["\\U00110000", "\\UFFFFFFFF"])
def test_escapes_past_unicode(escape: str, loader: type[Any]) -> None:
    assert [(name, line) for name, line, _ in told(f'a: 1\nb: "{escape}"\n', loader)] == [("control-character", 2)]


@both
def test_all_is_reported_in_one_pass(loader: type[Any]) -> None:
    text = "a: !x 1\na: 2\n1: x\nb: *c\nd: {<<: 5}\ne: [1\n"
    assert [name for name, _, _ in told(text, loader)] == [
        "tag",
        "duplicate-key",
        "non-string-key",
        "unknown-anchor",
        "merge-value",
        "syntax",
    ]


@both
def test_a_document_with_faults_is_still_there(loader: type[Any]) -> None:
    document, found = parse(b'a: 1\na: 2\n3: x\nb: "\\0"\n', loader)
    assert document is not None
    assert document.data == {"a": 2, "b": "\ufffd"}
    assert len(found) == 3


@both
def test_a_hundred_complaints_are_enough(loader: type[Any]) -> None:
    assert len(complaints("a: 1\n" * 5000, loader)) == 100
    assert len(complaints(b"\0a" * 5000 + b"b", loader)) == 1  # taken for UTF-16
    assert len(complaints(b"a: 1\n" + b"\0" * 5000, loader)) == 100


@both
def test_depth_64_is_fine(loader: type[Any]) -> None:
    assert read("a: " + "[" * 63 + "]" * 63, loader).data["a"]


# --- attacks ------------------------------------------------------------------------------------------------


def laughs(levels: int, each: str) -> str:
    first = "a0: &a0 " + ("{x: 1}" if "<<" in each else "lol") + "\n"
    return first + "".join(
        f"a{n}: &a{n} " + each.format(", ".join([f"*a{n - 1}"] * 9)) + "\n" for n in range(1, levels + 1)
    )


KEYS = "".join(f"k{n}: \n" for n in range(100_000))
ATTACKS: list[tuple[str, str | bytes, float, str, int]] = [
    ("billion laughs", laughs(9, "[{}]"), 0.1, "expansion-limit", 7),
    ("merge bomb", laughs(7, "{{<<: [{}]}}"), 0.1, "expansion-limit", 6),
    (
        "alias in many places",
        "a: &a [" + "x, " * 5000 + "]\nb: [" + "*a, " * 5000 + "]\n",
        3,
        "expansion-limit",
        2,
    ),
    ("too many values", "[" + "a," * 200_000 + "]", 15, "expansion-limit", 1),
    ("too many keys", KEYS, 15, "expansion-limit", 50_000),
    ("flow nesting 1 000", "a: " + "[" * 1000, 0.5, "too-deep", 1),
    ("flow nesting 100 000", "[" * 100_000, 0.5, "too-deep", 1),
    ("mapping nesting 100 000", "{a: " * 100_000, 0.5, "too-deep", 1),
    ("block list nesting", "- " * 100_000, 0.5, "too-deep", 1),
    ("complex keys", "? " * 100_000, 0.5, "too-deep", 1),
    ("block nesting 1 000", "".join(" " * n + "a:\n" for n in range(1000)), 0.5, "too-deep", 65),
    ("more than 1 MiB", b"a" * (1024 * 1024 + 1), 0.1, "too-large", 1),
    ("5 MB scalar", b"a: " + b"x" * 5_000_000, 0.1, "too-large", 1),
    ("unclosed quote", 'a: "' + "x" * 1_000_000, 5, "syntax", 1),
    ("hexadecimal of 1 MB", "a: 0x" + "f" * 1_000_000 + "\na: 1", 5, "duplicate-key", 2),
    ("sexagesimal", "a: 1" + ":59" * 300_000 + "\na: 1", 5, "duplicate-key", 2),
    ("digits", "a: " + "1" * 1_000_000, 5, "number-too-large", 1),
    ("minus signs", "a: " + "-" * 1_000_000 + "\na: 1", 5, "duplicate-key", 2),
    ("unknown aliases", "a: [" + "*x, " * 100_000 + "]", 3, "unknown-anchor", 1),
    (
        "anchors and unknown aliases",
        "a: [" + "".join(f"&a{n} 1," for n in range(50_000)) + "*x, " * 200 + "]",
        10,
        "unknown-anchor",
        1,
    ),
    (
        "merges of nothing",
        "a: &a []\nb: &b [" + "*a," * 900 + "]\nc: [" + "{<<: *b}," * 100 + "]",
        2,
        "merge-value",
        3,
    ),
]


@both
@pytest.mark.parametrize(("text", "seconds", "name", "line"), [pytest.param(*rest, id=i) for i, *rest in ATTACKS])
def test_attacks_are_refused_quickly(
    text: str | bytes, seconds: float, name: str, line: int, loader: type[Any]
) -> None:
    raw = text.encode() if isinstance(text, str) else text
    start = time.process_time()
    found = parse(raw, loader)[1]
    elapsed = time.process_time() - start
    assert found[-1].rule.name == name
    assert found[-1].span is not None
    assert found[-1].span.line == line
    # CPU time, and some room: a slow machine is not an attack that worked.
    assert elapsed < 4 * seconds


def test_speed_of_an_everyday_blueprint() -> None:
    """About 1 ms on a quiet machine; the bound only tells milliseconds from tens of them."""
    raw = b"metadata: {name: myeks, region: us-east-1}\n" + b"".join(
        b"group%d:\n  - name: workers\n    scaling: {min: 2, max: 10}\n    types: [m7g.large]\n" % n for n in range(20)
    )
    times = []
    for _ in range(10):
        start = time.process_time()
        parse(raw)
        times.append(time.process_time() - start)
    assert min(times) < 0.01


# --- lines to show ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (b"a\r\nb\rc\nd", ["a", "b", "c", "d"]),
        (b"\xef\xbb\xbfa\x1b[1m\xff", ["a\ufffd[1m\ufffd"]),
        ("x\u2028y".encode(), ["x\ufffdy"]),
        (b"", [""]),
    ],
)
def test_lines_of_any_bytes_can_be_shown(raw: bytes, lines: list[str]) -> None:
    assert lines_of(raw) == lines


def test_every_rule_of_this_stage_is_met_above() -> None:
    met = {name for _, _, expected in REFUSED for name, _, _ in expected}
    met |= {name for _, _, _, name, _ in ATTACKS} | {"syntax"}
    assert met == {one.name for code, one in RULES.items() if "BPC101" <= code < "BPC120"}


# --- properties ---------------------------------------------------------------------------------------------

letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\ufffe\uffff")
readable = st.text(letters.filter(lambda one: ord(one) & 0xFFFE != 0xFFFE), max_size=12)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | readable
)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(readable, inner, max_size=4),
    max_leaves=20,
)
roots = st.dictionaries(readable, trees, max_size=5)


def only_strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: only_strings(one) for key, one in value.items()}
    return [only_strings(one) for one in value] if isinstance(value, list) else str(value)


@both
@settings(max_examples=60, deadline=None)
@given(data=roots, indent=st.sampled_from([None, 1]))
def test_json_comes_back(loader: type[Any], data: Any, indent: int | None) -> None:
    back = read(json.dumps(data, ensure_ascii=False, indent=indent), loader).data
    assert back == data
    assert json.dumps(back) == json.dumps(data)


@both
@settings(max_examples=60, deadline=None)
@given(data=roots, flow=st.booleans(), unicode=st.booleans())
def test_quoted_yaml_comes_back_and_places_point_at_it(loader: type[Any], data: Any, flow: bool, unicode: bool) -> None:
    data = only_strings(data)
    text = yaml.safe_dump(data, default_style='"', default_flow_style=flow, allow_unicode=unicode, width=10**9)
    document = read(text, loader)
    assert document.data == data
    for path, span in document.values.items():
        value: Any = data
        for step in path:
            value = value[step]
        if isinstance(value, str):
            assert yaml.safe_load(pointed_at(document, span)) == value
    for path, span in document.keys.items():
        assert yaml.safe_load(pointed_at(document, span).removeprefix("? ")) == path[-1]


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.sampled_from("ab1: -[]{},&*<!'\"|>\n\t?#%@~.\\é"), max_size=40))
def test_any_text_is_read_or_refused_alike(text: str) -> None:
    """Only a tab, and what PyYAML's two parsers take for syntax, may differ; neither ever crashes."""
    results = [parse(text.encode(), loader) for loader in LOADERS]
    for document, found in results:
        assert document is not None or found
        assert all(one.span is not None for one in found)
        lines = lines_of(text.encode())
        assert all(1 <= one.span.line <= len(lines) for one in found if one.span)
    documents = [document for document, found in results if not found]
    if len(documents) == 2:
        assert documents[0] == documents[1]
