"""The cluster's issuer of tokens, as IAM knows it: what IAM roles for service accounts (IRSA) rest on.

AWS::IAM::OIDCProvider; IAM verifies the issuer of an EKS cluster by its own trusted authorities, and needs no
thumbprint (IAM User Guide, Obtain the thumbprint for an OpenID Connect identity provider).
"""

from __future__ import annotations

from troposphere import GetAtt, Ref, iam

from bpc.kit.sheet import Sheet
from bpc.kit.web_identity import AUDIENCE, ISSUER, PROVIDER


def fill(sheet: Sheet) -> None:
    provider = iam.OIDCProvider(
        PROVIDER,
        Url=GetAtt("Cluster", "OpenIdConnectIssuerUrl"),
        ClientIdList=[AUDIENCE],
        Tags=sheet.tags(PROVIDER),
    )
    sheet.add(provider, ("cluster", "identity"))
    sheet.export("OidcProviderArn", Ref(provider), "Whom the roles of service accounts trust (IRSA).")
    sheet.export("OidcIssuer", ISSUER, "The issuer in the conditions of these roles.")
