"""A bucket that nobody reads but who is allowed to, and that stays when its stack goes.

Source: Amazon S3 User Guide, Security best practices for Amazon S3 (no public access, no ACLs, TLS, versions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from awacs.aws import Statement
    from troposphere import AWSObject


def resources(
    title: str,
    name: Any,
    key_arn: Any,
    *,
    old_versions: int,
    versions: int | None = None,
    allowed: Sequence[Statement] = (),
) -> list[AWSObject]:
    """The bucket and its policy; `old_versions` are the days that what was overwritten or deleted is kept.

    `versions` are the days that anything is kept, and `allowed` what others may do. Without a name the bucket gets
    one from CloudFormation.
    """
    from troposphere import Tags, s3

    bucket = s3.Bucket(
        title,
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        **({"BucketName": name} if name else {}),
        BucketEncryption=s3.BucketEncryption(ServerSideEncryptionConfiguration=[_encryption(key_arn)]),
        LifecycleConfiguration=s3.LifecycleConfiguration(Rules=[_tidy(old_versions, versions)]),
        OwnershipControls=s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")],
        ),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        Tags=Tags(),
    )
    return [bucket, _policy(bucket, allowed)]


def _encryption(key_arn: Any) -> AWSObject:
    from troposphere import s3

    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn} if key_arn else {"SSEAlgorithm": "AES256"}
    rule = s3.ServerSideEncryptionByDefault(**by_default)
    more = {"BucketKeyEnabled": True} if key_arn else {}
    return s3.ServerSideEncryptionRule(ServerSideEncryptionByDefault=rule, **more)


def _tidy(old_versions: int, versions: int | None) -> AWSObject:
    from troposphere import s3

    # Days and the marker of what is gone exclude each other.
    gone = {"ExpirationInDays": versions} if versions else {"ExpiredObjectDeleteMarker": True}
    return s3.LifecycleRule(
        Id="Tidy",
        Status="Enabled",
        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=7),
        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=old_versions),
        **gone,
    )


def _policy(bucket: AWSObject, allowed: Sequence[Statement]) -> AWSObject:
    from awacs.aws import Bool, Condition, Deny, PolicyDocument, Principal, Statement
    from troposphere import GetAtt, Ref, Sub, s3

    from bpc.kit import iam

    statement = Statement(
        Sid="NothingGoesWithoutTls",
        Effect=Deny,
        Principal=Principal("*"),
        Action=iam.actions("s3:*"),
        Resource=[GetAtt(bucket, "Arn"), Sub(f"${{{bucket.title}.Arn}}/*")],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )
    document = PolicyDocument(Version=iam.VERSION, Statement=[statement, *allowed])
    return s3.BucketPolicy(
        f"{bucket.title}Policy",
        # It goes and stays with the bucket.
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        Bucket=Ref(bucket),
        PolicyDocument=document,
    )
