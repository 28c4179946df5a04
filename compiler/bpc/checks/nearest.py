"""The known word that somebody probably meant, said in a help line."""

from __future__ import annotations

from collections.abc import Iterable


def meant(word: str, known: Iterable[str]) -> str:
    """A question with the nearest known word, or nothing when none is near."""
    from difflib import get_close_matches  # only somebody who made a mistake waits for it

    exact = {one.lower(): one for one in known}
    found = get_close_matches(word.lower(), exact, n=1)
    return f"did you mean {exact[found[0]]}?" if found else ""
