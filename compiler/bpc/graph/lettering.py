"""How much room text takes. No font is asked: the widths are those of a wide one, so that text fits in any."""

from __future__ import annotations

from collections.abc import Iterable

SIZE, SMALL = 13, 12  # pixels: of a title, and of a line below it
NARROW, WIDE = frozenset("iljtfrI.,:;'|!()[]/- "), frozenset("mwMW@%—")


def width(text: str, size: int = SMALL) -> int:
    """The pixels that a text takes; a title is bold."""
    units = sum(_units(letter) for letter in text)
    return -(-units * size * (11 if size == SIZE else 10) // 1000)


def _units(letter: str) -> int:
    """Hundredths of the font's size."""
    if letter in NARROW:
        return 38
    if letter in WIDE:
        return 94
    return 68 if letter.isupper() or letter.isdigit() else 61 if letter.isascii() else 100


def wrapped(text: str, room: int, size: int = SMALL) -> list[str]:
    """A text in lines that fit; a word that is too long for one is broken."""
    lines = [""]
    for word in _words(text.split(), room, size):
        # A name goes on behind its hyphen.
        longer = f"{lines[-1]}{'' if lines[-1].endswith('-') else ' '}{word}".strip()
        if width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return [one for one in lines if one]


def _words(words: Iterable[str], room: int, size: int) -> Iterable[str]:
    for word in words:
        cut = word.rstrip("-").rfind("-") + 1
        if cut and width(word, size) > room:
            yield from _words([word[:cut], word[cut:]], room, size)
            continue
        while width(word, size) > room and len(word) > 1:
            fits = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or width(word[:end], size) <= room)
            yield word[:fits]
            word = word[fits:]
        yield word
