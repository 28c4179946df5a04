"""What CloudFormation refuses before it makes anything: quotas, and IAM resources without the user's consent.

Source: AWS CloudFormation User Guide, "Understand CloudFormation quotas" and "Acknowledging IAM resources".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .refusal import Refused

BODY_BYTES = 1_000_000
ENTRIES = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
DESCRIPTION_BYTES = 1024
SECTIONS = {
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions",
    "Resources", "Outputs",
}  # fmt: skip
IAM_NAMES = {
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": "",
}


def check(text: str, document: dict[str, Any], capabilities: Iterable[str]) -> None:
    """Refuse a template that is too large, has sections we do not play, or makes IAM resources unasked."""
    size = len(text.encode())
    if size > BODY_BYTES:
        raise Refused(f"the template has {size} bytes, more than {BODY_BYTES}")
    if unknown := set(document) - SECTIONS:
        raise Refused(f"unknown sections: {', '.join(sorted(map(str, unknown)))}")
    for section, most in ENTRIES.items():
        names = document.get(section) or {}
        if len(names) > most:
            raise Refused(f"{section} has {len(names)} entries, more than {most}")
        for name in names:
            if not re.fullmatch(r"[A-Za-z0-9]{1,255}", str(name)):
                raise Refused(f"{section}: {name!r} is no logical ID")
    if len(str(document.get("Description", "")).encode()) > DESCRIPTION_BYTES:
        raise Refused(f"the description has more than {DESCRIPTION_BYTES} bytes")
    _consent(document["Resources"], set(capabilities))


def _consent(resources: dict[str, Any], given: set[str]) -> None:
    for name, resource in resources.items():
        if resource.get("Type") not in IAM_NAMES:
            continue
        named = IAM_NAMES[resource["Type"]] in (resource.get("Properties") or {})
        needed = "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"
        if not given & {needed, "CAPABILITY_NAMED_IAM"}:
            raise Refused(f"{name} ({resource['Type']}) requires the capability {needed}")
