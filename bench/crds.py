"""Hold the custom resources of the examples to upstream's CustomResourceDefinitions.

The definitions come from checkouts of the repositories that have them, which you fetch; nothing of them is kept
here. Each resource is held to the schema of its version, and a field that the schema does not have is a finding, as
`kubectl apply --validate=strict` has it. Rules in CEL are not evaluated: only an API server does that.

    python bench/crds.py CHECKOUTS [OUTPUT...]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parent.parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Groups of Kubernetes' own, whose names have a dot too.
BUILT_IN = ("apiregistration.k8s.io", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io")
# What every object has, and the API server itself knows.
COMMON = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}


def documents(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file; none where it is no YAML, as templates of charts are not."""
    try:
        found = [*yaml.load_all(path.read_text("utf-8"), LOADER)]
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    yield from (one for one in found if isinstance(one, dict) and "kind" in one)


def definitions(checkouts: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The schemas of the definitions in a folder by `apiVersion` and kind."""
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted(checkouts.rglob("*.y*ml")):
        for one in documents(path):
            if one["kind"] == "CustomResourceDefinition" and "versions" in one.get("spec", {}):
                for version in one["spec"]["versions"]:
                    key = f"{one['spec']['group']}/{version['name']}", one["spec"]["names"]["kind"]
                    said = version.get("schema", {}).get("openAPIV3Schema", {})
                    made[key] = strict(said | {"properties": said.get("properties", {}) | COMMON})
    return made


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """A structural schema in the words of JSON Schema: what it does not have is refused."""
    made = {key: value for key, value in schema.items() if not key.startswith("x-") and key != "format"}
    if schema.get("x-kubernetes-int-or-string"):
        made["type"] = ["integer", "string"]
    if "properties" in schema:
        made["properties"] = {name: strict(one) for name, one in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            made["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            made[key] = strict(schema[key])
    if made.get("nullable"):
        return {"anyOf": [made, {"type": "null"}]}
    return made


def findings(one: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """What is wrong with an object."""
    errors = Draft202012Validator(schema).iter_errors(one)
    return [f"{error.json_path.removeprefix('$.')}: {error.message}" for error in errors]


def main() -> int:
    """Print a line for each kind and each finding; 1 where there is one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("outputs", type=Path, nargs="*", default=[ROOT / "out"])
    options = parser.parse_args()
    known, seen, wrong = definitions(options.checkouts), Counter[tuple[str, str]](), 0
    for path in sorted(path for folder in options.outputs for path in folder.rglob("*.yaml")):
        for one in documents(path) if {"kubernetes", "gitops"} & {*path.parts} else ():
            key = str(one.get("apiVersion", "")), str(one["kind"])
            group = key[0].partition("/")[0]
            if "." not in group or group in (*BUILT_IN, "kustomize.config.k8s.io"):
                continue
            seen[key] += 1
            for said in findings(one, known[key]) if key in known else ():
                wrong += 1
                print(f"{path}: {one['kind']} {one['metadata']['name']}: {said}")
    for key, count in sorted(seen.items()):
        print(f"{count:5} {' '.join(key)}" + ("" if key in known else ": no definition among the checkouts"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
