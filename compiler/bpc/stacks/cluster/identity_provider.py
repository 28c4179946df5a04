"""People who sign in to the Kubernetes API with an OpenID Connect provider of the company's own.

Amazon EKS User Guide, Grant users access to Kubernetes with an external OIDC provider.
"""

from __future__ import annotations

from typing import Any

from troposphere import Ref, Tags, eks

from bpc.kit.sheet import Sheet
from bpc.model import OidcIdentityProvider


def fill(wanted: OidcIdentityProvider, sheet: Sheet) -> None:
    optional: dict[str, Any] = {
        "UsernameClaim": wanted.username_claim,
        "UsernamePrefix": wanted.username_prefix,
        "GroupsClaim": wanted.groups_claim,
        "GroupsPrefix": wanted.groups_prefix,
    }
    claims = {key: value for key, value in optional.items() if value}
    if wanted.required_claims:
        claims["RequiredClaims"] = [
            eks.RequiredClaim(Key=k, Value=v) for k, v in sorted(wanted.required_claims.items())
        ]
    config = eks.IdentityProviderConfig(
        "OidcIdentityProvider",
        ClusterName=Ref("Cluster"),
        IdentityProviderConfigName=wanted.name,
        Type="oidc",
        Oidc=eks.OidcIdentityProviderConfig(ClientId=wanted.client_id, IssuerUrl=wanted.issuer_url, **claims),
        Tags=Tags(**sheet.tag_map() | dict(sorted(wanted.tags.items()))),
    )
    sheet.add(config, wanted.at)
