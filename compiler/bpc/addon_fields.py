"""What the language says of add-ons beside their own options: fields that many of them share."""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]

ENABLED: Fields = {
    "enabled": {
        "description": "false leaves it out, for a core add-on or for an environment that does not want it.",
        "type": "boolean",
        "default": True,
        "x-cloudformation": "whether the add-on is there",
    }
}
_SOURCE = {
    "description": "eks: the EKS add-on. manifests: plain YAML that bpc builds, for the GitOps repository. "
    "chart: the Helm chart.",
    "x-cloudformation": "AWS::EKS::Addon, or manifests",
}
ONLY: Fields = {
    "eks": {"description": "It comes as an EKS add-on alone.", "x-cloudformation": "AWS::EKS::Addon"},
    "manifests": {"description": "It comes as plain YAML that bpc builds.", "x-cloudformation": "none: manifests"},
    "chart": {"description": "It comes as a Helm chart alone.", "x-cloudformation": "none: the Helm chart"},
}
# The EKS add-on itself.
EKS: Fields = {
    "version": {
        "description": "The version of the EKS add-on. Left out, EKS's default for the cluster's Kubernetes version.",
        "type": "string",
        "pattern": "^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$",
        "examples": ["v1.20.4-eksbuild.2"],
        "x-cloudformation": "AWS::EKS::Addon.AddonVersion",
    },
    "values": {
        "description": "Configuration values of the EKS add-on, merged over the defaults.",
        "type": "object",
        "default": {},
        "examples": [{"replicaCount": 3}],
        "x-cloudformation": "AWS::EKS::Addon.ConfigurationValues",
    },
    "resolveConflicts": {
        "description": "What EKS does with settings that somebody changed in the cluster.",
        "enum": ["none", "overwrite", "preserve"],
        "default": "overwrite",
        "x-cloudformation": "AWS::EKS::Addon.ResolveConflicts",
    },
    "namespace": {
        "$ref": "#/$defs/namespace",
        "description": "Another namespace than the add-on's usual one, where EKS lets it be chosen.",
        "x-cloudformation": "AWS::EKS::Addon.NamespaceConfig.Namespace",
    },
    "preserveOnDelete": {
        "description": "true: what runs stays in the cluster when the add-on is deleted.",
        "type": "boolean",
        "default": False,
        "x-cloudformation": "AWS::EKS::Addon.PreserveOnDelete",
    },
    "podIdentityAssociations": {"$ref": "#/$defs/podIdentityAssociations"},
    "tags": {
        "$ref": "#/$defs/tags",
        "description": "Put on the EKS add-on, beside the platform's.",
        "examples": [{"team": "platform"}],
        "x-cloudformation": "AWS::EKS::Addon.Tags",
    },
}
# What kustomize changes of the objects that there are, or Flux of those of a chart.
PATCHES: Fields = {"patches": {"$ref": "#/$defs/patches"}}
# The role of the add-on's own service account.
ROLE: Fields = {
    "iam": {
        "$ref": "#/$defs/iam",
        "description": "The role of the add-on's service account. A role of yours reaches an EKS add-on by IRSA; for "
        "one by EKS Pod Identity, there is podIdentityAssociations.",
    },
}


def source(sources: tuple[str, ...]) -> Fields:
    """Where an add-on comes from; one that has no choice may say it, as it had to before the catalogue knew it."""
    only = {} if len(sources) > 1 else ONLY[sources[0]]
    return {"source": _SOURCE | only | {"enum": list(sources), "default": sources[0]}}


def chart(also_eks: bool) -> Fields:
    """What can be said of a chart; an EKS add-on says some of it too, and then the words are for both."""
    number = "[0-9]+\\.[0-9]+\\.[0-9]+"
    version = {
        "description": "The version of the chart. Left out, the one that the catalogue's values are for.",
        "pattern": f"^v?{number}([-+][0-9A-Za-z.+-]+)?$",
        "examples": ["1.2.3"],
        "x-cloudformation": "none: the version of the Helm chart",
    }
    if also_eks:
        version["description"] = "The version of the EKS add-on, or of the chart. Left out, the usual one."
        version["x-cloudformation"] = "AWS::EKS::Addon.AddonVersion"
        version["examples"] = ["v1.20.4-eksbuild.2", "1.2.3"]
    values = {
        "description": "Values of the chart, merged over the defaults.",
        "type": "object",
        "default": {},
        "examples": [{"replicaCount": 3}],
        "x-cloudformation": "none: values of the Helm chart",
    }
    namespace = {
        "$ref": "#/$defs/namespace",
        "description": "Another namespace than the add-on's usual one.",
        "x-cloudformation": "none: the namespace of the Helm release",
    }
    if also_eks:
        return {"version": version | {"type": "string"}}
    return {"version": version | {"type": "string"}, "values": values, "namespace": namespace}
