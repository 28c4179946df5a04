"""A KMS key that belongs to a stack: rotated, and administered by its account.

AWS KMS Developer Guide, Key policies: the Resource of a key policy is the key itself, which only `*` can say.
"""

from __future__ import annotations

from collections.abc import Iterable

from awacs.aws import Allow, PolicyDocument, Principal, Statement
from troposphere import Tags, kms

from bpc.kit import iam


def key(title: str, description: str, more: Iterable[Statement], tags: Tags) -> kms.Key:
    """The key, and who may use it beside those whom the account's own policies let."""
    administer = Statement(
        Sid="TheAccountAdministersTheKey",
        Effect=Allow,
        Principal=Principal("AWS", [iam.root()]),
        Action=iam.actions("kms:*"),
        Resource=["*"],
    )
    return kms.Key(
        title,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Retain",
        Description=description,
        EnableKeyRotation=True,
        KeyPolicy=PolicyDocument(Version=iam.VERSION, Statement=[administer, *more]),
        Tags=tags,
    )
