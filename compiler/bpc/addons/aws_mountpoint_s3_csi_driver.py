"""The Mountpoint for Amazon S3 CSI driver. Sources: Amazon EKS User Guide, Amazon S3 (its IAM policy); awslabs/
mountpoint-s3-csi-driver v2.7.0 (installation, chart as Helm renders it).

The role is that of the pods on every node. It reaches the buckets that the blueprint names, and only while they are
this account's: a bucket that is deleted can be somebody else's tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Context

if TYPE_CHECKING:
    from awacs.aws import Statement

READ = ("s3:GetObject",)
WRITE = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject")


class AwsMountpointS3CsiDriver(AddOn):
    """Mounts S3 buckets as folders."""

    name = "aws-mountpoint-s3-csi-driver"
    service_account = "s3-csi-driver-sa"
    daemonset = True
    role_on_nodes = True
    requires = ("eks-pod-identity-agent",)
    endpoints = ("s3",)
    crds = ("mountpoints3podattachments.s3.csi.aws.com",)
    waits_for = ("DaemonSet/s3-csi-node", "Deployment/s3-csi-controller")
    pod_security = "privileged"
    kubernetes = ("1.31", "")
    required = ("buckets",)
    options: ClassVar[Mapping[str, Any]] = {
        "buckets": {
            "description": "The buckets that it may mount. They are this account's; for others, use `iam.permissions`.",
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"},
            "examples": [["shop-data"], ["shop-data", "shop-models"]],
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
        "readOnly": {
            "description": "true: what is in the buckets can be read, and not changed.",
            "type": "boolean",
            "default": False,
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
        "keyArns": {
            "description": "The KMS keys that the objects are encrypted with, where that is not a key of S3's own.",
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"},
            "default": [],
            "examples": [["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]],
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from troposphere import Ref, Sub

        from bpc.kit import iam

        options = context.options
        ours = iam.when_equal({"aws:ResourceAccount": Ref("AWS::AccountId")})
        buckets = [Sub(f"arn:${{AWS::Partition}}:s3:::{name}") for name in options["buckets"]]
        objects = [Sub(f"arn:${{AWS::Partition}}:s3:::{name}/*") for name in options["buckets"]]
        made = [
            iam.allow("s3:ListBucket", on=buckets, where=ours, sid="ListTheBuckets"),
            iam.allow(*READ, *(() if options["readOnly"] else WRITE), on=objects, where=ours, sid="UseTheirObjects"),
        ]
        if options["keyArns"]:
            use = ("kms:Decrypt", *(() if options["readOnly"] else ("kms:GenerateDataKey",)))
            made.append(iam.allow(*use, on=options["keyArns"], sid="UseTheirKeys"))
        return made
