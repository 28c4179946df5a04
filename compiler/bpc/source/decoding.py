"""From the bytes of a blueprint to clean text: at most 1 MiB of UTF-8, without invisible characters."""

from __future__ import annotations

import re
from itertools import islice

from bpc.diagnostics import Diagnostic, Span, rule

MOST_BYTES = 1024 * 1024
MOST_COMPLAINTS = 100

TOO_LARGE = rule(
    "BPC101",
    "too-large",
    why="A blueprint is written and read by people; a file of more than 1 MiB is something else.",
    cure="Check that this is the right file. Move generated parts, such as long chart values, out of it.",
)
NOT_UTF8 = rule(
    "BPC102",
    "not-utf8",
    why="A blueprint is UTF-8 text. Guessing another encoding would change names without a word.",
    cure="Save the file as UTF-8 in your editor.",
)
CONTROL_CHARACTER = rule(
    "BPC103",
    "control-character",
    why="Control characters and half surrogates cannot be seen, and templates cannot hold them.",
    cure="Delete the character. Only tab and line break are allowed, written as escapes too.",
)

# What YAML does not call printable, and what only looks like nothing or like a line break: U+0085, U+2028,
# U+2029 and a byte order mark past the first character. Listed, they compile faster than their reverse.
# Compiled when it is first needed: a class of characters this wide takes its time.
UNSEEN = "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
BREAK = "\r\n|\r|\n"
PLAIN = dict.fromkeys(map(ord, "\t\r\n"))
WIDE_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
UTF8_MARK = b"\xef\xbb\xbf"
START = Span(1, 1, 2)


def lines_of(raw: bytes) -> list[str]:
    """The lines of any bytes, fit to be shown beside a complaint: one unseen character, one U+FFFD."""
    text = raw[:MOST_BYTES].removeprefix(UTF8_MARK).decode("utf-8", "replace")
    return split(re.sub(UNSEEN, "\ufffd", text))


def split(text: str) -> list[str]:
    """The lines of a text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def decode(raw: bytes) -> tuple[str, list[Diagnostic]]:
    """The text of a blueprint, or why the bytes are none."""
    if len(raw) > MOST_BYTES:
        size = f"{len(raw) / MOST_BYTES:.1f}"
        return "", [TOO_LARGE.at((), f"the file is {size} MiB; 1 MiB is the most", span=START)]
    if wide := _wide(raw):
        return "", [NOT_UTF8.at((), f"the file is {wide}, not UTF-8", "save it as UTF-8", span=START)]
    body = raw.removeprefix(UTF8_MARK)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return "", [_not_utf8(body, error.start)]
    if text.translate(PLAIN).isprintable():
        return text, []
    bad = islice(re.finditer(UNSEEN, text), MOST_COMPLAINTS)
    return text, [_unseen(text, one.start()) for one in bad]


def place(text: str, index: int) -> Span:
    """The line and column of one character."""
    line, start = 1, 0
    for found in re.finditer(BREAK, text[:index]):
        line, start = line + 1, found.end()
    return Span(line, index - start + 1, index - start + 2)


def code_point(character: str) -> str:
    """How a character that cannot be shown is named."""
    return f"U+{ord(character):04X}"


def _wide(raw: bytes) -> str:
    """The name of a wide encoding, known by its mark or by every other byte being empty."""
    for mark, name in WIDE_MARKS:
        if raw.startswith(mark):
            return name
    head = raw[:4]
    return "UTF-16" if len(head) == 4 and any(head) and (not any(head[::2]) or not any(head[1::2])) else ""


def _not_utf8(body: bytes, start: int) -> Diagnostic:
    before = body[:start].decode("utf-8")
    span = place(before, len(before))
    return NOT_UTF8.at((), f"byte 0x{body[start]:02X} is not UTF-8 text", "save the file as UTF-8", span=span)


def _unseen(text: str, index: int) -> Diagnostic:
    message = f"the character {code_point(text[index])} is not allowed here"
    return CONTROL_CHARACTER.at((), message, "delete it", span=place(text, index))
