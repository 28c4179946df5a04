"""Where the boxes of a scene are: each kind of place has its way to lay out what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bpc.graph.lettering import SIZE, SMALL, width, wrapped
from bpc.graph.picture import Box

PAD, GAP, BETWEEN = 12, 12, 36
LINE, TITLE = 16, 20
ROOM, NARROW = 230, 116  # the widest text in a box that nothing else widens, and the narrowest box
LEAST = 420  # of a VPC


class Placed:
    """A box with its place; `title` and `lines` are in lines that fit."""

    def __init__(self, box: Box, room: int = ROOM, least: int = NARROW) -> None:
        self.box = box
        self.x = self.y = 0
        self.title = wrapped(box.title, room, SIZE)
        self.lines = [line for one in box.lines for line in wrapped(one, room)]
        text = [width(one, SIZE) for one in self.title] + [width(one, SMALL) for one in self.lines]
        self.width = max(least, max(text, default=0) + 2 * PAD)
        self.boxes: list[Placed] = []
        self.height = self.head + PAD // 2

    @property
    def head(self) -> int:
        """The height of its text."""
        return PAD // 2 + TITLE * len(self.title) + LINE * len(self.lines)

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def walk(self) -> Iterator[Placed]:
        yield self
        for one in self.boxes:
            yield from one.walk()

    def move(self, x: int, y: int) -> Placed:
        """Itself with all in it, its corner there."""
        right, down = x - self.x, y - self.y
        for one in self.walk():
            one.x, one.y = one.x + right, one.y + down
        return self

    def take(self, boxes: Sequence[Placed], height: int) -> Placed:
        """Itself around boxes that are placed relative to it."""
        self.boxes += boxes
        self.height = height
        return self


def filled(box: Box, inner: int) -> Placed:
    """A place whose boxes lie in rows that break where the width ends."""
    whole = Placed(box, inner, inner + 2 * PAD)
    x, y, tallest = PAD, whole.head + PAD // 2, 0
    for child in box.boxes:
        one = stacked(child) if child.boxes else Placed(child)
        if x > PAD and x + one.width > PAD + inner:
            x, y, tallest = PAD, y + tallest + GAP, 0
        whole.boxes.append(one.move(x, y))
        x, tallest = one.right + GAP, max(tallest, one.height)
    whole.height = y + tallest + PAD
    return whole


def stacked(box: Box, gap: int = 6) -> Placed:
    """A place whose boxes are one below the other, equally wide."""
    whole = Placed(box)
    boxes = [stacked(one) if one.boxes else Placed(one) for one in box.boxes]
    inner = max([whole.width - 2 * PAD, *(one.width for one in boxes)])
    y = whole.head + PAD // 2
    for one in boxes:
        one.width = inner
        y = one.move(PAD, y).bottom + gap
    whole.width = inner + 2 * PAD
    return whole.take(boxes, y - gap + PAD)


def vpc(box: Box) -> Placed:
    """Bars over the whole width: the gateway, each kind of subnets, and what else there is."""
    inner = max([LEAST, *(_natural(one) for one in box.boxes if one.boxes)])
    whole = Placed(box, inner, inner + 2 * PAD)
    y = whole.head + PAD // 2
    bars = [one for one in box.boxes if one.boxes or one.kind in ("gateway", "endpoints")]
    for child in bars:
        bar = _band(child, inner) if child.boxes else Placed(child, inner - 2 * PAD, inner)
        whole.boxes.append(bar.move(PAD, y))
        y = bar.bottom + BETWEEN
    y += GAP - BETWEEN
    if rest := tuple(one for one in box.boxes if one not in bars):
        row = filled(Box("", "", "", (), rest), inner - 2 * PAD).move(0, y - PAD)
        whole.boxes += row.boxes
        y = row.bottom
    whole.height = y + PAD - GAP
    return whole


def _row(box: Box) -> tuple[list[Placed], list[Box]]:
    """What lies side by side in a band, subnets first, and what lies below."""
    beside = ("subnet", "balancer", "bastion")
    first = [stacked(one) if one.boxes else Placed(one) for one in box.boxes if one.kind in beside]
    return first, [one for one in box.boxes if one.kind not in beside]


def _natural(box: Box) -> int:
    row, below = _row(box)
    widest = max((Placed(one).width for one in below), default=0)
    return max(sum(one.width + GAP for one in row) - GAP, widest) + 2 * PAD


def _band(box: Box, inner: int) -> Placed:
    """Subnets of a kind over the zones, as wide as there is room, and below what lives in all of them."""
    row, below = _row(box)
    whole = Placed(box, inner - 2 * PAD, inner)
    subnets = [one for one in row if one.box.kind == "subnet"] or row
    more = (inner - 2 * PAD - sum(one.width + GAP for one in row) + GAP) // len(subnets)
    x, y, tallest = PAD, whole.head + PAD // 2, max(one.height for one in row)
    for one in row:
        if one in subnets:
            one.width += more
            for nat in one.boxes:
                nat.width += more
                nat.y += tallest - one.height
        one.height = tallest
        x = one.move(x, y).right + GAP
    # What is last ends where the band ends: arrows come to it from there.
    row[-1].width = inner - PAD - row[-1].x
    whole.take(row, y + tallest + PAD)
    if below:
        rest = filled(Box("", "", "", (), tuple(below)), inner - 2 * PAD).move(0, y + tallest + GAP - PAD)
        whole.boxes += rest.boxes
        whole.height = rest.bottom
    return whole


def region(box: Box, gutter: int) -> Placed:
    """The VPC, a gutter for arrows, what AWS runs, and below it what is in the cluster."""
    whole = Placed(box)
    left = vpc(box.boxes[0]).move(PAD, whole.head + PAD // 2)
    right = stacked(box.boxes[1], 2 * GAP).move(left.right + gutter, left.y)
    inner = right.right - PAD
    below = filled(box.boxes[2], inner - 2 * PAD).move(PAD, max(left.bottom, right.bottom) + BETWEEN)
    whole.width = inner + 2 * PAD
    return whole.take([left, right, below], below.bottom + PAD)


def around(box: Box, inside: Placed) -> Placed:
    """The account around its Region."""
    whole = Placed(box, ROOM, inside.width + 2 * PAD)
    inside.move(PAD, whole.head + PAD // 2)
    return whole.take([inside], inside.bottom + PAD)
