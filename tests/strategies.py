"""Blueprints as nobody would write them: the examples, with something put in the place of something else."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bpc import reference, source
from bpc.diagnostics import Path as Place

SPECS = sorted((Path(__file__).resolve().parent.parent / "specs").glob("*.yaml"))

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-2, 40)
    | st.sampled_from([1.5, 2.0, 90.0])
    | st.sampled_from(["workers\n", "api\n", "1.36\n", "UTC\n"])
    | st.sampled_from(
        [
            "",
            "x",
            "1.36",
            "10.0.0.0/16",
            "300.0.0.0/8",
            "api",
            "private",
            "workers",
            "m5.large",
            "AL2023",
            "spot",
            "a b",
        ]
    )
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*at, key))


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """An example in which something is put in the place of something else, dropped, or added."""
    document, _ = source.parse(draw(st.sampled_from(SPECS)).read_bytes())
    assert document
    data = copy.deepcopy(document.data)
    for _ in range(draw(st.integers(1, 2))):
        *above, last = draw(st.sampled_from([one for one in places(data) if one]))
        target: Any = data
        for key in above:
            target = target[key]
        match draw(st.sampled_from(["replace", "drop", "add"])):
            case "replace":
                target[last] = draw(anything)
            case "drop":
                del target[last]
            case _ if isinstance(target, dict):
                known = [one.path.rpartition(".")[2].strip("[]") for one in reference.fields()]
                target[draw(st.sampled_from(known) | st.text(max_size=4))] = draw(anything)
            case _:
                target.append(draw(anything))
    return json.loads(json.dumps(data))
