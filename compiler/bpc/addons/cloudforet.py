"""Cloudforet, once SpaceONE, as a chart, for who knows what its chart is.

Sources: charts of Cloudforet, README and examples (rbac.yaml, external_db_values.yaml, initializer.yaml); its chart
spaceone 2.0.0-dev35, values; the charts of its services at those versions; Flux documentation, HelmRelease, Values
references. The chart 1.12.15, which is called stable, has development images in its values too.

The chart has MongoDB and Redis in the cluster, with a password that everybody knows and with none, and wants its
administrator's token among its values. Here MongoDB is the user's; its password and the token come from a Secret that
Flux reads the values of, so neither a blueprint nor Git has them. Argo CD has no such thing. The account that starts
plugins may do that in this namespace, and only its pods reach Redis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from bpc.addon import AddOn, Chart, Context, Manifest

NAME = "cloudforet"
SUPERVISOR = "cloudforet"
REDIS, NGINX = "7.4.2", "1.28.0"
RBAC = "rbac.authorization.k8s.io"
VERSIONS = {
    "board": "2.0.dev12",
    "cfctl": "v1.0.9",
    "config": "2.0.dev10",
    "console": "2.0.dev31",
    "console-api": "2.0.dev25",
    "console-api-v2": "2.0.dev58",
    "cost-analysis": "2.0.dev63",
    "dashboard": "2.0.dev23",
    "file-manager": "2.0.dev14",
    "identity": "2.0.dev107",
    "inventory": "2.0.dev82",
    "monitoring": "2.0.dev48",
    "notification": "2.0.dev26",
    "plugin": "2.0.dev15",
    "repository": "2.0.dev37",
    "search": "0.0.1",
    "secret": "2.0.dev22",
    "spacectl": "2.0.9",
    "statistics": "2.0.dev23",
    "supervisor": "2.0.dev19",
}


class Cloudforet(AddOn):
    """Collects what there is in cloud accounts, and shows what it costs."""

    name = NAME
    also = ("spaceone",)
    namespace = NAME
    sources = ("chart",)
    charts = (Chart("https://cloudforet-io.github.io/charts", "spaceone", "2.0.0-dev35", release=NAME),)
    node_selectors = tuple(f"{name}.pod.spec.nodeSelector" for name in VERSIONS if name != "search")
    registry = "docker.io"
    images = (
        *(f"docker.io/cloudforet/{name}:{version}" for name, version in VERSIONS.items()),
        f"docker.io/library/nginx:{NGINX}",
        f"docker.io/library/redis:{REDIS}",
    )
    engines = ("flux",)
    settles = False
    waits_for = ("Deployment/console", "Deployment/identity")
    pod_security = "privileged"
    kubernetes = ("1.21", "")
    architectures = ("amd64",)
    host: ClassVar[Mapping[str, str]] = {"/usr/share/zoneinfo/Asia/Seoul": "Its charts take the time zone from there."}
    needs_internet = True
    beware = (
        "its chart is a development version of 2025, and so are the images",
        "the first installation is not whole: schedulers fail until the chart spaceone-initializer has written the "
        "administrator's token into the log of its pod, and you have put that into the Secret of valuesSecret",
        "the chart writes the token and MongoDB's password into the ConfigMap shared-conf: who may read ConfigMaps in "
        "its namespace has them",
        "plugins are images that Cloudforet's repository names and that it starts by itself: images.txt has none of "
        "them, and no mirror stands for them",
    )
    required = ("acknowledged", "database", "domain")
    options: ClassVar[Mapping[str, Any]] = {
        "acknowledged": {
            "description": "true says that you know: the chart is a development version, works only after a second "
            "step by hand, and keeps an administrator's token in a ConfigMap. Without that bpc does not install it.",
            "type": "boolean",
            "examples": [True],
            "x-cloudformation": "none: whether the add-on is there",
        },
        "database": {
            "description": "The address of a MongoDB of yours, 5.0 or later, that the nodes reach. Its user and "
            "password are in the Secret of valuesSecret.",
            "type": "string",
            "pattern": "^(mongodb\\+srv://)?[A-Za-z0-9.-]+$",
            "examples": ["mongodb.databases.svc", "mongodb+srv://shop.abc123.mongodb.net"],
            "x-cloudformation": "none: global.shared_conf.DATABASES of the Helm chart",
        },
        "domain": {
            "description": "Browsers find its two interfaces as console.api and console-v2.api below this domain; what "
            "leads there is yours.",
            "type": "string",
            "pattern": "^[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?$",
            "examples": ["cloudforet.example.com", "costs.example.com"],
            "x-cloudformation": "none: console.production_json of the Helm chart",
        },
        "valuesSecret": {
            "$ref": "#/$defs/objectName",
            "description": "The Secret with values.yaml, which you make where Flux is: global.shared_conf with TOKEN "
            "and DATABASES.default.username and password, and the same two in "
            "secret.application_grpc.CONNECTORS.MongoDBConnector.",
            "default": "cloudforet-values",
            "examples": ["cloudforet-login"],
            "x-cloudformation": "none: valuesFrom of the HelmRelease",
        },
    }

    @classmethod
    def chart_values(cls, context: Context, chart: str) -> Mapping[str, Any]:
        place, host = context.namespace, {"host": context.options["database"]}
        connector = {"namespace": place}
        return {
            "global": {
                "namespace": place,
                "supervisor_namespace": place,
                "serviceAccountName": SUPERVISOR,
                "shared_conf": {"DATABASES": {"default": host}},
            },
            # By itself in a folder that goes with its pod, with a password that everybody knows.
            "mongodb": {"enabled": False},
            "redis": {"image": {"name": f"redis:{REDIS}"}},
            "secret": {"application_grpc": {"CONNECTORS": {"MongoDBConnector": host}}},
            "supervisor": {
                "application_scheduler": {
                    "HOSTNAME": f"{place}.svc.cluster.local",
                    "CONNECTORS": {"KubernetesConnector": connector},
                },
                "sidecar": {"redis": {"image": {"version": REDIS}}},
            },
            # Pictures and texts for places without the internet.
            "marketplace-assets": {"enabled": False},
            **_pages(context.options["domain"]),
        }

    @classmethod
    def secret_values(cls, context: Context) -> Sequence[str]:
        return [context.options["valuesSecret"]]

    @classmethod
    def custom_resources(cls, context: Context) -> Sequence[Manifest]:
        place = {"namespace": context.namespace}
        metadata = {"name": SUPERVISOR} | place
        subject = {"kind": "ServiceAccount"} | metadata
        return [
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
            {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": metadata, "rules": _starts_plugins()},
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "RoleBinding",
                "metadata": metadata,
                "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": SUPERVISOR},
                "subjects": [subject],
            },
            _own_redis({"name": "cloudforet-redis"} | place),
        ]

    @classmethod
    def beforehand(cls, context: Context) -> Sequence[str]:
        named = context.options["valuesSecret"]
        return [f"kubectl --namespace {context.home} create secret generic {named} --from-file=values.yaml"]

    @classmethod
    def contradictions(cls, context: Context) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if not context.options["acknowledged"]:
            yield (
                ("acknowledged",),
                "bpc installs Cloudforet for who knows what its chart is: `bpc addons show` says it",
            )


def _pages(domain: str) -> dict[str, Any]:
    """What browsers speak to, on services that only the cluster reaches, and images at a version."""
    image = {"image": {"version": NGINX}}
    addresses = {"CONSOLE_API": "console.api", "CONSOLE_API_V2": "console-v2.api"}
    told = {key: {"ENDPOINT": f"https://{name}.{domain}"} for key, name in addresses.items()}
    inside = {"service": {"type": "ClusterIP"}}
    beside = {"sidecar": {"rest_web": image}}
    return {
        "console": {"production_json": told} | inside,
        "console-api": {"nginx_proxy": image} | inside,
        "console-api-v2": beside,
        "file-manager": beside,
        "monitoring": beside,
    }


def _starts_plugins() -> list[dict[str, Any]]:
    verbs = ["get", "list", "watch", "create", "delete"]
    return [
        {"apiGroups": [""], "resources": ["endpoints", "pods", "services"], "verbs": verbs},
        {"apiGroups": ["apps"], "resources": ["deployments", "replicasets"], "verbs": verbs},
    ]


def _own_redis(metadata: dict[str, str]) -> Manifest:
    """Redis asks for no password: only the chart's own pods reach it, where the network plugin enforces policies."""
    own = {"podSelector": {"matchLabels": {"app.kubernetes.io/instance": NAME}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": {
            "podSelector": {"matchLabels": {"spaceone.service": "redis"}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [own], "ports": [{"port": 6379}]}],
        },
    }
