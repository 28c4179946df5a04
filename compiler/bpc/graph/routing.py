"""Where the arrows of a scene run: straight up or down where nothing is in the way, else along the gutter."""

from __future__ import annotations

from collections.abc import Mapping

from bpc.graph.picture import Flow
from bpc.graph.placing import BETWEEN, Placed
from bpc.kit.record import Record

LANE, CORRIDOR, APART, LEVEL = 24, 14, 22, 10
# Where along a box an arrow may start, in hundredths, the best first: titles stand on the left.
TRIES = (92, 85, 70, 60, 50, 78, 40, 30)

Point = tuple[int, int]


class Route(Record):
    """The corners of an arrow, the number of its flow, and where that number stands."""

    points: tuple[Point, ...]
    number: int
    badge: Point


class Router:
    """Finds a way for each flow, so that no two lie on each other."""

    def __init__(self, placed: Mapping[str, Placed], gutter: tuple[int, int], corridor: int, top: int) -> None:
        self.placed, self.gutter, self.corridor, self.top = placed, gutter, corridor, top
        self.taken: list[tuple[int, int, int]] = []
        self.lanes = self.corridors = 0
        self.sides: dict[str, int] = {}
        self.levels: list[int] = []

    def routes(self, flows: tuple[Flow, ...], labels: tuple[str, ...]) -> list[Route]:
        """The straight ones first; what is left is shared out over the sides of boxes."""
        found: dict[int, Route] = {}
        around = []
        for index, flow in enumerate(flows):
            number = labels.index(flow.label) + 1
            if (x := self._straight(flow)) is None:
                around.append((index, flow, number))
            else:
                found[index] = self._upright(flow, x, number)
        ends = [one for _, flow, _ in around for one in (flow.source, flow.target)]
        totals = {one: ends.count(one) for one in ends}
        for index, flow, number in around:
            found[index] = self._bent(flow, number, totals)
        return [found[index] for index in sorted(found)]

    def _upright(self, flow: Flow, x: int, number: int) -> Route:
        one, other = self.placed[flow.source], self.placed[flow.target]
        ends = (one.bottom, other.y) if one.bottom <= other.y else (one.y, other.bottom)
        self.taken.append((x, min(ends), max(ends)))
        outer = self.placed[flow.source].bottom <= self.top or self.placed[flow.target].bottom <= self.top
        # Outside of the account there is room for the number, whatever is below.
        gap = min(BETWEEN, max(ends) - min(ends))
        # Between two bars there is room for the number, too; where there is little, it stands beside.
        leaves = "gateway" in (one.box.kind, other.box.kind)
        middle = min(ends) + gap // 2 if leaves else max(ends) - gap // 2
        badge = (x, self.top - 10) if outer else (x - 14 if gap < BETWEEN else x, middle)
        return Route(((x, ends[0]), (x, ends[1])), number, badge)

    def _straight(self, flow: Flow) -> int | None:
        """Where an upright line goes from one to the other and meets no box on its way."""
        one, other = self.placed[flow.source], self.placed[flow.target]
        upper, lower = (one, other) if one.bottom <= other.y else (other, one)
        if upper.bottom > lower.y:
            return None
        left, right = max(one.x, other.x) + 10, min(one.right, other.right) - 10
        for part in TRIES:
            x = left + (right - left) * part // 100
            if right > left and not self.gutter[0] - LANE < x < self.gutter[1] and self._free(x, upper, lower):
                return x
        return None

    def _free(self, x: int, upper: Placed, lower: Placed) -> bool:
        top, bottom = upper.bottom, lower.y
        around = {one.box.id for one in self.placed.values() if _holds(one, upper) or _holds(one, lower)}
        for one in self.placed.values():
            meets = one.x - 4 <= x <= one.right + 4 and one.y < bottom and one.bottom > top
            if meets and one.box.id not in around:
                return False
        return all(abs(x - other) >= APART or low >= bottom or high <= top for other, low, high in self.taken)

    def _bent(self, flow: Flow, number: int, totals: Mapping[str, int]) -> Route:
        """Out to the gutter, along a lane of its own, and in again."""
        self.lanes += 1
        lane = self.gutter[0] + LANE * self.lanes - LANE // 2
        start, end = self._leave(flow.source, lane, totals), self._leave(flow.target, lane, totals)
        points = (*start, *reversed(end))
        low, high = sorted((start[-1][1], end[-1][1]))
        low = max(low, self.top + 40) if high > self.top + 80 else low
        return Route(tuple(dict.fromkeys(points)), number, (lane, (low + high) // 2))

    def _leave(self, name: str, lane: int, totals: Mapping[str, int]) -> tuple[Point, ...]:
        """From a box to the lane."""
        box = self._outlet(self.placed[name], lane)
        turn = self.sides[name] = self.sides.get(name, 0) + 1
        if box.bottom <= self.top:
            x = box.x + box.width * turn // (totals[name] + 1)
            if box.x + 8 <= lane <= box.right - 8:
                return ((lane, box.bottom),)
            self.corridors += 1
            y = self.corridor + CORRIDOR * self.corridors
            return ((x, box.bottom), (x, y), (lane, y))
        if box.x <= lane <= box.right:
            return ((lane, box.y),)
        y = self._level(box, box.y + box.height * turn // (totals[name] + 1))
        return ((box.right if box.right <= lane else box.x, y), (lane, y))

    def _outlet(self, box: Placed, lane: int) -> Placed:
        """The box, or where others stand between it and the lane, the smallest one around it that reaches out."""
        if box.x <= lane <= box.right or box.bottom <= self.top:
            return box
        around = [one for one in self.placed.values() if _is_around(one, box)]
        for one in sorted(around, key=lambda one: one.width * one.height):
            left, right = sorted((lane, one.right if one.right <= lane else one.x))
            between = [
                other
                for other in self.placed.values()
                if other.x < right and other.right > left and other.y < one.bottom and other.bottom > one.y
            ]
            if all(_holds(other, one) for other in between):
                return one
        return box

    def _level(self, box: Placed, wanted: int) -> int:
        """A height at a box's side where no other arrow runs, as near to the wanted one as there is."""
        rows = sorted(range(box.y + 8, box.bottom - 7, 2), key=lambda y: (abs(y - wanted), y))
        y = next((y for y in rows if all(abs(y - other) >= LEVEL for other in self.levels)), wanted)
        self.levels.append(y)
        return y


def _holds(outer: Placed, inner: Placed) -> bool:
    """Whether a box is the other, is around it, or is in it."""
    return _is_around(outer, inner) or _is_around(inner, outer)


def _is_around(outer: Placed, inner: Placed) -> bool:
    return outer.x <= inner.x and outer.right >= inner.right and outer.y <= inner.y and outer.bottom >= inner.bottom
