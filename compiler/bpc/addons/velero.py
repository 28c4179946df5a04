"""Velero with its plugin for AWS, as a chart, and the bucket for its backups.

Sources: Velero 1.17 documentation, Backup storage locations and File system backup; its chart 11.4.0, as Helm renders
it; Velero plugin for AWS, README (which plugin is for which Velero: 1.13 for 1.17, and nothing newer is listed; set
permissions) and its volume snapshotter (which tags snapshots and volumes have); Amazon S3 User Guide, Security best
practices.

The bucket stays when the stack is deleted: backups are for just that day. Snapshots are of EBS volumes, by EC2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import AWSObject

PLUGIN = "docker.io/velero/velero-plugin-for-aws:v1.13.2"
MARK = "velero.io/backup"
KMS_KEY = "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"


class Velero(AddOn):
    """Backs up Kubernetes objects and volumes to Amazon S3, and restores them."""

    name = "velero"
    namespace = "velero"
    service_account = "velero-server"
    sources = ("chart",)
    charts = (Chart("https://vmware-tanzu.github.io/helm-charts", "velero", "11.4.0"),)
    node_selectors = ("nodeSelector",)
    registry = "docker.io"
    images = ("docker.io/velero/velero:v1.17.1", PLUGIN)
    crds = tuple(
        f"{kind}.velero.io"
        for kind in (
            "backuprepositories",
            "backups",
            "backupstoragelocations",
            "datadownloads",
            "datauploads",
            "deletebackuprequests",
            "downloadrequests",
            "podvolumebackups",
            "podvolumerestores",
            "restores",
            "schedules",
            "serverstatusrequests",
            "volumesnapshotlocations",
        )
    )
    waits_for = ("Deployment/velero",)
    pod_security = "baseline"
    kubernetes = ("1.16", "")
    requires = ("eks-pod-identity-agent",)
    endpoints = ("ec2", "s3")
    required = ("bucket",)
    taken_up = "With `addons.velero.createBucket: false` Velero takes the bucket as it is, with the backups in it."
    options: ClassVar[Mapping[str, Any]] = {
        "bucket": {
            "description": "The name of the bucket for backups; nobody else in AWS may have one of that name.",
            "type": "string",
            "pattern": "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
            "examples": ["shop-backups-4711", "shop-backups-0815"],
            "x-cloudformation": "AWS::S3::Bucket.BucketName",
        },
        "createBucket": {
            "description": "false: the bucket is there already, such as that of the cluster before this one.",
            "type": "boolean",
            "default": True,
            "x-cloudformation": "AWS::S3::Bucket",
        },
        "keyArn": {
            "description": "The KMS key that backups are encrypted with. Left out, S3's own keys.",
            "type": "string",
            "pattern": KMS_KEY,
            "x-default": "S3's own keys",
            "examples": ["arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"],
            "x-cloudformation": "AWS::S3::Bucket.BucketEncryption",
        },
        "schedule": {
            "description": "When everything is backed up, as cron has it, in UTC.",
            "type": "string",
            "pattern": "^([^ ]+ ){4}[^ ]+$",
            "default": "0 3 * * *",
            "examples": ["30 1 * * 0"],
            "x-cloudformation": "none: schedules of the Helm chart",
        },
        "retentionDays": {
            "description": "How long a backup is kept, in days.",
            "type": "integer",
            "minimum": 1,
            "maximum": 3650,
            "default": 30,
            "x-cloudformation": "AWS::S3::Bucket.LifecycleConfiguration, and schedules of the Helm chart",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from awacs.aws import Condition, Null
        from troposphere import Sub

        from bpc.kit import iam

        bucket = f"arn:${{AWS::Partition}}:s3:::{context.options['bucket']}"
        own, new = (Condition(Null({f"aws:{which}Tag/{MARK}": "false"})) for which in ("Resource", "Request"))
        volumes = [iam.arn("ec2:volume/*")]
        snapshots = [Sub("arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*")]
        driver = iam.when_equal({"aws:ResourceTag/ebs.csi.aws.com/cluster": "true"})
        born = iam.when_equal({"ec2:CreateAction": ["CreateSnapshot", "CreateVolume"]})
        key = context.options.get("keyArn")
        return [
            iam.allow(*_objects(), on=[Sub(f"{bucket}/*")], where=_of_this_account(), sid="KeepsBackups"),
            iam.allow("s3:ListBucket", on=[Sub(bucket)]),
            iam.allow_anywhere("ec2:DescribeSnapshots", "ec2:DescribeVolumes"),
            iam.allow("ec2:CreateSnapshot", on=volumes, where=driver),
            iam.allow("ec2:CreateSnapshot", on=snapshots, where=new),
            iam.allow("ec2:CreateVolume", on=volumes, where=new),
            iam.allow("ec2:CreateVolume", "ec2:DeleteSnapshot", on=snapshots, where=own),
            iam.allow("ec2:CreateTags", on=[*volumes, *snapshots], where=born),
            *([iam.allow("kms:Decrypt", "kms:GenerateDataKey", on=[key])] if key else []),
        ]

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        from bpc.kit import private_bucket

        options = context.options
        if not options["createBucket"]:
            return []
        return private_bucket.resources(
            "VeleroBucket", options["bucket"], options.get("keyArn"), old_versions=options["retentionDays"]
        )

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        options, region = context.options, {"region": context.region}
        key = {"kmsKeyId": options["keyArn"].rpartition("/")[2]} if "keyArn" in options else {}
        place = {"name": "default", "provider": "aws", "bucket": options["bucket"], "default": True}
        backup = {"ttl": f"{options['retentionDays'] * 24}h0m0s"}
        return {
            "serviceAccount": {"server": cls.account(context)},
            # Its own role, and no keys in a Secret.
            "credentials": {"useSecret": False},
            "configuration": {
                "backupStorageLocation": [place | {"config": region | key}],
                "volumeSnapshotLocation": [{"name": "default", "provider": "aws", "config": region}],
                # By this the plugin marks volumes that it restores as this cluster's.
                "extraEnvVars": [{"name": "AWS_CLUSTER_NAME", "value": context.cluster}],
            },
            "initContainers": [_plugin()],
            # A job for what comes with the chart anyway.
            "upgradeCRDs": False,
            "schedules": {"everything": {"schedule": options["schedule"], "template": backup}},
        }


def _plugin() -> dict[str, Any]:
    mount = {"name": "plugins", "mountPath": "/target"}
    return {"name": "velero-plugin-for-aws", "image": PLUGIN, "volumeMounts": [mount]}


def _objects() -> list[str]:
    names = ("AbortMultipartUpload", "DeleteObject", "GetObject", "ListMultipartUploadParts", "PutObject")
    return [f"s3:{name}" for name in (*names, "PutObjectTagging")]


def _of_this_account() -> Any:
    """S3's ARNs have no account in them, and a bucket of that name could be somebody else's one day."""
    from troposphere import Ref

    from bpc.kit import iam

    return iam.when_equal({"aws:ResourceAccount": Ref("AWS::AccountId")})
