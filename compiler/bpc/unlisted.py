"""Add-ons that the catalogue does not list: those of EKS, of the AWS Marketplace among
them, any Helm chart, and objects in files of the user's.

bpc knows nothing of them but their names, so the blueprint says the rest: which service account, with which role.
`source: eks`, `chart` or `manifests` is what tells such a name from a misspelt one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart


class Unlisted(AddOn):
    """An EKS add-on by the name that EKS has for it, a Helm chart, or manifests of one's own."""

    namespace = ""
    # The names in the catalogue, one of which may have been meant.
    known: ClassVar[tuple[str, ...]] = ()
    # What the catalogue calls an add-on that people know by another name; empty where it has none.
    called_here: ClassVar[Callable[[str], str]] = staticmethod(lambda _: "")
    options: ClassVar[Mapping[str, Any]] = {
        "source": {
            "description": "Says that this is an EKS add-on, and no misspelt name.",
            "enum": ["eks"],
            "examples": ["eks"],
            "x-cloudformation": "AWS::EKS::Addon",
        },
        "chart": {
            "description": "The Helm chart that it is installed from.",
            "type": "object",
            "additionalProperties": False,
            "required": ["repository", "name", "version"],
            "properties": {
                "repository": {
                    "description": "The address of the chart repository, or of the folder in an OCI registry.",
                    "type": "string",
                    "pattern": "^(https|oci)://[^\\s/@?#]+(/[^\\s@?#:]*[^\\s@?#:/])?$",
                    "examples": ["https://charts.example.com", "oci://registry.example.com/charts"],
                    "x-cloudformation": "none: where the Helm chart is",
                },
                "name": {
                    "description": "The name of the chart.",
                    "type": "string",
                    "pattern": "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$",
                    "examples": ["my-own"],
                    "x-cloudformation": "none: the name of the Helm chart",
                },
                "version": {
                    "description": "The version of the chart; exactly one, no range.",
                    "type": "string",
                    "pattern": "^v?[0-9]+\\.[0-9]+\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$",
                    "examples": ["1.2.3"],
                    "x-cloudformation": "none: the version of the Helm chart",
                },
            },
        },
        "manifests": {
            "description": "Its Kubernetes objects: YAML files below the blueprint's folder, by their paths from it. "
            "Objects that say no namespace get the add-on's, if it has one.",
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[^/\\\\:~][^\\\\:]*\\.(yaml|yml|json)$"},
            "examples": [["manifests/web.yaml"]],
            "x-cloudformation": "none: Kubernetes objects of your own",
        },
        "serviceAccount": {
            "$ref": "#/$defs/serviceAccount",
            "description": "The add-on's ServiceAccount that gets the role which the policies here are for.",
            "x-cloudformation": "AWS::EKS::Addon.PodIdentityAssociations.ServiceAccount",
        },
    }

    @classmethod
    def wanted_charts(cls, options: Mapping[str, Any]) -> tuple[Chart, ...]:
        chart = options["chart"]
        return (Chart(chart["repository"], chart["name"], chart["version"], cls.name),)

    @classmethod
    def chosen_source(cls, options: Mapping[str, Any]) -> str:
        if "chart" in options:
            return "chart"
        return "files" if "manifests" in options else str(options.get("source", ""))

    @classmethod
    def schema(cls) -> dict[str, Any]:
        from bpc import addon_fields

        made = super().schema()
        made["properties"] |= addon_fields.ROLE | addon_fields.PATCHES
        return made


def entry(name: str, known: Sequence[str], called_here: Callable[[str], str]) -> type[AddOn]:
    """The entry of one such add-on."""
    facts = {"name": name, "known": tuple(known), "called_here": staticmethod(called_here)}
    return type("Unlisted", (Unlisted,), facts | {"__doc__": Unlisted.__doc__})
