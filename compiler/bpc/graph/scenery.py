"""One environment laid out: its boxes, its arrows, and what their numbers say below."""

from __future__ import annotations

from collections.abc import Sequence

from bpc.graph import placing
from bpc.graph.lettering import wrapped
from bpc.graph.picture import Scene
from bpc.graph.placing import GAP, LINE, Placed
from bpc.graph.routing import CORRIDOR, LANE, Route, Router
from bpc.kit.record import Record

HEAD = 30  # of a scene that has a name
BADGE = 30  # left of a flow's words


class Legend(Record):
    """What a number says, in lines that fit."""

    number: int
    x: int
    y: int
    lines: tuple[str, ...]


class Scenery(Record):
    """A scene with all its places, from `y` on."""

    name: str
    y: int
    boxes: tuple[Placed, ...]
    routes: tuple[Route, ...]
    legend: tuple[Legend, ...]
    width: int
    bottom: int


def laid_out(scene: Scene, y: int) -> Scenery:
    """A scene below `y`. It is laid out twice: how many arrows need the gutter is known when all boxes are placed."""
    lanes = len(scene.flows)
    for _ in range(2):
        whole, outside, router, routes = _once(scene, y + (HEAD if scene.name else 0), lanes)
        lanes = max(router.lanes, 1)
    legend, bottom = _legend(scene.labels, whole)
    return Scenery(scene.name, y, (*outside, whole), tuple(routes), tuple(legend), whole.right, bottom)


def _once(scene: Scene, y: int, lanes: int) -> tuple[Placed, list[Placed], Router, list[Route]]:
    region = placing.region(scene.account.boxes[0], 2 * GAP + LANE * lanes)
    whole = placing.around(scene.account, region)
    outside = [Placed(one, 190) for one in scene.outside]
    tallest = max((one.height for one in outside), default=0)
    top = y + tallest + (2 * CORRIDOR + 24 if outside else 0)
    whole.move(0, top)
    for one in outside:
        one.height = tallest
        one.move(0, y)
    _over(outside, whole)
    placed = {one.box.id: one for root in (*outside, whole) for one in root.walk() if one.box.id}
    gutter = region.boxes[0].right + GAP, region.boxes[1].x
    router = Router(placed, gutter, y + tallest, top)
    return whole, outside, router, router.routes(scene.flows, scene.labels)


def _over(outside: Sequence[Placed], whole: Placed) -> None:
    """What is outside stands above what it has to do with: people above the gutter and the control plane."""
    vpc, managed = whole.boxes[0].boxes[:2]
    wanted = {
        "users": vpc.x + vpc.width * 3 // 4,
        "internet": vpc.x + vpc.width * 2 // 5,
        "git": vpc.right - 20,
        "on-premises": vpc.right + 10,
        "people": managed.x + managed.width * 2 // 3,
    }
    limit = whole.right
    for one in sorted(outside, key=lambda one: wanted[one.box.kind], reverse=True):
        x = min(wanted[one.box.kind] - one.width // 2, limit - one.width)
        one.move(max(x, 0), one.y)
        limit = one.x - 2 * GAP


def _legend(labels: Sequence[str], whole: Placed) -> tuple[list[Legend], int]:
    """In two columns where there is room."""
    columns = 2 if whole.width >= 700 else 1
    room = whole.width // columns - BADGE - GAP
    rows = -(-len(labels) // columns)
    found, bottom = [], whole.bottom + 2 * GAP
    for column in range(columns):
        y = whole.bottom + 2 * GAP
        for number, label in list(enumerate(labels, 1))[column * rows : (column + 1) * rows]:
            lines = tuple(wrapped(label, room))
            found.append(Legend(number, column * (whole.width // columns), y, lines))
            y += LINE * len(lines) + 10
        bottom = max(bottom, y)
    return found, bottom
