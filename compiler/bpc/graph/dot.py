"""Writes a picture in the DOT language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.graph.picture import Box, Picture, Scene


def dot(picture: Picture) -> str:
    """A digraph: boxes with boxes in them are clusters. An arrow to one ends at its frame, by way of a box in it."""
    lines = [
        f"digraph {_quoted(picture.title)} {{",
        "  compound=true; rankdir=LR;",
        '  graph [fontname="Helvetica", style=rounded];',
        '  node [shape=box, style=rounded, fontname="Helvetica"];',
        '  edge [fontname="Helvetica", fontsize=10];',
    ]
    for number, scene in enumerate(picture.scenes):
        lines += _scene(scene, number)
    return "\n".join([*lines, "}", ""])


def _scene(scene: Scene, number: int) -> Iterator[str]:
    lead = "  "
    if scene.name:
        yield f'  subgraph "cluster_scene_{number}" {{'
        yield f"    label={_quoted(scene.name)};"
        lead = "    "
    for one in (*scene.outside, scene.account):
        yield from _box(one, lead)
    if scene.name:
        yield "  }"
    known = {one.id: one for one in scene.boxes}
    for flow in scene.flows:
        source, target = known[flow.source], known[flow.target]
        ends = f", ltail={_cluster(source)}" if source.boxes else ""
        ends += f", lhead={_cluster(target)}" if target.boxes else ""
        yield f"  {_quoted(_leaf(source))} -> {_quoted(_leaf(target))} [label={_quoted(flow.label)}{ends}];"


def _box(box: Box, lead: str) -> Iterator[str]:
    said = _quoted("\n".join((box.title, *box.lines)))
    if not box.boxes:
        yield f"{lead}{_quoted(box.id)} [label={said}];"
        return
    yield f"{lead}subgraph {_cluster(box)} {{"
    yield f"{lead}  label={said};"
    for one in box.boxes:
        yield from _box(one, f"{lead}  ")
    yield f"{lead}}}"


def _leaf(box: Box) -> str:
    return _leaf(box.boxes[0]) if box.boxes else box.id


def _cluster(box: Box) -> str:
    return _quoted(f"cluster_{box.id}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
