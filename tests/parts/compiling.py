"""Compiles a small blueprint in memory, for tests that look at what it says: templates, findings, complaints."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from bpc import pipeline
from bpc.verify import TEMPLATE

from .lint import findings
from .memory import Memory


class Compiled(NamedTuple):
    """What came of a blueprint: its files, and the codes of the errors."""

    files: Memory
    errors: list[str]

    def template(self, stack: str, environment: str = "default") -> dict[str, Any]:
        """One finished template as plain data."""
        (path,) = (one for one in self.files if one.startswith(f"cloudformation/{environment}/") and stack in one)
        loaded: dict[str, Any] = json.loads(self.files[path])
        return loaded

    def resources(self, stack: str, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of a stack's resources of one type, by logical ID."""
        made = self.template(stack)["Resources"]
        return {title: one.get("Properties", {}) for title, one in made.items() if one["Type"] == kind}

    def resource(self, stack: str, kind: str) -> dict[str, Any]:
        """The properties of a stack's only resource of a type."""
        (found,) = self.resources(stack, kind).values()
        return found

    def lint(self, region: str = "eu-west-1") -> list[str]:
        """What cfn-lint finds in all of its templates."""
        texts = [text.decode() for path, text in self.files.items() if TEMPLATE.fullmatch(path)]
        return [found for text in texts for found in findings(text, region)]


def compiled(**sections: Any) -> Compiled:
    """Compile a blueprint with these sections, in eu-west-1 unless metadata says otherwise, as JSON templates."""
    data = {"apiVersion": "bpc/v1", "kind": "Blueprint", "metadata": {"name": "shop", "region": "eu-west-1"}}
    data |= sections | {"cloudformation": {"format": "json"} | sections.get("cloudformation", {})}
    files = Memory()
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "shop.yaml", lambda _: files)
    return Compiled(files, [one.rule.code for one in result.diagnostics if one.rule.severity == "error"])
