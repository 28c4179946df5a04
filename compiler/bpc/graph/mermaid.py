"""Writes a picture as a Mermaid flowchart, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.graph.picture import Box, Picture, Scene


def mermaid(picture: Picture) -> str:
    """A flowchart: boxes with boxes in them are subgraphs. Ids are numbers, since names may be words of Mermaid's."""
    ids = {box.id: f"n{number}" for number, box in enumerate(one for scene in picture.scenes for one in scene.boxes)}
    lines = ["flowchart LR", f"  accTitle: {_line(picture.title)}", f"  accDescr: {_line(picture.description)}"]
    for number, scene in enumerate(picture.scenes):
        lines += _scene(scene, f"s{number}", ids)
    return "\n".join([*lines, ""])


def _scene(scene: Scene, name: str, ids: dict[str, str]) -> Iterator[str]:
    depth = 1
    if scene.name:
        yield f'  subgraph {name}["{_quoted(scene.name)}"]'
        depth = 2
    for one in (*scene.outside, scene.account):
        yield from _box(one, depth, ids)
    if scene.name:
        yield "  end"
    for flow in scene.flows:
        yield f'  {ids[flow.source]} -->|"{_quoted(flow.label)}"| {ids[flow.target]}'


def _box(box: Box, depth: int, ids: dict[str, str]) -> Iterator[str]:
    lead = "  " * depth
    if not box.boxes:
        said = "<br>".join(_quoted(one) for one in (box.title, *box.lines))
        yield f'{lead}{ids[box.id]}["{said}"]'
        return
    # The title of a subgraph has room for one line.
    yield f'{lead}subgraph {ids[box.id]}["{_quoted(", ".join((box.title, *box.lines)))}"]'
    for one in box.boxes:
        yield from _box(one, depth + 1, ids)
    yield f"{lead}end"


def _quoted(text: str) -> str:
    """Text between double quotes (Mermaid documentation, Flowcharts, Entity codes to escape characters)."""
    for letter, code in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("&", "#amp;")):
        text = text.replace(letter, code)
    return text


def _line(text: str) -> str:
    return " ".join(text.split())
