"""StorageClasses that need what is made here, as outputs.

The driver wants the id of a file system, or of a subnet and a security group to make file systems in, which nobody
knows before the stack is there; a manifest in a repository cannot have it. So CloudFormation itself writes the object,
and `kubectl apply` takes it from the output.
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import GetAtt, Sub

from bpc.kit.k8s import Object
from bpc.kit.naming import logical_id
from bpc.kit.sheet import Sheet
from bpc.kit.storage_class import storage_class
from bpc.model import StorageClass
from bpc.plan.shapes import Plan


def fill(one: StorageClass, plan: Plan, sheet: Sheet) -> None:
    title = logical_id(one.name, "StorageClass")
    value = _lustre(title, one, plan, sheet) if one.driver == "fsx" else _shared(one)
    sheet.output(title, value, f"For kubectl apply: the StorageClass {one.name}.")


def _shared(one: StorageClass) -> Sub:
    file_system = logical_id(one.file_system or "", "FileSystem")
    return _text(storage_class(one, f"${{{file_system}}}"))


def _lustre(title: str, one: StorageClass, plan: Plan, sheet: Sheet) -> GetAtt:
    """The subnet is imported, and an output that imports is an output of another's; so a parameter holds the text."""
    from troposphere import ssm

    from bpc.stacks.storage import lustre, lustre_access

    place = {"subnetId": "${Subnet}", "securityGroupIds": f"${{{lustre_access.TITLE}.GroupId}}"}
    made = ssm.Parameter(
        title,
        # The name that CloudFormation would invent is not one that a deployer of this platform may use.
        Name=f"{sheet.platform}-{one.name}-storage-class",
        Type="String",
        Description=f"The StorageClass {one.name}, for kubectl apply",
        Value=_text(storage_class(one, place=place), Subnet=lustre.subnet(one, plan, sheet)),
        Tags=sheet.tag_map(f"{sheet.platform}-{one.name}"),
    )
    sheet.add(made, one.at)
    return GetAtt(title, "Value")


def _text(made: Object, **values: Any) -> Sub:
    return Sub(json.dumps(made, separators=(",", ":")), **values)
