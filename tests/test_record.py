"""Records behave as the dataclasses that a type checker takes them for."""

from __future__ import annotations

import pytest

from bpc.kit.record import Record


class Point(Record):
    x: int
    y: int
    label: str = ""


def test_fields_by_position_by_name_and_by_default() -> None:
    assert vars(Point(1, y=2)) == {"x": 1, "y": 2, "label": ""}
    assert Point(1, 2) == Point(x=1, y=2, label="") != Point(1, 3)
    assert hash(Point(1, 2)) == hash(Point(1, 2, ""))
    assert repr(Point(1, 2)) == "Point(x=1, y=2, label='')"


def test_a_wrong_call_is_refused() -> None:
    for values, named in [
        ((), {}),
        ((1,), {}),
        ((1, 2, "a", 3), {}),
        ((1, 2), {"z": 3}),
        ((1, 2), {"x": 1, "label": ""}),
    ]:
        with pytest.raises(TypeError):
            Point(*values, **named)


def test_a_record_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Point(1, 2).x = 3  # type: ignore[misc]


def test_replace_makes_another() -> None:
    point = Point(1, 2)
    assert point.replace(y=5) == Point(1, 5)
    assert point == Point(1, 2)


def test_a_subclass_keeps_the_fields() -> None:
    class Solid(Point):
        z: int = 0

    assert Solid(1, 2, "a", 3).z == 3
    assert Solid(1, 2) != Point(1, 2)
