"""Resource types that a Region lacks: refused, and the table of them is what the provider schemas say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bpc import facts
from parts.compiling import compiled
from parts.refusal import Refused
from parts.schemas import schema

FSX: dict[str, Any] = {"Type": "AWS::FSx::FileSystem", "Properties": {"FileSystemType": "LUSTRE", "SubnetIds": ["a"]}}
WITHOUT_SCHEMAS = {"me-south-1"}  # cfn-lint bundles none


def test_what_overrides_add_is_refused_too() -> None:
    sections = {"nodeGroups": [{"name": "workers"}], "overrides": {"resources": {"nodes": {"Shared": FSX}}}}
    assert compiled(**sections).errors == []
    refused = compiled(**sections, metadata={"name": "shop", "region": "ap-southeast-6"})
    assert refused.errors == ["BPC709"]
    assert not any(json.loads(text) for path, text in refused.files.items() if "nodes" in path)


TYPES = json.loads((Path(facts.__file__).parent / "permissions.json").read_text(encoding="utf-8"))["types"]


@pytest.mark.parametrize("region", sorted({*facts.regions()} - WITHOUT_SCHEMAS))
def test_the_table_is_what_the_schemas_say(region: str) -> None:
    lacks = set()
    for kind in TYPES:
        try:
            schema(kind, region)
        except Refused:
            lacks.add(kind)
    assert set(facts.regions()[region].lacks) == lacks
