"""Spinnaker, as a chart, for who knows what its chart is.

Sources: spinnaker-helm of OpsMx, chart 2.2.19, as Helm renders it; Halyard 1.45 and 1.70, sources (service settings,
S3Validator); front50, sources (S3StorageService); Spinnaker documentation, Configure External Redis; Amazon EKS User
Guide, Use Pod Identity with the AWS SDK (Java 1.x from 1.12.746 on: Spinnaker has an older one, so IRSA it is).

Left as it is, the chart makes the default account of its namespace cluster-admin and has passwords that everybody
knows, in Redis and in a MinIO of 2020. Here a bucket of this account and a Redis of the user's take their places,
Clouddriver has an account of its own that may edit the namespaces that the blueprint names, and no pod of another
namespace gets at Gate, which asks nobody who they are. What cannot be taken away is in `beware`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context, Manifest

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import AWSObject

NAME = "spinnaker"
DEPLOYER = "spinnaker-clouddriver"
SETTINGS = "/tmp/spinnaker/.hal/default/service-settings/redis.yml"
BUCKET = ("s3:ListBucket", "s3:ListBucketVersions")
OBJECTS = ("s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject")
RBAC = "rbac.authorization.k8s.io"


class Spinnaker(AddOn):
    """Releases applications by pipelines, with stages for baking, deploying and judging."""

    name = NAME
    namespace = NAME
    service_account = NAME
    sources = ("chart",)
    charts = (Chart("https://opsmx.github.io/spinnaker-helm", NAME, "2.2.19"),)
    node_selectors = ("nodeSelector",)
    registry = "us-docker.pkg.dev"
    images = ("us-docker.pkg.dev/spinnaker-community/docker/halyard:1.45.0",)
    by_token = True
    endpoints = ("s3", "sts")
    needs_internet = True
    disks = True
    # Halyard brings up ten services.
    patience = "30m"
    waits_for = (f"StatefulSet/{NAME}-spinnaker-halyard",)
    pod_security = "baseline"
    no_range = "neither its chart nor Halyard names a version"
    architectures = ("amd64",)
    beware = (
        "a Job in the chart has Halyard, which Spinnaker has given up, install the services: no manifest shows them, "
        "images.txt does not name their images, and no mirror stands for these",
        "its chart is of 2024, with Spinnaker 1.30 of 2023",
        "Gate asks nobody who they are: keep it in the cluster until you have set up a login by `values`",
    )
    taken_up = "With `addons.spinnaker.createBucket: false` Spinnaker takes the bucket with the pipelines in it."
    required = ("acknowledged", "bucket", "namespaces", "redis")
    options: ClassVar[Mapping[str, Any]] = {
        "acknowledged": {
            "description": "true says that you know: an old chart has Halyard, which Spinnaker has given up, install "
            "services that no manifest shows, and they ask nobody who they are. Without that bpc does not install it.",
            "type": "boolean",
            "examples": [True],
            "x-cloudformation": "none: whether the add-on is there",
        },
        "bucket": {
            "description": "The name of the bucket for applications and pipelines; nobody else in AWS may have one of "
            "that name.",
            "type": "string",
            "pattern": "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
            "examples": ["shop-pipelines-4711", "shop-pipelines-0815"],
            "x-cloudformation": "AWS::S3::Bucket.BucketName",
        },
        "createBucket": {
            "description": "false: the bucket is there already, such as that of the cluster before this one.",
            "type": "boolean",
            "default": True,
            "x-cloudformation": "AWS::S3::Bucket",
        },
        "namespaces": {
            "description": "Where Spinnaker may deploy to: its account has the role edit in these namespaces, and "
            "none elsewhere. They have to be there, as those of `teams` and `apps` are.",
            "type": "array",
            "items": {"$ref": "#/$defs/namespace"},
            "minItems": 1,
            "uniqueItems": True,
            "examples": [["shop"], ["shop", "billing"]],
            "x-cloudformation": "none: kubeConfig.nameSpaces of the Helm chart, and RoleBindings",
        },
        "redis": {
            "description": "The address of a Redis of yours that the nodes reach; rediss:// for TLS. A password comes "
            "from redisSecret, never from here.",
            "type": "string",
            "pattern": "^rediss?://[A-Za-z0-9.-]+:[0-9]{1,5}$",
            "examples": ["rediss://shop.abc123.euc1.cache.amazonaws.com:6379", "redis://redis.cache:6379"],
            "x-cloudformation": "none: redis.yml of the Helm chart's service settings",
        },
        "redisSecret": {
            "description": "The Secret with its password, of letters and digits, as `password`; it is yours to make, "
            "in the namespace. Left out, the Redis asks for none.",
            "type": ["string", "null"],
            "pattern": "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
            "default": None,
            "examples": ["spinnaker-redis"],
            "x-cloudformation": "none: halyard.additionalVolumes of the Helm chart",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from troposphere import Ref, Sub

        from bpc.kit import iam

        bucket = f"arn:${{AWS::Partition}}:s3:::{context.options['bucket']}"
        # S3's ARNs have no account in them, and a bucket of that name could be somebody else's one day.
        ours = iam.when_equal({"aws:ResourceAccount": Ref("AWS::AccountId")})
        return [
            iam.allow(*BUCKET, on=[Sub(bucket)], where=ours),
            iam.allow(*OBJECTS, on=[Sub(f"{bucket}/*")], where=ours, sid="KeepsPipelines"),
        ]

    @classmethod
    def resources(cls, context: Context) -> Sequence[AWSObject]:
        from bpc.kit import private_bucket

        if not context.options["createBucket"]:
            return []
        return private_bucket.resources("SpinnakerBucket", context.options["bucket"], None, old_versions=30)

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        options = context.options
        account = cls.account(context)
        return {
            # By itself the chart makes the default account of the namespace cluster-admin.
            "rbac": {"create": False},
            "kubeConfig": {"nameSpaces": [*options["namespaces"]]},
            "serviceAccount": {
                "halyardName": account["name"],
                "serviceAccountAnnotations": account.get("annotations", {}),
            },
            # A server of 2020 with keys that everybody knows.
            "minio": {"enabled": False},
            "s3": {"enabled": True, "bucket": options["bucket"], "region": context.region},
            "redis": {"enabled": False},
            "halyard": {
                "additionalServiceSettings": {
                    "clouddriver.yml": {"kubernetes": {"serviceAccountName": DEPLOYER}},
                    "front50.yml": {"kubernetes": {"serviceAccountName": account["name"]}},
                    "redis.yml": {"overrideBaseUrl": options["redis"], "skipLifeCycleManagement": True},
                },
                # A Redis of AWS has no command CONFIG.
                "additionalProfileConfigMaps": {
                    "data": {"gate-local.yml": {"redis": {"configuration": {"secure": True}}}}
                },
                **_password(options["redisSecret"]),
            },
        }

    @classmethod
    def custom_resources(cls, context: Context) -> Sequence[Manifest]:
        places = [_may_edit(namespace, context.namespace) for namespace in context.options["namespaces"]]
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _named(DEPLOYER, context.namespace)}
        return [account, *places, _among_themselves(context.namespace)]

    @classmethod
    def beforehand(cls, context: Context) -> Sequence[str]:
        named = context.options["redisSecret"]
        make = f"kubectl --namespace {context.namespace} create secret generic {named} --from-file=password=PASSWORD"
        return [make] if named else []

    @classmethod
    def contradictions(cls, context: Context) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if not context.options["acknowledged"]:
            yield ("acknowledged",), "bpc installs Spinnaker for who knows what its chart is: `bpc addons show` says it"


def _password(secret: str | None) -> dict[str, Any]:
    """The password goes from its Secret into Halyard's own file: neither a value nor a ConfigMap has it."""
    if not secret:
        return {}
    return {
        "additionalVolumes": [{"name": "redis", "secret": {"secretName": secret}}],
        "additionalVolumeMounts": [{"name": "redis", "mountPath": "/opt/redis", "readOnly": True}],
        "additionalInitScript": f'sed -i "s|//|//:$(cat /opt/redis/password)@|" {SETTINGS}',
    }


def _named(name: str, namespace: str) -> dict[str, Any]:
    return {"name": name, "namespace": namespace}


def _may_edit(namespace: str, home: str) -> Manifest:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": _named(DEPLOYER, namespace),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "edit"},
        "subjects": [{"kind": "ServiceAccount"} | _named(DEPLOYER, home)],
    }


def _among_themselves(namespace: str) -> Manifest:
    """Only its own pods reach its pods, where the network plugin enforces policies."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _named("spinnaker-among-themselves", namespace),
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]},
    }
