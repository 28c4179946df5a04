"""The whole language put together from `schemas/` and the catalogue: the bundle that editors and bpc itself read."""

from __future__ import annotations

import json
import os
from typing import Any

import bpc.schemas
from bpc import catalogue

SECTIONS = [
    "metadata",
    "cloudformation",
    "network",
    "bastion",
    "cluster",
    "nodegroups",
    "fargate",
    "storage",
    "serviceaccounts",
    "teams",
    "apps",
    "gitops",
    "images",
    "observability",
    "pipeline",
    "environments",
    "overrides",
]
# What several fields share, or what is long.
SHARED = [
    "outpost",
    "remotenetwork",
    "common",
    "capabilities",
    "controlplane",
    "nodes",
    "autoscaling",
    "identity",
    "alarms",
    "opensearch",
    "applications",
    "automode",
    "findings",
    "managedgrafana",
    "prometheus",
    "securitygroups",
    "source",
    "team",
]
# A section's name in the language, where it is not the name of its file.
NAMES = {"nodegroups": "nodeGroups", "fargate": "fargateProfiles", "serviceaccounts": "serviceAccounts"}


def bundle() -> str:
    """The one-file JSON Schema, as it is committed in schemas/blueprint.schema.json."""
    return json.dumps(compose(), indent=1, ensure_ascii=False) + "\n"


def compose() -> dict[str, Any]:
    """The root with every section and every add-on below `$defs`."""
    definitions: dict[str, Any] = {}
    for shared in SHARED:
        definitions |= _load(shared)
    for section in SECTIONS:
        definitions[NAMES.get(section, section)] = _load(section)
    definitions |= _addons()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "blueprint.schema.json"}
    return head | _load("root") | {"$defs": definitions}


def _addons() -> dict[str, Any]:
    """The section of the add-ons, and a definition for each of them, so that a compile reads those that it has."""
    section = catalogue.addons_schema()
    definitions = {"addons": section}
    for name, whole in section["properties"].items():
        kept = {"default": whole["default"]} if "default" in whole else {}
        definitions[f"addon.{name}"] = {key: value for key, value in whole.items() if key != "default"}
        section["properties"][name] = {"$ref": f"#/$defs/addon.{name}"} | kept
    return definitions


def _load(section: str) -> dict[str, Any]:
    folder = os.path.dirname(bpc.schemas.__file__ or "")
    with open(os.path.join(folder, f"{section}.json"), encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded
