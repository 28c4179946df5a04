"""What the provider schemas say of an update, gathered into the table that `bpc diff` reads.

`python -m pytest tests/test_diff_facts.py --update-goldens` writes it anew from the cfn-lint that is installed.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

_DATA = files("cfnlint.data") / "schemas"
Row = dict[str, Any]

# What two of a kind cannot both have at a time, where the schema does not say it: Amazon EC2 API Reference,
# CreateSecurityGroup and RunInstances; Amazon EKS API Reference, CreatePodIdentityAssociation.
IDENTITIES = {
    "AWS::EC2::Instance": ["SubnetId", "PrivateIpAddress"],
    "AWS::EC2::NetworkInterface": ["SubnetId", "PrivateIpAddress"],
    "AWS::EC2::SecurityGroup": ["VpcId", "GroupName"],
    "AWS::EKS::PodIdentityAssociation": ["ClusterName", "Namespace", "ServiceAccount"],
}

# What the documentation says and the schema of a type that is older than provider schemas does not: CloudFormation
# Template Reference, AWS::FSx::FileSystem LustreConfiguration.
UNSAID = {"AWS::FSx::FileSystem": ["LustreConfiguration/CopyTagsToBackups", "LustreConfiguration/DeploymentType"]}


def date() -> str:
    """The day of the schemas."""
    found: str = json.loads((_DATA / "version.json").read_text(encoding="utf-8"))["schema_date"]
    return found[:10]


def table() -> dict[str, Row]:
    """Every type of every Region. A type has one schema wherever it is."""
    digests: dict[str, str] = {}
    for region in (_DATA / "providers").iterdir():
        # Serverless types are a macro's, and no provider's.
        if region.name.endswith(".json") and region.name != "sam.json":
            for name, digest in json.loads(region.read_text(encoding="utf-8")).items():
                assert digests.setdefault(name, digest) == digest, f"{name} differs between Regions"
    return {name: _row(name, digests[name]) for name in sorted(digests)}


def text() -> str:
    """The table as a file, one type a line."""
    head = {
        "asOf": date(),
        "source": "The CloudFormation provider schemas that cfn-lint bundles: createOnlyProperties, "
        "conditionalCreateOnlyProperties, replacementStrategy; identity is what two of a kind cannot share; "
        "of Amazon FSx the documentation",
    }
    lines = [f" {json.dumps(name)}: {json.dumps(row, separators=(',', ':'))}" for name, row in table().items()]
    return json.dumps(head, indent=1)[:-2] + ',\n "types": {\n ' + ",\n ".join(lines) + "\n }\n}\n"


def _row(name: str, digest: str) -> Row:
    body = json.loads((_DATA / "resources" / f"{digest}.json").read_text(encoding="utf-8"))
    row = {
        "always": sorted([*_paths(body, "createOnlyProperties"), *UNSAID.get(name, [])]),
        "conditionally": _paths(body, "conditionalCreateOnlyProperties"),
        "identity": _identity(name, body),
        "strategy": body.get("replacementStrategy", ""),
    }
    return {key: value for key, value in row.items() if value}


def _paths(body: dict[str, Any], key: str) -> list[str]:
    return sorted(one.removeprefix("/properties/") for one in body.get(key, []))


def _identity(name: str, body: dict[str, Any]) -> list[str]:
    """The properties by which a user names the resource; none where AWS makes the identifier."""
    if name in IDENTITIES:
        return IDENTITIES[name]
    made = set(_paths(body, "readOnlyProperties"))
    primary = _paths(body, "primaryIdentifier")
    if primary and made.isdisjoint(primary):
        return primary
    fixed = _paths(body, "createOnlyProperties")
    own = [one for one in ("Name", f"{name.rpartition('::')[2]}Name") if one in fixed]
    # A name counts within what the resource belongs to.
    around = [one for one in body.get("required", []) if one in fixed and one.endswith(("Id", "Arn", "Name"))]
    return sorted({*own, *around}) if own else []
