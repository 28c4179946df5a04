"""Kubernetes secrets under a KMS key: the blueprint's, or one that is made here."""

from __future__ import annotations

from typing import Any

from awacs.aws import PolicyDocument, Principal, Statement
from troposphere import GetAtt, eks, kms

from bpc.kit import iam
from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan


def properties(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    key = plan.blueprint.cluster.secrets_encryption.key_arn or _key(plan, sheet)
    return {"EncryptionConfig": [eks.EncryptionConfig(Resources=["secrets"], Provider=eks.Provider(KeyArn=key))]}


def _key(plan: Plan, sheet: Sheet) -> GetAtt:
    # A key policy's Resource is the key itself, and "*" is the only way to say so (AWS KMS Developer Guide).
    administer = Statement(
        Sid="TheAccountAdministersTheKey",
        Effect="Allow",
        Principal=Principal("AWS", [iam.root()]),
        Action=iam.actions("kms:*"),
        Resource=["*"],
    )
    key = kms.Key(
        "SecretsKey",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        Description=f"Kubernetes secrets of the cluster {plan.name}",
        EnableKeyRotation=True,
        KeyPolicy=PolicyDocument(Version=iam.VERSION, Statement=[administer]),
        Tags=sheet.tags("SecretsKey"),
    )
    sheet.add(key, ("cluster", "secretsEncryption"))
    return GetAtt(key, "Arn")
