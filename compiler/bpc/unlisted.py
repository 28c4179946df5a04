"""EKS add-ons that the catalogue does not list, those of the AWS Marketplace among them.

bpc knows nothing of them but their names, so the blueprint says the rest: which service account, with which role.
`source: eks` is what tells such a name from a misspelt one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bpc.addon import AddOn


class Unlisted(AddOn):
    """An EKS add-on by the name that EKS has for it; the catalogue does not know it."""

    namespace = ""
    required = ("source",)
    options: ClassVar[Mapping[str, Any]] = {
        "source": {
            "description": "Says that this is an EKS add-on, and no misspelt name.",
            "enum": ["eks"],
            "examples": ["eks"],
            "x-cloudformation": "AWS::EKS::Addon",
        },
        "serviceAccount": {
            "$ref": "#/$defs/serviceAccount",
            "description": "The add-on's ServiceAccount that gets the role which the policies here are for.",
            "x-cloudformation": "AWS::EKS::Addon.PodIdentityAssociations.ServiceAccount",
        },
    }

    @classmethod
    def schema(cls) -> dict[str, Any]:
        from bpc import addon_fields

        made = super().schema()
        made["properties"] |= addon_fields.ROLE
        return made


def entry(name: str) -> type[AddOn]:
    """The entry of one such add-on."""
    return type("Unlisted", (Unlisted,), {"name": name, "__doc__": Unlisted.__doc__})
