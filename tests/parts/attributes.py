"""What `Ref` and `Fn::GetAtt` give for a resource that nobody really made: plausible values, from the schema."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cfnlint.schema import Schema as Described

from .keywords import Provider
from .refusal import Refused
from .schemas import Properties, Schema, values

UNIQUE = {"AWS::EKS::PodIdentityAssociation": ("ClusterName", "Namespace", "ServiceAccount")}
"""Properties that may not be the same twice, beside the identifier."""


def identity(schema: Schema, given: Properties, name: str, place: tuple[str, str]) -> str:
    """The physical ID: the primary identifier, as `Ref` gives it."""
    if schema.type == "AWS::EKS::Nodegroup":  # EKS User Guide: Ref gives cluster/nodegroup
        return f"{given['ClusterName']}/{given.get('NodegroupName', name)}"
    if schema.type == "AWS::IAM::OIDCProvider":
        return f"arn:aws:iam::{place[0]}:oidc-provider/{str(given.get('Url', name)).removeprefix('https://')}"
    parts = []
    for path in schema.identifier:
        found = values(given, path)
        parts.append(str(found[0]) if found else _invented(schema, path[-1], name, place))
    return "|".join(parts)


def attribute(schema: Schema, name: str, given: Properties, identity: str, place: tuple[str, str]) -> Any:
    """The value of an attribute. One that the type does not have is refused."""
    path = tuple(name.split("."))
    if name not in Described(schema.body).get_atts.data:
        raise Refused(f"Fn::GetAtt: {schema.type} has no attribute {name}")
    if found := values(given, path):
        return found[0]
    if (path,) == schema.identifier:
        return identity
    expected = schema.at(path) or {}
    value = _plausible(schema.type, name, expected, identity, place)
    problems = [error.message for error in Provider(expected).iter_errors(value)]
    if problems:
        raise Refused(f"the tests know no plausible {name} of a {schema.type}: {problems[0]}")
    return value


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _invented(schema: Schema, attribute: str, name: str, place: tuple[str, str]) -> str:
    """A part of an identifier that AWS makes up: the resource's name where it may be one, else an ARN or an ID."""
    if attribute == schema.name_property:
        return name
    if schema.type.startswith("AWS::APS::"):
        kind = schema.type.rsplit("::", 1)[1].lower()
        return f"arn:aws:aps:{place[1]}:{place[0]}:{kind}/ws-{_digest(schema.type, name)[:17]}"
    return f"{schema.type.rsplit('::', 1)[1].lower()}-{_digest(schema.type, name)[:17]}"


def _plausible(resource_type: str, name: str, expected: Properties, identity: str, place: tuple[str, str]) -> Any:
    _, service, kind = resource_type.lower().split("::")
    account, region = place
    digest = _digest(resource_type, identity)
    last = name.rsplit(".", 1)[-1]
    if resource_type == "AWS::EC2::EIP" and last == "PublicIp":
        return identity
    if last == "OpenIdConnectIssuerUrl":
        return f"https://oidc.eks.{region}.amazonaws.com/id/{digest[:32].upper()}"
    if last == "Endpoint":
        return f"https://{digest[:32].upper()}.gr7.{region}.eks.amazonaws.com"
    if last in ("CertificateAuthorityData", "Data"):
        return base64.b64encode(digest.encode()).decode()
    if last.endswith("Arn"):
        return f"arn:aws:{service}:{region}:{account}:{kind}/{identity.replace('|', '/')}"
    kinds = expected.get("type", "string")
    first = kinds[0] if isinstance(kinds, list) else kinds
    fixed: dict[str, Any] = {"integer": 1, "number": 1, "boolean": False, "array": [], "object": {}}
    return fixed.get(first, f"{kind}-{digest[:17]}")
