"""What Helm prints becomes objects, each with the template that it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpc.kit.record import Record
from bpc.vendored import objects
from bpc.vendoring.archive import UNREADABLE
from bpc.vendoring.failed import Failed

# As Helm divides what a template gives (Helm's package releaseutil, SplitManifests).
SEPARATOR = re.compile(r"(?:^|\s*\n)---\s*")
SOURCE = re.compile(r"^# Source: (.+)$", re.MULTILINE)


class Rendered(Record):
    """An object, and the path of its template in the chart."""

    template: str
    object: objects.Object


def rendered(text: str) -> Iterator[Rendered]:
    """The objects in the output of `helm template`, in its order."""
    template = ""
    # What divides them eats the end of the last line too, which a block of text may need.
    for part in SEPARATOR.split(text.strip()):
        source = SOURCE.search(part.partition("\napiVersion")[0])
        template = source[1] if source else template
        try:
            for _, one in objects.objects(f"{part}\n"):
                yield Rendered(template, one)
        except objects.Unreadable as error:
            where = f"{template} renders" if template else "it renders"
            raise Failed(UNREADABLE, f"{where} to what cannot be read: {error}") from error
