"""Who may assume a role by IRSA: a service account, by the token that the cluster's own issuer gave it.

The issuer is known only when the cluster is there, and stands in the keys of the conditions, where CloudFormation
takes no function. So the whole document is a text with substitutions (Amazon EKS User Guide, Assign IAM roles to
Kubernetes service accounts; AWS::IAM::Role takes its trust policy as an object or as text).
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import GetAtt, Select, Split, Sub

AUDIENCE = "sts.amazonaws.com"
PROVIDER = "OidcProvider"
# The issuer without https://, in the stack that has the cluster.
ISSUER = Select(1, Split("//", GetAtt("Cluster", "OpenIdConnectIssuerUrl")))


def trust(provider: Any, issuer: Any, subject: str, *, alike: bool = False) -> Sub:
    """For the service accounts whose `subject` is just that, or `alike`: * and ? stand for any characters."""
    same = {"${Issuer}:aud": AUDIENCE}
    conditions = {"StringEquals": same, "StringLike": {"${Issuer}:sub": subject}}
    if not alike:
        conditions = {"StringEquals": same | {"${Issuer}:sub": subject}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "${Provider}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": conditions,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return Sub(json.dumps(document, separators=(",", ":")), Provider=provider, Issuer=issuer)


def subject(namespace: str, service_account: str) -> str:
    """What a token says of a service account; * where the namespace is not known."""
    return f"system:serviceaccount:{namespace or '*'}:{service_account}"
