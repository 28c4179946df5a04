"""Images: the list of them, the bill of materials, and mirrors that nodes pull them from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from bpc import catalogue, pipeline
from bpc.beside import Beside
from bpc.kit import image_name
from bpc.kit.image_name import ImageName
from bpc.output.sbom import purl
from bpc.verify.manifests import build
from parts import kubectl
from parts.compiling import Compiled, compiled
from parts.memory import Memory

OUT = Path(__file__).resolve().parent.parent / "out"
DIGEST = "sha256:" + "0123456789abcdef" * 4
ACCOUNT = "111122223333"
CACHE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop"
HEAD_IN_CHINA = (
    "apiVersion: bpc/v1\nkind: Blueprint\nmetadata: {name: shop, region: cn-north-1}\nnodeGroups: [{name: workers}]\n"
)
NODES = [{"name": "workers"}]
SCALER = "registry.k8s.io/autoscaling/cluster-autoscaler"
CACHED: dict[str, Any] = {
    "nodeGroups": NODES,
    "addons": {"cluster-autoscaler": {}},
    "images": {"mirror": "pull-through-cache"},
    "environments": {"default": {"account": ACCOUNT}},
}


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("nginx", ("docker.io", "library/nginx", "latest", "")),
        ("nginx:1.29", ("docker.io", "library/nginx", "1.29", "")),
        ("bitnami/redis:8", ("docker.io", "bitnami/redis", "8", "")),
        ("docker.io/nginx:1", ("docker.io", "library/nginx", "1", "")),
        ("index.docker.io/bitnami/redis:8", ("docker.io", "bitnami/redis", "8", "")),
        ("quay.io/a/b/c:v1", ("quay.io", "a/b/c", "v1", "")),
        (f"quay.io/a/b@{DIGEST}", ("quay.io", "a/b", "", DIGEST)),
        (f"quay.io/a/b:v1@{DIGEST}", ("quay.io", "a/b", "v1", DIGEST)),
        ("localhost:5000/a", ("localhost:5000", "a", "latest", "")),
        ("my.registry:5000/a/b:1", ("my.registry:5000", "a/b", "1", "")),
    ],
)
def test_a_name_is_written_out(said: str, known: tuple[str, str, str, str]) -> None:
    image = image_name.parsed(said)
    assert (image.registry, image.repository, image.tag, image.digest) == known
    assert image_name.parsed(str(image)) == image


@pytest.mark.parametrize(
    ("said", "name"),
    [("nginx", "nginx"), ("my.registry:5000/a/b:1", "my.registry:5000/a/b"), (f"quay.io/a:v1@{DIGEST}", "quay.io/a")],
)
def test_the_part_that_kustomize_compares(said: str, name: str) -> None:
    assert image_name.written(said) == name


def test_images_in_flags_and_fields_are_found() -> None:
    found = [
        "--prometheus-config-reloader=quay.io/prometheus-operator/prometheus-config-reloader:v0.90.0",
        f"quay.io/a/b@{DIGEST}",
        "first ghcr.io/a/b:1, then public.ecr.aws/c/d:2",
    ]
    harmless = [
        "https://quay.io/a/b:1",
        "quay.io/a/b",
        "node-role.kubernetes.io/control-plane:NoSchedule",
        "registry.k8s.io",
        "not-quay.io/a/b:1",
    ]
    assert [one for text in found for one in image_name.inside_text(text)] == [
        "quay.io/prometheus-operator/prometheus-config-reloader:v0.90.0",
        f"quay.io/a/b@{DIGEST}",
        "ghcr.io/a/b:1",
        "public.ecr.aws/c/d:2",
    ]
    assert [one for text in harmless for one in image_name.inside_text(text)] == []


def lines(it: Compiled, environment: str = "default") -> list[str]:
    text = it.files[f"images/{environment}.txt"].decode()
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_every_image_is_listed_and_only_those() -> None:
    it = compiled(
        nodeGroups=NODES, gitops={"engine": "flux"}, addons={"keda": {}, "cluster-autoscaler": {}, "ingress-nginx": {}}
    )
    found = lines(it)
    assert [one.partition("@")[0] for one in found] == [
        "ghcr.io/kedacore/keda-admission-webhooks:2.20.2",
        "ghcr.io/kedacore/keda-metrics-apiserver:2.20.2",
        "ghcr.io/kedacore/keda:2.20.2",
        f"{SCALER}:v1.36.1",
        "registry.k8s.io/ingress-nginx/controller:v1.15.1",
        "registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.6.9",
    ]
    assert [len(one.partition("@sha256:")[2]) for one in found] == [0, 0, 0, 0, 64, 64]


def test_a_chart_that_nobody_has_looked_into_is_named() -> None:
    chart = {"repository": "https://charts.example.com", "name": "thing", "version": "1.2.3"}
    it = compiled(nodeGroups=NODES, gitops={"engine": "flux"}, addons={"my-own": {"chart": chart, "namespace": "a"}})
    assert "these charts, which bpc does not know: my-own." in it.files["images/default.txt"].decode()
    assert lines(it) == []


def test_a_chart_of_another_version_has_images_that_nobody_knows() -> None:
    """Their names stay the same, as far as a mirror goes; the tags do not."""
    chart = {"nodeGroups": NODES, "gitops": {"engine": "flux"}, "images": {"mirror": "registry.example.com/all"}}
    it = compiled(**chart, addons={"keda": {"version": "2.19.0"}})
    assert "these charts, which bpc does not know: keda." in it.files["images/default.txt"].decode()
    assert lines(it) == [] and b"keda" not in it.files["images/default.cdx.json"]
    assert b"newName: registry.example.com/all/ghcr.io/kedacore/keda\n" in b"".join(it.files.values())
    same = compiled(**chart, addons={"keda": {"version": "2.20.2"}})
    assert lines(same) == lines(compiled(**chart, addons={"keda": {}})) != []


def test_eks_alone_has_no_list() -> None:
    assert not [path for path in compiled(nodeGroups=NODES).files if path.startswith("images/")]


def problems(text: str) -> object:
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)


@pytest.mark.parametrize("path", sorted(OUT.glob("*/images/*.cdx.json")), ids=lambda one: f"{one.parts[-3]}-{one.stem}")
def test_the_bill_of_materials_is_cyclonedx_and_says_what_the_list_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert problems(text) is None
    document = json.loads(text)
    assert not {"serialNumber", "timestamp"} & {*document, *document["metadata"]}
    listed = path.with_name(path.name.replace(".cdx.json", ".txt")).read_text(encoding="utf-8").splitlines()
    parts = document["components"]
    assert [one["bom-ref"] for one in parts] == [line for line in listed if not line.startswith("#")]
    for one in parts:
        image = image_name.parsed(one["bom-ref"])
        url = PackageURL.from_string(one["purl"])
        assert (url.type, url.name) == ("oci", image.repository.rpartition("/")[2])
        assert isinstance(url.qualifiers, dict)
        assert url.qualifiers["repository_url"] == image.name
        assert (url.version or "", url.qualifiers.get("tag", "")) == (image.digest, image.tag)
        assert any(said["name"] in ("bpc:addon", "bpc:app") for said in one["properties"])


def test_the_check_of_bills_can_fail() -> None:
    assert problems('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "pod", "name": "a"}]}')


def test_a_package_url_escapes_what_it_has_to() -> None:
    image = ImageName("my.registry:5000", "a/B", "1", DIGEST)
    assert purl(image) == f"pkg:oci/b@{DIGEST.replace(':', '%3A')}?repository_url=my.registry%3A5000/a/B&tag=1"


def files(it: Compiled, path: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(it.files[path])
    return loaded


def test_kustomize_renames_what_comes_from_the_cache() -> None:
    it = compiled(**CACHED)
    overlay = files(it, "kubernetes/overlays/default/kustomization.yaml")
    assert overlay["images"] == [{"name": SCALER, "newName": f"{CACHE}/{SCALER}"}]
    base = it.files["kubernetes/base/cluster-autoscaler/deployment.yaml"].decode()
    assert f"image: {SCALER}:" in base
    assert ACCOUNT not in base


def test_an_image_that_a_patch_brings_is_listed_and_renamed() -> None:
    patch = '[{op: replace, path: /spec/template/spec/containers/0/image, value: "quay.io/own/scaler:v1"}]'
    addons = {"cluster-autoscaler": {"patches": [{"target": {"kind": "Deployment"}, "patch": patch}]}}
    it = compiled(**CACHED | {"addons": addons})
    assert "quay.io/own/scaler:v1" in lines(it)
    renamed = files(it, "kubernetes/overlays/default/kustomization.yaml")["images"]
    assert {"name": "quay.io/own/scaler", "newName": f"{CACHE}/quay.io/own/scaler"} in renamed
    assert "QuayCacheRule" in it.template("images")["Resources"]


def test_without_a_mirror_nothing_is_renamed() -> None:
    it = compiled(nodeGroups=NODES, addons={"cluster-autoscaler": {}}, images={"mirror": "none"})
    assert "images" not in files(it, "kubernetes/overlays/default/kustomization.yaml")
    assert not [path for path in it.files if "25-images" in path]


def test_the_cache_fetches_from_the_registries_in_use_and_from_those_that_are_asked_for() -> None:
    it = compiled(**CACHED | {"images": {"mirror": "pull-through-cache", "registries": ["quay.io"], "prefix": "cache"}})
    rules = it.resources("images", "AWS::ECR::PullThroughCacheRule")
    assert {
        (one["UpstreamRegistry"], one["UpstreamRegistryUrl"], one["EcrRepositoryPrefix"]) for one in rules.values()
    } == {
        ("k8s", "registry.k8s.io", "cache/registry.k8s.io"),
        ("quay", "quay.io", "cache/quay.io"),
    }
    assert it.resource("images", "AWS::ECR::RepositoryCreationTemplate") == {
        "AppliedFor": ["PULL_THROUGH_CACHE"],
        "Description": "Images that shop pulls",
        "EncryptionConfiguration": {"EncryptionType": "AES256"},
        "ImageTagMutability": "MUTABLE",
        "Prefix": "cache",
    }
    assert it.lint() == []


def test_a_registry_that_wants_a_user_gets_the_secret() -> None:
    secret = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:ecr-pullthroughcache/ghcr-AbCdEf"
    images = {"mirror": "pull-through-cache", "credentials": {"ghcr.io": secret}}
    it = compiled(**CACHED | {"images": images, "addons": {"keda": {}}, "gitops": {"engine": "flux"}})
    rule = it.resource("images", "AWS::ECR::PullThroughCacheRule")
    assert (rule["CredentialArn"], rule["UpstreamRegistry"]) == (secret, "github-container-registry")
    found = [one for path, text in it.files.items() if "/base/keda/" in path for one in yaml.safe_load_all(text)]
    (release,) = (one for one in found if one["kind"] == "HelmRelease")
    (renderer,) = release["spec"]["postRenderers"]
    assert {"name": "ghcr.io/kedacore/keda", "newName": f"{CACHE}/ghcr.io/kedacore/keda"} in renderer["kustomize"][
        "images"
    ]
    assert len(renderer["kustomize"]["images"]) == 3


def allowed(it: Compiled, stack: str, title: str) -> list[tuple[list[str], Any]]:
    """What the policy for the cache allows a role, and on what."""
    role = it.resources(stack, "AWS::IAM::Role")[title]
    (policy,) = (one for one in role["Policies"] if one["PolicyName"] == "PullThroughCache")
    return [(one["Action"], one["Resource"]) for one in policy["PolicyDocument"]["Statement"]]


OWN = [{"Fn::Sub": "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/shop/*"}]


def test_nodes_may_make_the_repositories_of_the_cache_and_no_others() -> None:
    it = compiled(**CACHED)
    assert allowed(it, "nodes", "WorkersNodeRole") == [(["ecr:CreateRepository"], OWN)]
    tagged = {"name": "shop", "region": "eu-west-1", "tags": {"team": "a"}}
    it = compiled(
        **CACHED | {"metadata": tagged, "fargateProfiles": [{"name": "a", "selectors": [{"namespace": "a"}]}]}
    )
    actions = ["ecr:CreateRepository", "ecr:TagResource"]
    assert allowed(it, "nodes", "WorkersNodeRole") == [(actions, OWN)]
    assert allowed(it, "nodes", "FargatePodExecutionRole") == [(["ecr:BatchImportUpstreamImage", *actions], OWN)]
    template = it.resource("images", "AWS::ECR::RepositoryCreationTemplate")
    assert template["ResourceTags"] == [{"Key": "team", "Value": "a"}]
    assert template["CustomRoleArn"] == {"Fn::GetAtt": ["RepositoryCreationRole", "Arn"]}
    assert it.lint() == []


def test_nodes_of_auto_mode_and_hybrid_nodes_may_too() -> None:
    hybrid = {"nodes": ["10.99.0.0/16"]}
    auto = compiled(
        **CACHED
        | {"cluster": {"autoMode": {}}, "nodeGroups": [], "addons": {"metrics-server": {"source": "manifests"}}}
    )
    assert allowed(auto, "cluster", "AutoModeNodeRole") == [(["ecr:CreateRepository"], OWN)]
    it = compiled(**CACHED | {"cluster": {"remoteNetwork": hybrid, "endpoint": {"access": "private"}}})
    assert allowed(it, "cluster", "HybridNodesRole") == [(["ecr:CreateRepository"], OWN)]


def test_nobody_may_anything_without_the_cache() -> None:
    it = compiled(nodeGroups=NODES, addons={"cluster-autoscaler": {}}, images={"mirror": "my.registry.example/all"})
    assert "Policies" not in it.resource("nodes", "AWS::IAM::Role")


PRIVATE = {"topology": "private"}


@pytest.mark.parametrize(
    ("images", "errors"),
    [
        (None, ["BPC404"]),
        ({"mirror": "none"}, ["BPC404"]),
        ({"mirror": "registry.example.com/all"}, []),
        ({"mirror": "pull-through-cache"}, []),
    ],
)
def test_a_mirror_makes_manifests_possible_without_internet(images: dict[str, str] | None, errors: list[str]) -> None:
    sections = {key: value for key, value in CACHED.items() if key != "images"} | ({"images": images} if images else {})
    assert compiled(**sections, network=PRIVATE).errors == errors


@pytest.mark.parametrize(("network", "said"), [(PRIVATE, True), ({}, False)])
def test_who_has_no_internet_is_told_of_the_first_pull(network: dict[str, str], said: bool) -> None:
    assert (
        "once from somewhere else" in compiled(**CACHED, network=network).files["images/default.txt"].decode()
    ) == said


def test_the_readme_says_how_the_images_get_there() -> None:
    cached = compiled(**CACHED, network=PRIVATE).files["README.md"].decode()
    assert f'docker pull "{CACHE}/$image"' in cached
    assert "docker pull" not in compiled(**CACHED).files["README.md"].decode()
    own = compiled(**CACHED | {"images": {"mirror": "registry.example.com/all"}}).files["README.md"].decode()
    assert 'crane copy "$image" "registry.example.com/all/${image%@*}"' in own
    assert "## Images" not in compiled(nodeGroups=NODES, addons={"cluster-autoscaler": {}}).files["README.md"].decode()


@pytest.mark.parametrize(
    ("repository", "errors"),
    [
        ("https://charts.example.com", ["BPC404"]),
        ("oci://registry.example.com/charts", []),
        (f"oci://{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/charts", []),
        ("oci://other.example.com/charts", ["BPC404"]),
    ],
)
def test_a_chart_has_to_be_within_reach_too(repository: str, errors: list[str]) -> None:
    chart = {"repository": repository, "name": "thing", "version": "1.2.3"}
    values = {"image": {"registry": "registry.example.com/all/quay.io"}}
    it = compiled(
        nodeGroups=NODES,
        network=PRIVATE,
        gitops={"engine": "argocd"},
        addons={"my-own": {"chart": chart, "namespace": "a", "values": values}},
        images={"mirror": "registry.example.com/all"},
    )
    assert it.errors == errors


OBJECTS = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      initContainers: [{{name: a, image: "quay.io/a/b:v1@{DIGEST}"}}]
      containers:
        - name: b
          image: nginx:1.29
          args: [--reloader=quay.io/a/reloader:v2, --other=quay.io/a/reloader-of-others]
          env: [{{name: IMAGE, value: ghcr.io/c/d:3}}]
        - {{name: c, image: "{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web:1"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: web}}
data: {{text: "image: quay.io/a/b:v1"}}
"""


def test_manifests_of_ones_own_are_rewritten_wherever_they_name_an_image(tmp_path: Path) -> None:
    """By real kustomize, in every place: tags and digests stay, and so does what is in Amazon ECR already."""
    (tmp_path / "web.yaml").write_text(OBJECTS, encoding="utf-8")
    blueprint = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "shop", "region": "eu-west-1"},
        "nodeGroups": NODES,
        "addons": {"web": {"namespace": "web", "manifests": ["web.yaml"]}},
        "images": {"mirror": "my.registry:5000/all"},
    }
    output = Memory()
    result = pipeline.compile_blueprint(
        json.dumps(blueprint).encode(), "shop.yaml", lambda _: output, beside=Beside(str(tmp_path))
    )
    assert not result.failed
    for path, content in output.items():
        (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / path).write_bytes(content)
    built = build(kubectl.kubectl(), str(tmp_path / "out/kubernetes/overlays/default"))
    objects = {one["kind"]: one for one in built}
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    mirror = "my.registry:5000/all"
    assert pod["initContainers"][0]["image"] == f"{mirror}/quay.io/a/b:v1@{DIGEST}"
    assert [one["image"] for one in pod["containers"]] == [
        f"{mirror}/docker.io/library/nginx:1.29",
        f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web:1",
    ]
    args = [f"--reloader={mirror}/quay.io/a/reloader:v2", "--other=quay.io/a/reloader-of-others"]
    assert pod["containers"][0]["args"] == args
    assert pod["containers"][0]["env"] == [{"name": "IMAGE", "value": f"{mirror}/ghcr.io/c/d:3"}]
    assert objects["ConfigMap"]["data"]["text"] == f"image: {mirror}/quay.io/a/b:v1"
    listed = output["images/default.txt"].decode().splitlines()
    assert [line for line in listed if not line.startswith("#")] == [
        f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web:1",
        "docker.io/library/nginx:1.29",
        "ghcr.io/c/d:3",
        "quay.io/a/b:v1",
        f"quay.io/a/b:v1@{DIGEST}",
        "quay.io/a/reloader:v2",
    ]


@pytest.mark.parametrize(
    ("region", "images", "told"),
    [
        ("cn-northwest-1", None, True),
        ("cn-northwest-1", {"mirror": "111122223333.dkr.ecr.cn-northwest-1.amazonaws.com.cn/copies"}, False),
        ("eu-west-1", None, False),
        ("us-gov-west-1", None, False),
    ],
)
def test_in_china_a_registry_abroad_is_told_of(region: str, images: dict[str, Any] | None, told: bool) -> None:
    data = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "shop", "region": region},
        "nodeGroups": [{"name": "workers"}],
        "addons": {"cluster-autoscaler": {}},
    } | ({"images": images} if images else {})
    result = pipeline.compile_blueprint(json.dumps(data).encode(), "shop.yaml", lambda _: Memory())
    assert not result.failed
    assert ("BPC553" in [one.rule.code for one in result.diagnostics]) == told


def test_in_china_ones_own_manifests_are_looked_into_too(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: a, image: 'ghcr.io/a/b:1'}]}\n"
    )
    text = HEAD_IN_CHINA + "addons: {own: {namespace: own, manifests: [own.yaml]}}\n"
    result = pipeline.compile_blueprint(text.encode(), "shop.yaml", lambda _: Memory(), beside=Beside(str(tmp_path)))
    assert not result.failed, result.diagnostics
    assert [one.message for one in result.diagnostics] == ["own pulls from ghcr.io, which cn-north-1 may not reach"]


MIRROR = "registry.example.com/mirror"
# Images that pods of these add-ons are told of by a setting, and where their charts take them from.
TOLD: dict[str, tuple[dict[str, Any], str, str]] = {
    "calico": ({}, "calico", f"{MIRROR}/quay.io/"),
    "cert-manager": ({"source": "chart"}, "cert-manager", f"{MIRROR}/quay.io/jetstack/cert-manager-acmesolver"),
    "istio": ({}, "istiod", f"{MIRROR}/docker.io/istio"),
    "kube-prometheus-stack": ({}, "kube-prometheus-stack", f"{MIRROR}/quay.io"),
    "litmus": ({"adminSecret": "a", "mongodbSecret": "b"}, "litmus", f"{MIRROR}/docker.io/litmuschaos"),
}


def told(name: str, mirror: str, **more: Any) -> tuple[list[str], str]:
    """The errors, and what Flux is told of the add-on's last chart."""
    options, release, _ = TOLD[name]
    sections: dict[str, Any] = {
        "gitops": {"engine": "flux"},
        "nodeGroups": [{"name": "workers", "instanceTypes": ["m7i.large"]}],
        "storage": {"classes": [{"name": "gp3", "default": True}]},
        "images": {"mirror": mirror},
    }
    others = {"aws-ebs-csi-driver": {}, "cert-manager": {"source": "eks"}}
    it = compiled(addons=others | {name: options | more}, **sections)
    texts = [text for path, text in it.files.items() if path.startswith("kubernetes/base/") and "helmrelease" in path]
    objects = [one for text in texts for one in yaml.safe_load_all(text)]
    found = [one["spec"].get("values", {}) for one in objects if one["metadata"]["name"] == release]
    return it.errors, json.dumps(found)


@pytest.mark.parametrize("name", sorted(TOLD))
def test_flux_tells_charts_where_the_mirror_has_what_settings_name(name: str) -> None:
    errors, values = told(name, MIRROR)
    assert errors == [] and f'"{TOLD[name][2]}"' in values
    assert "registry.example.com" not in told(name, "none")[1]


def test_values_of_ones_own_go_over_the_mirror() -> None:
    errors, values = told("istio", MIRROR, values={"global": {"hub": "other.example.com/istio"}})
    assert errors == [] and "other.example.com/istio" in values and MIRROR not in values


@pytest.mark.parametrize("name", ["appmesh-controller", "cert-manager", "istio", "litmus"])
def test_images_that_only_settings_name_are_listed(name: str) -> None:
    entry = catalogue.addon(name)
    assert entry.told_images and {*entry.told_images} <= {*entry.images}
