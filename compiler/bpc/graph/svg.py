"""Writes a picture as SVG: plain shapes and text, for light and dark screens, and words for who does not see it."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.graph.lettering import SIZE, SMALL
from bpc.graph.picture import Picture
from bpc.graph.placing import LINE, PAD, TITLE, Placed
from bpc.graph.routing import Route
from bpc.graph.scenery import Legend, Scenery, laid_out

MARGIN, APART, RADIUS = 16, 40, 9
# By kind: the hue of its frame, and how it is filled. Text is always of the ink's colour.
HUES = {
    "account": "gray",
    "region": "teal",
    "vpc": "violet",
    "public": "green",
    "local-public": "green",
    "private": "blue",
    "local-private": "blue",
    "pods": "blue",
    "control-plane": "orange",
    "managed": "gray",
    "service": "pink",
    "addons": "orange",
    "purpose": "orange",
    "nodes": "amber",
    "fargate": "amber",
    "bastion": "amber",
    "gateway": "violet",
    "balancer": "violet",
    "nat": "violet",
    "endpoints": "violet",
    "attachment": "violet",
    "file-system": "pink",
}
PLACES = ("account", "region", "managed")  # drawn with dashes: they are where something is, and nothing by themselves
COLORS = {
    "gray": ("#6b7280", "#f3f4f6", "#9aa3b2", "#1b1f27"),
    "teal": ("#0f766e", "#ffffff", "#4fbfb3", "#14181f"),
    "violet": ("#7c3aed", "#f6f2ff", "#b39bff", "#1d1a2b"),
    "green": ("#2f7d32", "#eef8ee", "#7cc47f", "#16241a"),
    "blue": ("#1d5fbf", "#edf4fd", "#7db1f5", "#152233"),
    "orange": ("#b4540a", "#fff5ea", "#f0a35e", "#2a1f15"),
    "pink": ("#a8326e", "#fdf0f6", "#ec8fbb", "#2b1822"),
    "amber": ("#8a6100", "#fffbea", "#dcb44a", "#27220f"),
    "ink": ("#1b1f24", "#ffffff", "#e8ebf0", "#10131a"),
}


def svg(picture: Picture, name: str = "bpc-graph") -> str:
    """The whole picture, every environment below the one before; ids begin with `name`, for a page with several."""
    scenes = []
    y = MARGIN
    for one in picture.scenes:
        scenes.append(laid_out(one, y))
        y = scenes[-1].bottom + APART
    width, height = max(one.width for one in scenes) + 2 * MARGIN, y - APART + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bpc-graph" role="img" width="{width}" height="{height}" '
        f'viewBox="{-MARGIN} 0 {width} {height}" aria-labelledby="{name}-title {name}-description">',
        f'<title id="{name}-title">{_escaped(picture.title)}</title>',
        f'<desc id="{name}-description">{_escaped(picture.description)}</desc>',
        f"<style>{_style()}</style>",
        f'<defs><marker id="{name}-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path class="head" d="M0 0L10 5L0 10z"/></marker>'
        "</defs>",
        f'<rect class="ground" x="{-MARGIN}" y="0" width="{width}" height="{height}"/>',
    ]
    for scenery in scenes:
        lines += _scene(scenery, name)
    return "\n".join([*lines, "</svg>", ""])


def _style() -> str:
    light = ";".join(f"--{name}:{one[0]};--{name}-fill:{one[1]}" for name, one in COLORS.items())
    dark = ";".join(f"--{name}:{one[2]};--{name}-fill:{one[3]}" for name, one in COLORS.items())
    rules = [f".bpc-graph{{{light}}}", f"@media (prefers-color-scheme:dark){{.bpc-graph{{{dark}}}}}"]
    rules += [f".bpc-graph .{name}{{stroke:var(--{name});fill:var(--{name}-fill)}}" for name in COLORS if name != "ink"]
    return "".join(
        [
            *rules,
            ".bpc-graph .ink{stroke:var(--ink);fill:var(--ink-fill)}",
            ".bpc-graph .place{stroke-dasharray:6 4}",
            ".bpc-graph .ground{fill:var(--ink-fill)}",
            ".bpc-graph .flow{fill:none;stroke:var(--ink);stroke-width:1.5}",
            ".bpc-graph .head{fill:var(--ink)}",
            ".bpc-graph .badge{fill:var(--ink)}",
            f".bpc-graph text{{font:{SMALL}px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:var(--ink)}}",
            f".bpc-graph .title{{font-size:{SIZE}px;font-weight:600}}",
            ".bpc-graph .name{font-size:18px;font-weight:600}",
            ".bpc-graph .number{font-size:11px;font-weight:600;fill:var(--ink-fill);text-anchor:middle}",
        ]
    )


def _scene(scenery: Scenery, name: str) -> Iterator[str]:
    if scenery.name:
        yield f'<text class="name" x="0" y="{scenery.y + 14}">{_escaped(scenery.name)}</text>'
    for root in scenery.boxes:
        for one in root.walk():
            yield _frame(one)
    # Text is above arrows, and numbers are above all.
    yield from (_arrow(one, name) for one in scenery.routes)
    for root in scenery.boxes:
        for one in root.walk():
            yield from _text(one)
    for route in scenery.routes:
        yield from _badge(*route.badge, route.number)
    for legend in scenery.legend:
        yield from _said(legend)


def _frame(one: Placed) -> str:
    kind = one.box.kind.rpartition(" ")[2]
    classes = HUES.get(kind, "ink") + (" place" if kind in PLACES else "")
    return f'<rect class="{classes}" x="{one.x}" y="{one.y}" width="{one.width}" height="{one.height}" rx="6"/>'


def _text(one: Placed) -> Iterator[str]:
    x, y = one.x + PAD, one.y + PAD // 2 - 5
    for line in one.title:
        y += TITLE
        yield f'<text class="title" x="{x}" y="{y}">{_escaped(line)}</text>'
    for line in one.lines:
        y += LINE
        yield f'<text x="{x}" y="{y}">{_escaped(line)}</text>'


def _arrow(route: Route, name: str) -> str:
    path = "M" + "L".join(f"{x} {y}" for x, y in route.points)
    return f'<path class="flow" d="{path}" marker-end="url(#{name}-head)"/>'


def _badge(x: int, y: int, number: int) -> Iterator[str]:
    yield f'<circle class="badge" cx="{x}" cy="{y}" r="{RADIUS}"/>'
    yield f'<text class="number" x="{x}" y="{y + 4}">{number}</text>'


def _said(legend: Legend) -> Iterator[str]:
    yield from _badge(legend.x + RADIUS, legend.y, legend.number)
    for row, line in enumerate(legend.lines):
        yield f'<text x="{legend.x + 2 * RADIUS + 8}" y="{legend.y + 4 + LINE * row}">{_escaped(line)}</text>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
