"""How a field of Karpenter's objects is described in the language, for `karpenter_pools` and `karpenter_classes`."""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]

NAME = "^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$"
KEY = "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
DURATION = "^([0-9]+(s|m|h))+$"
OR_NEVER = "^(([0-9]+(s|m|h))+|Never)$"
KMS_KEY = "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"


def said(where: str, description: str, **shape: Any) -> Fields:
    return {"description": description, **shape, "x-cloudformation": f"none: {where}"}


def array(where: str, description: str, item: Fields, **shape: Any) -> Fields:
    return said(where, description, type="array", items=item, **shape)


def object(properties: Fields, *required: str, **shape: Any) -> Fields:
    made = {"type": "object", "additionalProperties": False, "properties": properties, **shape}
    return made | ({"required": list(required)} if required else {})


def texts(**shape: Any) -> Fields:
    return {"type": "object", "additionalProperties": {"type": "string"}, **shape}
