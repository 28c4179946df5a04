"""Blueprints up to the finished stacks, and what a reader sees of a page about them."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from bpc import pipeline
from bpc.beside import Beside
from bpc.output.stacks import Stacks

SPECS = Path(__file__).resolve().parents[2] / "specs"


def finished(raw: bytes, file: str = "blueprint.yaml") -> list[Stacks]:
    """The stacks of every environment of a sound blueprint."""
    _, made, found = pipeline.finished(raw, file, Beside.of(file))
    assert [one for one in found if one.rule.severity == "error"] == []
    return [stacks for _, stacks in made]


def of_spec(name: str) -> list[Stacks]:
    """The stacks of one of the examples."""
    path = SPECS / f"{name}.yaml"
    return finished(path.read_bytes(), str(path))


def blueprint(**sections: Any) -> bytes:
    """A blueprint of a shop in Ireland."""
    data = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "shop", "region": "eu-west-1"}}
    return json.dumps(data | sections).encode()


def words(text: str) -> str:
    """What a reader sees."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
