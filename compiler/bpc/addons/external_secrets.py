"""The External Secrets Operator, as a chart.

Sources: External Secrets Operator, AWS Secrets Manager, AWS Parameter Store, AWS authentication (a store without `auth`
takes the operator's own role) and Stability and support; its chart 2.9.0, as Helm renders it.

Its webhook makes its certificate in the cluster by itself, after the chart is installed. To look for secrets by what
they have in common (`find`) takes permissions on all of the account, so that is the blueprint's to give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bpc.addon import AddOn, Chart, Context, Manifest

if TYPE_CHECKING:
    from awacs.aws import Statement

# A store's name, and what it is in the words of External Secrets.
STORES = {"secrets-manager": "SecretsManager", "parameter-store": "ParameterStore"}


class ExternalSecrets(AddOn):
    """Copies secrets of AWS Secrets Manager and Parameter Store into Kubernetes Secrets."""

    name = "external-secrets"
    namespace = "external-secrets"
    service_account = "external-secrets"
    sources = ("chart",)
    charts = (Chart("https://charts.external-secrets.io", "external-secrets", "2.9.0"),)
    node_selectors = ("global.nodeSelector",)
    registry = "ghcr.io"
    images = ("ghcr.io/external-secrets/external-secrets:v2.9.0",)
    crds = (
        "acraccesstokens.generators.external-secrets.io",
        "beyondtrustworkloadcredentialsdynamicsecrets.generators.external-secrets.io",
        "cloudsmithaccesstokens.generators.external-secrets.io",
        "clusterexternalsecrets.external-secrets.io",
        "clustergenerators.generators.external-secrets.io",
        "clusterpushsecrets.external-secrets.io",
        "clustersecretstores.external-secrets.io",
        "ecrauthorizationtokens.generators.external-secrets.io",
        "externalsecrets.external-secrets.io",
        "fakes.generators.external-secrets.io",
        "gcraccesstokens.generators.external-secrets.io",
        "generatorstates.generators.external-secrets.io",
        "githubaccesstokens.generators.external-secrets.io",
        "gitlabdeploytokens.generators.external-secrets.io",
        "grafanas.generators.external-secrets.io",
        "mfas.generators.external-secrets.io",
        "passwords.generators.external-secrets.io",
        "pushsecrets.external-secrets.io",
        "quayaccesstokens.generators.external-secrets.io",
        "secretstores.external-secrets.io",
        "sshkeys.generators.external-secrets.io",
        "stssessiontokens.generators.external-secrets.io",
        "uuids.generators.external-secrets.io",
        "vaultdynamicsecrets.generators.external-secrets.io",
        "webhooks.generators.external-secrets.io",
    )
    webhooks = True
    waits_for = (
        "Deployment/external-secrets",
        "Deployment/external-secrets-cert-controller",
        "Deployment/external-secrets-webhook",
    )
    pod_security = "restricted"
    kubernetes = ("1.19", "1.36")
    requires = ("eks-pod-identity-agent",)
    endpoints = ("secretsmanager", "ssm")
    options: ClassVar[Mapping[str, Any]] = {
        "secrets": {
            "description": "The secrets of Secrets Manager that it may read, by name; * stands for anything.",
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[A-Za-z0-9/_+=.@*-]{1,512}$"},
            "x-default": "those whose names begin with the platform's and a slash",
            "examples": [["shop/*", "shared/registry"]],
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
        "parameters": {
            "description": "The parameters of Parameter Store that it may read, by path; * stands for anything.",
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^/[A-Za-z0-9/_.*-]{1,1000}$"},
            "x-default": "those below the platform's name",
            "examples": [["/shop/*", "/shared/token"]],
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
        "keys": {
            "description": "The KMS keys that these are encrypted with, by ARN, where it is not the service's own key.",
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"},
            "default": [],
            "examples": [["arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"]],
            "x-cloudformation": "AWS::IAM::Role.Policies",
        },
        "clusterStores": {
            "description": "Makes a ClusterSecretStore of that name, which every namespace may read through.",
            "type": "array",
            "uniqueItems": True,
            "items": {"enum": list(STORES)},
            "default": [],
            "examples": [["secrets-manager"]],
            "x-cloudformation": "none: ClusterSecretStore objects",
        },
    }

    @classmethod
    def policy(cls, context: Context) -> Sequence[Statement]:
        from bpc.kit import iam

        options = context.options
        names = options.get("secrets", [f"{context.cluster}/*"])
        secrets = [iam.arn(f"secretsmanager:secret:{_whole(one)}") for one in names]
        paths = [iam.arn(f"ssm:parameter{one}") for one in options.get("parameters", [f"/{context.cluster}/*"])]
        read = ("DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListSecretVersionIds")
        statements = []
        if secrets:
            statements.append(iam.allow(*(f"secretsmanager:{one}" for one in read), on=secrets))
        if paths:
            statements.append(iam.allow("ssm:GetParameter", "ssm:GetParameters", on=paths))
        if options["keys"]:
            statements.append(iam.allow("kms:Decrypt", on=options["keys"]))
        return statements

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        # On Fargate the kubelet has the webhook's usual port.
        return {"serviceAccount": cls.account(context), "webhook": {"port": 9443}}

    @classmethod
    def custom_resources(cls, context: Context) -> Sequence[Manifest]:
        return [
            {
                "apiVersion": "external-secrets.io/v1",
                "kind": "ClusterSecretStore",
                "metadata": {"name": name},
                "spec": {"provider": {"aws": {"service": STORES[name], "region": context.region}}},
            }
            for name in context.options["clusterStores"]
        ]


def _whole(name: str) -> str:
    """A secret's name as its ARN has it: Secrets Manager puts six characters behind a hyphen at its end."""
    return name if "*" in name else f"{name}-??????"
