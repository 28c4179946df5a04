"""Applications: samples and images of one's own, as manifests that a restricted namespace admits."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bpc import pipeline, samples
from bpc.facts import custom_resources
from bpc.kit.k8s import ENFORCE
from bpc.verify import Output
from bpc.verify.secrets import deployed_values
from parts.compiling import Compiled, compiled
from parts.memory import Memory

SPEC = Path(__file__).resolve().parent.parent / "specs" / "apps.yaml"
NODES = [{"name": "workers"}]
CONTROLLER = {"cert-manager": {}, "aws-load-balancer-controller": {}, "metrics-server": {}}
SHOP: dict[str, Any] = {"name": "shop", "image": "ghcr.io/example/shop:1", "ports": [{"containerPort": 8080}]}


def made(*apps: Any, **sections: Any) -> Compiled:
    whole: dict[str, Any] = {"nodeGroups": NODES, "gitops": {"engine": "flux"}, "addons": CONTROLLER, "apps": [*apps]}
    found = compiled(**whole | sections)
    assert found.errors == []
    return found


def objects(found: Compiled, component: str) -> Iterator[dict[str, Any]]:
    for path, text in found.files.items():
        if path.startswith(f"kubernetes/base/{component}/") and not path.endswith("kustomization.yaml"):
            yield from yaml.safe_load_all(text)


def one(found: Compiled, component: str, kind: str) -> dict[str, Any]:
    (only,) = [it for it in objects(found, component) if it["kind"] == kind]
    return only


def kinds(found: Compiled, component: str) -> list[str]:
    return sorted(it["kind"] for it in objects(found, component))


def pod(found: Compiled, component: str) -> dict[str, Any]:
    spec: dict[str, Any] = one(found, component, "Deployment")["spec"]["template"]["spec"]
    return spec


VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SYSCTLS = {"net.ipv4.ip_unprivileged_port_start"}


def refused(spec: dict[str, Any]) -> list[str]:
    """What the restricted profile says against a pod (Kubernetes documentation, Pod Security Standards)."""
    own = spec.get("securityContext", {})
    found = [key for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)]
    found += [key for volume in spec.get("volumes", ()) for key in volume if key not in {"name", *VOLUMES}]
    found += [it["name"] for it in own.get("sysctls", ()) if it["name"] not in SYSCTLS]
    if own.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        found.append("seccompProfile")
    for container in spec["containers"]:
        said = container.get("securityContext", {})
        if said.get("allowPrivilegeEscalation") is not False:
            found.append("allowPrivilegeEscalation")
        if said.get("privileged"):
            found.append("privileged")
        if said.get("capabilities", {}).get("drop") != ["ALL"] or said["capabilities"].get("add"):
            found.append("capabilities")
        if not (said.get("runAsNonRoot") or own.get("runAsNonRoot")) or own.get("runAsUser") == 0:
            found.append("runAsNonRoot")
    return found


def test_the_judge_of_pods_can_refuse() -> None:
    spec = pod(made(SHOP), "shop")
    assert refused(spec) == []
    for change, reason in (
        ({"hostNetwork": True}, "hostNetwork"),
        ({"volumes": [{"name": "a", "hostPath": {"path": "/"}}]}, "hostPath"),
        ({"securityContext": {}}, "runAsNonRoot"),
        ({"containers": [{"name": "a"}]}, "capabilities"),
    ):
        assert reason in refused(copy.deepcopy(spec) | change)


@pytest.mark.parametrize("name", samples.names())
def test_each_sample_compiles_and_its_namespace_admits_it(name: str) -> None:
    found = made(name)
    level = one(found, name, "Namespace")["metadata"]["labels"][ENFORCE]
    for each in objects(found, name):
        assert kubernetes_validate.validate(each, "1.35") is not None
        if each["kind"] == "Deployment":
            spec = each["spec"]["template"]["spec"]
            assert each["spec"]["selector"]["matchLabels"] == each["spec"]["template"]["metadata"]["labels"]
            if level == "restricted":
                assert refused(spec) == []
            else:
                # The one image of which nobody knows how to run it otherwise.
                assert (name, level) == ("game-2048", "baseline")
                assert not {"capabilities", "runAsNonRoot"}.isdisjoint(refused(spec))


def test_each_sample_is_pinned_and_in_the_list_of_images() -> None:
    for name in samples.names():
        listed = made(name).files["images/default.txt"].decode()
        known = samples.sample(name)
        assert known and known.name == name
        for said in (known.settings, *known.others):
            image = said["image"]
            assert ":" in image.rpartition("/")[2] and not image.endswith(":latest")
            assert image in listed


def test_each_sample_is_in_the_example() -> None:
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    assert {*samples.names()} <= {it if isinstance(it, str) else it["name"] for it in spec["apps"]}


def test_a_mapping_changes_a_sample() -> None:
    found = made({"name": "nginx", "autoscaling": {"min": 3, "max": 7}})
    spec = one(found, "nginx", "HorizontalPodAutoscaler")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 7)
    assert spec["metrics"][0]["resource"] == {
        "name": "cpu",
        "target": {"type": "Utilization", "averageUtilization": 50},
    }
    assert "replicas" not in one(found, "nginx", "Deployment")["spec"]


def test_replicas_are_instead_of_a_samples_autoscaling() -> None:
    found = made({"name": "nginx", "replicas": 4})
    assert "HorizontalPodAutoscaler" not in kinds(found, "nginx")
    assert one(found, "nginx", "Deployment")["spec"]["replicas"] == 4


def test_the_parts_of_yelb_find_each_other() -> None:
    found = made("yelb")
    services = {
        it["metadata"]["name"]: it["spec"]["ports"][0]["port"]
        for it in objects(found, "yelb")
        if it["kind"] == "Service"
    }
    assert services == {"yelb": 80, "yelb-appserver": 4567, "redis-server": 6379, "yelb-db": 5432}
    assert {it["metadata"].get("namespace", "yelb") for it in objects(found, "yelb")} == {"yelb"}
    assert "http://yelb-appserver:4567/api" in one(found, "yelb", "ConfigMap")["data"]["nginx.conf"]


def test_the_load_generator_asks_nginx() -> None:
    (target,) = pod(made("nginx", "load-generator"), "load-generator")["containers"][0]["env"]
    assert target["value"] == "http://nginx.nginx.svc.cluster.local"


def test_an_application_of_ones_own() -> None:
    found = made(SHOP)
    assert kinds(found, "shop") == ["Deployment", "Namespace", "PodDisruptionBudget", "Service", "ServiceAccount"]
    container = pod(found, "shop")["containers"][0]
    assert container["resources"] == {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}}
    assert container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]
    assert one(found, "shop", "Deployment")["spec"]["replicas"] == 2
    assert len(pod(found, "shop")["topologySpreadConstraints"]) == 2


def test_nothing_of_one_application_stays_in_the_next() -> None:
    """Defaults are not changed by whoever has them."""
    found = made(
        SHOP | {"resources": {"limits": {"memory": "1Gi"}}, "service": {"type": "LoadBalancer"}},
        SHOP | {"name": "other"},
    )
    assert pod(found, "other")["containers"][0]["resources"]["limits"] == {"memory": "128Mi"}
    assert "annotations" in one(found, "shop", "Service")["metadata"]
    assert "annotations" not in one(found, "other", "Service")["metadata"]


def test_a_port_below_1024_needs_no_root() -> None:
    spec = pod(made(SHOP | {"ports": [{"containerPort": 80}]}), "shop")
    assert spec["securityContext"]["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    assert refused(spec) == []


def test_pods_start_anew_when_their_files_change() -> None:
    sums = set()
    for text in ("a", "b"):
        found = made(SHOP | {"config": {"mountPath": "/etc/shop", "files": {"shop.conf": text}}})
        template = one(found, "shop", "Deployment")["spec"]["template"]
        sums.add(template["metadata"]["annotations"]["checksum/config"])
    assert len(sums) == 2


def test_applications_come_after_all_that_they_may_need() -> None:
    waves = yaml.safe_load(made("nginx").files["kubernetes/overlays/default/kustomization.yaml"])["resources"]
    assert waves[-1] == "95-apps"
    assert len(waves) > 2


def test_a_volume_of_one_node_is_free_before_the_next_pod_wants_it() -> None:
    volumes = [{"name": "data", "mountPath": "/data", "storage": "5Gi"}]
    sections: dict[str, Any] = {"addons": {"aws-ebs-csi-driver": {}}, "storage": {}}
    found = made(SHOP | {"volumes": volumes}, **sections)
    spec = one(found, "shop", "Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert one(found, "shop", "PersistentVolumeClaim")["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_a_volume_of_efs_is_everybodys() -> None:
    storage = {"classes": [{"name": "shared", "driver": "efs", "fileSystemId": "fs-0123456789abcdef0"}]}
    volumes = [{"name": "data", "mountPath": "/data", "storage": "5Gi", "storageClass": "shared"}]
    found = made(SHOP | {"volumes": volumes}, addons={"aws-efs-csi-driver": {}}, storage=storage)
    assert "strategy" not in one(found, "shop", "Deployment")["spec"]
    assert one(found, "shop", "PersistentVolumeClaim")["spec"]["accessModes"] == ["ReadWriteMany"]


def test_an_ingress_of_auto_mode_takes_the_class_as_it_is() -> None:
    auto = {"autoMode": {"ingressClasses": [{"name": "alb", "scheme": "internet-facing"}]}}
    app = SHOP | {"ingress": {}}
    found = compiled(nodeGroups=[], cluster=auto, apps=[app])
    assert found.errors == []
    assert "annotations" not in one(found, "shop", "Ingress")["metadata"]
    assert compiled(nodeGroups=[], cluster=auto, apps=[app | {"ingress": {"scheme": "internal"}}]).errors == ["BPC979"]
    assert compiled(nodeGroups=[], cluster={"autoMode": {}}, apps=[app]).errors == ["BPC967"]


def test_an_ingress_is_private_by_default() -> None:
    said = one(made(SHOP | {"ingress": {}}), "shop", "Ingress")["metadata"]["annotations"]
    assert said["alb.ingress.kubernetes.io/scheme"] == "internal"


def test_https_by_the_certificate_that_has_the_host() -> None:
    found = made(SHOP | {"ingress": {"host": "shop.example.com", "https": True}})
    it = one(found, "shop", "Ingress")
    assert it["spec"]["tls"] == [{"hosts": ["shop.example.com"]}]
    words = {key.partition("/")[2]: value for key, value in it["metadata"]["annotations"].items()}
    assert words["ssl-redirect"] == "443" and '"HTTPS": 443' in words["listen-ports"]
    plain = one(made(SHOP | {"ingress": {"host": "shop.example.com"}}), "shop", "Ingress")
    assert "tls" not in plain["spec"] and len(plain["metadata"]["annotations"]) == 2


def test_triggers_are_for_keda() -> None:
    scaling = {"max": 5, "cpu": 50, "triggers": [{"type": "cron", "metadata": {"timezone": "UTC"}}]}
    found = made(SHOP | {"autoscaling": scaling}, addons=CONTROLLER | {"keda": {}}, cluster={"version": "1.35"})
    assert "HorizontalPodAutoscaler" not in kinds(found, "shop")
    triggers = one(found, "shop", "ScaledObject")["spec"]["triggers"]
    assert [it["type"] for it in triggers] == ["cpu", "cron"]


def test_a_service_account_is_made_once() -> None:
    account = {"name": "shop", "namespace": "shop", "iam": {"wellKnownPolicies": ["image-builder"]}}
    own = made(SHOP, serviceAccounts=[account])
    assert "ServiceAccount" in kinds(own, "shop")
    theirs = made(SHOP, serviceAccounts=[account | {"create": True}])
    assert "ServiceAccount" not in kinds(theirs, "shop")
    two = made(SHOP, SHOP | {"name": "other", "namespace": "shop", "serviceAccount": "shop"})
    assert [kinds(two, name).count("ServiceAccount") for name in ("shop", "other")] == [1, 0]


def test_a_namespace_of_two_is_made_once_and_as_open_as_one_needs_it() -> None:
    found = made(SHOP, SHOP | {"name": "other", "namespace": "shop", "podSecurity": "baseline"})
    assert one(found, "shop", "Namespace")["metadata"]["labels"][ENFORCE] == "baseline"
    assert "Namespace" not in kinds(found, "other")
    assert "Namespace" not in kinds(made(SHOP | {"namespace": "default"}), "shop")


def test_images_come_from_the_mirror() -> None:
    found = made("podinfo", images={"mirror": "registry.example.com/all"}, addons={})
    images = yaml.safe_load(found.files["kubernetes/overlays/default/95-apps/kustomization.yaml"])["images"]
    assert images == [
        {
            "name": "ghcr.io/stefanprodan/podinfo",
            "newName": "registry.example.com/all/ghcr.io/stefanprodan/podinfo",
        }
    ]
    assert '"bpc:app"' in found.files["images/default.cdx.json"].decode()


def test_the_cache_of_ecr_has_the_registries_of_applications() -> None:
    sections: dict[str, Any] = {
        "images": {"mirror": "pull-through-cache"},
        "addons": {},
        "environments": {"dev": {"account": "111122223333"}},
    }
    data = {"nodeGroups": NODES, "apps": ["hello-nodejs"], **sections}
    found = compiled(**data)
    assert found.errors == []
    text = "".join(body.decode() for path, body in found.files.items() if path.startswith("cloudformation/"))
    assert "AWS::ECR::PullThroughCacheRule" in text and "public.ecr.aws" in text
    # Docker Hub wants a user.
    assert compiled(**data | {"apps": ["hello-kubernetes"]}).errors == ["BPC463"]


def test_a_private_registry_may_say_its_account() -> None:
    registry = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
    text = f"""
apiVersion: bpc/v1
kind: Blueprint
metadata: {{name: shop, region: eu-west-1}}
nodeGroups: [{{name: workers}}]
apps: [{{name: shop, image: "{registry}/shop:1"}}]
"""
    files = Memory()
    about = pipeline.compile_blueprint(text.encode(), "shop.yaml", lambda _: files).about
    mirrors = Output("shop", about, tuple(files)).mirrors()
    assert mirrors == {registry}
    (path,) = [it for it in files if it.endswith("shop/95-apps/deployment.yaml")]
    manifest = files[path].decode()
    assert [*deployed_values(path, manifest)]
    assert not [*deployed_values(path, manifest, mirrors=mirrors)]


CARTS: dict[str, Any] = {
    "name": "carts",
    "kind": "StatefulSet",
    "image": "ghcr.io/example/carts:1",
    "ports": [{"name": "redis", "containerPort": 6379}, {"name": "metrics", "containerPort": 9121}],
    "volumes": [
        {"name": "data", "mountPath": "/data", "storage": "1Gi", "accessModes": ["ReadWriteOncePod"]},
        {"name": "tls", "mountPath": "/tls", "secretName": "carts-tls"},
        {"name": "cache", "mountPath": "/cache"},
    ],
}
VOLUMES_OF_EBS: dict[str, Any] = {
    "storage": {"classes": [{"name": "gp3", "default": True}]},
    "addons": CONTROLLER | {"aws-ebs-csi-driver": {}, "keda": {}, "vertical-pod-autoscaler": {}},
    "cluster": {"version": "1.35"},
}


def test_each_pod_of_a_stateful_set_has_a_name_and_volumes_of_its_own() -> None:
    found = made(CARTS | {"replicas": 3}, **VOLUMES_OF_EBS)
    assert "Deployment" not in kinds(found, "carts") and "PersistentVolumeClaim" not in kinds(found, "carts")
    it = one(found, "carts", "StatefulSet")["spec"]
    assert it["replicas"] == 3 and "strategy" not in it
    assert it["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert [claim["metadata"]["name"] for claim in it["volumeClaimTemplates"]] == ["data"]
    assert it["volumeClaimTemplates"][0]["spec"]["accessModes"] == ["ReadWriteOncePod"]
    spec = it["template"]["spec"]
    assert refused(spec) == []
    assert {mount["name"]: mount.get("readOnly", False) for mount in spec["containers"][0]["volumeMounts"]} == {
        "data": False,
        "tls": True,
        "cache": False,
        "tmp": False,
    }
    assert {volume["name"]: [*volume][1] for volume in spec["volumes"]} == {
        "tls": "secret",
        "cache": "emptyDir",
        "tmp": "emptyDir",
    }
    services = {it["metadata"]["name"]: it["spec"] for it in objects(found, "carts") if it["kind"] == "Service"}
    assert it["serviceName"] in services
    assert services[it["serviceName"]]["clusterIP"] == "None"
    assert services[it["serviceName"]]["selector"] == it["selector"]["matchLabels"]


def test_a_stateful_set_without_ports_or_claims() -> None:
    found = made({"name": "quiet", "kind": "StatefulSet", "image": "ghcr.io/example/quiet:1"})
    it = one(found, "quiet", "StatefulSet")["spec"]
    assert "volumeClaimTemplates" not in it and "persistentVolumeClaimRetentionPolicy" not in it
    assert "ports" not in one(found, "quiet", "Service")["spec"]


@pytest.mark.parametrize(
    ("scaling", "kind", "target"),
    [
        (
            {"max": 5, "cpu": 50},
            "HorizontalPodAutoscaler",
            {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "carts"},
        ),
        (
            {"max": 5, "triggers": [{"type": "kafka", "metadata": {}}]},
            "ScaledObject",
            {"kind": "StatefulSet", "name": "carts"},
        ),
    ],
)
def test_what_scales_a_stateful_set_knows_what_it_is(scaling: Any, kind: str, target: Any) -> None:
    found = made(CARTS | {"autoscaling": scaling, "verticalAutoscaling": {}}, **VOLUMES_OF_EBS)
    assert one(found, "carts", kind)["spec"]["scaleTargetRef"] == target
    assert one(found, "carts", "VerticalPodAutoscaler")["spec"]["targetRef"]["kind"] == "StatefulSet"


def test_a_probe_asks_a_path_a_port_or_a_command() -> None:
    probes = {
        "startupProbe": {"command": ["ready"], "failureThreshold": 30},
        "livenessProbe": {"timeoutSeconds": 3, "initialDelaySeconds": 0},
        "readinessProbe": {"path": "/ok", "port": 9121, "periodSeconds": 5},
    }
    container = pod(made(CARTS | {"kind": "Deployment", "volumes": []} | probes), "carts")["containers"][0]
    assert container["startupProbe"] == {
        "exec": {"command": ["ready"]},
        "initialDelaySeconds": 10,
        "periodSeconds": 10,
        "failureThreshold": 30,
    }
    assert container["livenessProbe"] == {
        "tcpSocket": {"port": "redis"},
        "initialDelaySeconds": 0,
        "periodSeconds": 10,
        "timeoutSeconds": 3,
    }
    assert container["readinessProbe"] == {
        "httpGet": {"path": "/ok", "port": 9121},
        "initialDelaySeconds": 10,
        "periodSeconds": 5,
    }


def test_values_of_secrets_come_by_reference_alone() -> None:
    said: dict[str, Any] = {
        "externalSecrets": [{"name": "database", "key": "one/database"}, {"name": "token", "key": "/one/token"}],
        "envFrom": [{"secretRef": "database", "prefix": "DB_"}, {"configMapRef": "flags"}],
        "env": {"POD": {"fieldRef": {"fieldPath": "metadata.name"}}},
        "imagePullSecrets": ["registry"],
    }
    said["externalSecrets"][1] |= {"store": "parameter-store", "refreshInterval": "5m"}
    stores = {"clusterStores": ["secrets-manager", "parameter-store"]}
    addons = {"external-secrets": stores | {"secrets": ["one/*"], "parameters": ["/one/*"]}}
    found = made(SHOP | said, addons=addons, cluster={"version": "1.35"})
    secrets = {it["metadata"]["name"]: it["spec"] for it in objects(found, "shop") if it["kind"] == "ExternalSecret"}
    assert secrets["database"] == {
        "refreshInterval": "1h",
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "secrets-manager"},
        "target": {"name": "database"},
        "dataFrom": [{"extract": {"key": "one/database"}}],
    }
    assert secrets["token"]["refreshInterval"] == "5m"
    made_stores = [
        it["metadata"]["name"] for it in objects(found, "external-secrets") if it["kind"] == "ClusterSecretStore"
    ]
    assert {it["secretStoreRef"]["name"] for it in secrets.values()} <= {*made_stores}
    spec = pod(found, "shop")
    assert spec["containers"][0]["envFrom"] == [
        {"prefix": "DB_", "secretRef": {"name": "database"}},
        {"configMapRef": {"name": "flags"}},
    ]
    assert spec["containers"][0]["env"] == [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
    assert spec["imagePullSecrets"] == [{"name": "registry"}]
    assert "Secret" not in kinds(found, "shop")


def test_pods_may_have_labels_and_annotations() -> None:
    said = {"podLabels": {"app": "web"}, "podAnnotations": {"prometheus.io/scrape": "true"}}
    files = {"config": {"mountPath": "/etc/shop", "files": {"a": "b"}}}
    spec = one(made(SHOP | said | files), "shop", "Deployment")["spec"]
    metadata = spec["template"]["metadata"]
    assert metadata["labels"] == spec["selector"]["matchLabels"] | {"app": "web"}
    assert {*metadata["annotations"]} == {"prometheus.io/scrape", "checksum/config"}


def test_objects_of_applications_are_what_their_definitions_have() -> None:
    files = Memory()
    result = pipeline.compile_blueprint(SPEC.read_bytes(), "apps.yaml", lambda _: files)
    assert not result.failed
    seen = set()
    for path, text in files.items():
        for it in yaml.safe_load_all(text) if path.startswith("kubernetes/base") else ():
            if isinstance(it, dict) and custom_resources.name(it) in custom_resources.known():
                seen.add(it["kind"])
                assert list(custom_resources.wrong(it)) == []
    assert {"ExternalSecret", "ClusterSecretStore", "ScaledObject", "VerticalPodAutoscaler"} <= seen


def test_where_pods_run() -> None:
    groups = [
        {
            "name": "data",
            "labels": {"tier": "data"},
            "taints": [{"key": "only", "value": "data", "effect": "NoSchedule"}],
        }
    ]
    tolerations = [{"key": "only", "value": "data"}, {"key": "spot"}, {"effect": "NoExecute", "tolerationSeconds": 9}]
    said = {"nodeSelector": {"tier": "data"}, "tolerations": tolerations, "priorityClassName": "high"}
    spec = pod(made(SHOP | said | {"terminationGracePeriodSeconds": 90}, nodeGroups=groups), "shop")
    assert spec["tolerations"] == [
        {"operator": "Equal", "key": "only", "value": "data"},
        {"operator": "Exists", "key": "spot"},
        {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 9},
    ]
    assert (spec["priorityClassName"], spec["terminationGracePeriodSeconds"]) == ("high", 90)
    assert compiled(nodeGroups=groups, apps=[SHOP]).errors == ["BPC893"]
    assert compiled(nodeGroups=[*groups, {"name": "more"}], apps=[SHOP]).errors == []


@pytest.mark.parametrize(
    ("sections", "errors"),
    [
        ({}, ["BPC893"]),
        ({"cluster": {"version": "1.35", "autoMode": {}}}, []),
        ({"addons": {"karpenter": {}}, "cluster": {"version": "1.35"}}, []),
        ({"nodeGroups": [{"name": "a", "labels": {"tier": "data"}}]}, []),
        ({"nodeGroups": [{"name": "a", "taints": [{"key": "a", "effect": "PreferNoSchedule"}]}]}, ["BPC893"]),
    ],
    ids=["none", "auto-mode", "karpenter", "labels", "gentle"],
)
def test_somebody_else_may_make_the_nodes_that_are_wanted(sections: dict[str, Any], errors: list[str]) -> None:
    whole = {"nodeGroups": NODES, "gitops": {"engine": "flux"}, "apps": [SHOP | {"nodeSelector": {"tier": "data"}}]}
    assert compiled(**whole | sections).errors == errors


def test_an_environment_adds_to_applications_by_their_names() -> None:
    found = compiled(
        nodeGroups=NODES,
        apps=["hello-kubernetes", "podinfo", SHOP],
        environments={
            "dev": {
                "with": {
                    "apps": [
                        "podinfo",
                        {"name": "hello-kubernetes", "enabled": False},
                        {"name": "shop", "replicas": 7},
                        "hello-nodejs",
                    ]
                }
            }
        },
    )
    assert found.errors == []
    assert [*objects(found, "hello-kubernetes")] == []
    assert one(found, "shop", "Deployment")["spec"]["replicas"] == 7
    assert one(found, "podinfo", "Deployment") and one(found, "hello-nodejs", "Deployment")


def test_a_platform_without_applications_does_not_import_them() -> None:
    text = "apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: small, region: eu-west-1}\n"
    script = f"from bpc import pipeline; pipeline.compile_blueprint({text.encode()!r}, 'x', None)"
    script += "; import sys; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert not {"bpc.samples", "bpc.plan.apps", "bpc.output.apps", "bpc.kit.app_objects"} & {*loaded}


@pytest.mark.parametrize("name", ["storage", "network-policies", "team-blue", "metrics-server"])
def test_an_application_takes_no_others_folder(name: str) -> None:
    team = {"name": "blue", "namespaces": ["blue"]}
    found = compiled(nodeGroups=NODES, teams=[team], addons={"metrics-server": {}}, apps=[SHOP | {"name": name}])
    assert found.errors == ["BPC966"]
