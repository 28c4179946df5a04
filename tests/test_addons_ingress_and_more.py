"""Chart add-ons that need little of AWS: ingress controllers, engines, meshes, policies and chaos."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from parts.compiling import Compiled, compiled

SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme"
GROUP = {"name": "workers", "scaling": {"min": 1, "desired": 3, "max": 3}}
IDENTITY = {"instanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef"}


def made(addons: dict[str, Any], engine: str = "flux", **more: Any) -> Compiled:
    group = GROUP | {"instanceTypes": more.pop("types", ["m7i.large"])}
    sections: dict[str, Any] = {"cluster": {"version": "1.35"}, "nodeGroups": [group]}
    sections |= {"gitops": {"engine": engine} | more.pop("gitops", {})} | more
    return compiled(addons=addons, **sections)


def releases(it: Compiled, addon: str) -> dict[str, dict[str, Any]]:
    """The specs of the HelmReleases of an add-on, by name."""
    files = [text for path, text in it.files.items() if path.startswith(f"kubernetes/base/{addon}/")]
    objects = [one for text in files for one in yaml.safe_load_all(text)]
    return {one["metadata"]["name"]: one["spec"] for one in objects if one["kind"] == "HelmRelease"}


def values(addon: str, options: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    """What its one release, or the last of them, is told."""
    return list(releases(made({addon: options or {}} | others), addon).values())[-1].get("values", {})


def service(addon: str, told: dict[str, Any]) -> dict[str, str]:
    """The annotations of the Service of an ingress controller."""
    inside = told.get("controller", told)
    return dict(inside["service"]["annotations"])


INGRESSES = pytest.mark.parametrize("addon", ["traefik", "nginx-ingress", "ingress-nginx"])


@INGRESSES
def test_a_load_balancer_is_for_the_vpc_alone_unless_somebody_says_otherwise(addon: str) -> None:
    inside, outside = service(addon, values(addon)), service(addon, values(addon, {"scheme": "internet-facing"}))
    assert (inside[SCHEME], outside[SCHEME]) == ("internal", "internet-facing")
    own = "service.beta.kubernetes.io/aws-load-balancer-internal"
    assert (inside[own], outside[own]) == ("true", "false")


@INGRESSES
def test_the_load_balancer_controller_takes_it_where_there_is_one(addon: str) -> None:
    beside = {"aws-load-balancer-controller": {}, "cert-manager": {}}
    kind = "service.beta.kubernetes.io/aws-load-balancer-type"
    assert service(addon, values(addon))[kind] == "nlb"
    assert service(addon, values(addon, **beside))[kind] == "external"


@pytest.mark.parametrize(("addon", "first"), [("istio", "istio-base"), ("calico", "calico-crds")])
def test_charts_that_are_released_together_are_installed_at_one_version_and_in_order(addon: str, first: str) -> None:
    version = {"istio": "1.29.6", "calico": "v3.31.7"}[addon]
    specs = releases(made({addon: {"version": version, "values": {"own": True}}}), addon)
    names = sorted(specs, key=lambda name: specs[name]["dependsOn"][0]["name"] if "dependsOn" in specs[name] else "")
    assert {one["chart"]["spec"]["version"] for one in specs.values()} == {version}
    assert names[0] == first and "dependsOn" not in specs[first]
    assert [name for name, one in specs.items() if "own" in one.get("values", {})] == [list(specs)[-1]]


def test_istio_pulls_the_images_of_its_version_and_moves_traffic_without_rights_of_pods() -> None:
    specs = releases(made({"istio": {"version": "1.29.6"}}), "istio")
    assert specs["istio-cni"]["values"]["global"]["tag"] == specs["istiod"]["values"]["global"]["tag"] == "1.29.6"
    assert specs["istiod"]["values"]["pilot"] == {"cni": {"enabled": True}}


@pytest.mark.parametrize(("other", "provider"), [("istio", "istio"), ("traefik", "traefik"), ("falco", "kubernetes")])
def test_flagger_moves_traffic_by_what_is_there(other: str, provider: str) -> None:
    told = values("flagger", {"metricsServer": "http://prometheus"}, **{other: {}})
    assert (told["meshProvider"], told["metricsServer"]) == (provider, "http://prometheus")


def test_what_a_policy_engine_does_not_answer_for_leaves_the_cluster_going() -> None:
    told = values("gatekeeper")
    assert told["validatingWebhookCheckIgnoreFailurePolicy"] == "Ignore"
    left = {"kubernetes.io/metadata.name": ["kube-system", "gatekeeper-system"]}
    assert told["validatingWebhookExemptNamespacesLabels"] == told["mutatingWebhookExemptNamespacesLabels"] == left


def test_istio_and_gatekeeper_know_where_they_are() -> None:
    mesh = releases(made({"istio": {"namespace": "mesh"}}), "istio")
    assert mesh["istio-base"]["values"]["global"] == {"istioNamespace": "mesh"}
    assert mesh["istiod"]["values"]["global"]["istioNamespace"] == "mesh"
    assert mesh["istiod"]["values"]["global"]["hub"] and "istioNamespace" not in mesh["istio-cni"]["values"]["global"]
    assert "istioNamespace" not in str(releases(made({"istio": {}}), "istio"))
    left = values("gatekeeper", {"namespace": "policies"})["mutatingWebhookExemptNamespacesLabels"]
    assert left == {"kubernetes.io/metadata.name": ["kube-system", "policies"]}


def test_chaos_mesh_has_the_runtime_of_the_nodes_and_no_certificates_of_its_own() -> None:
    told = values("chaos-mesh", **{"cert-manager": {}})
    assert told["chaosDaemon"] == {"runtime": "containerd", "socketPath": "/run/containerd/containerd.sock"}
    assert told["webhook"]["certManager"]["enabled"] and not told["controllerManager"]["chaosdSecurityMode"]


SECRETS = {"adminSecret": "litmus-admin", "mongodbSecret": "litmus-database", "storageClass": "gp3"}


def test_litmus_has_no_password_in_its_values() -> None:
    told = values("litmus", SECRETS)
    assert told["existingSecret"] == "litmus-admin"
    assert told["mongodb"]["auth"] == {"existingSecret": "litmus-database"}
    assert made({"litmus": SECRETS}, types=["m7g.large"]).errors == ["BPC952"]


def test_the_engine_is_not_waited_for_and_its_first_installation_is_explained() -> None:
    it = made({"flux": {}}, gitops={"repository": "https://github.com/example/platform"})
    folders = {path.split("/")[3] for path in it.files if path.startswith("kubernetes/base/flux/")}
    assert folders == {"10-crds-and-namespaces", "20-controllers"}
    readme = it.files["README.md"].decode()
    assert "helm install flux2 flux2 --repo https://fluxcd-community.github.io/helm-charts" in readme
    assert "Without Helm: say `gitops.charts: vendored`, run `bpc vendor`, and compile." in readme
    assert values("flux")["crds"]["annotations"] == {"helm.sh/resource-policy": "keep"}


@pytest.mark.parametrize(
    ("addons", "engine", "cluster", "codes"),
    [
        ({"argo-cd": {}}, "argocd", {}, []),
        ({"argo-cd": {}}, "argocd", {"capabilities": {"argocd": {"identityCenter": IDENTITY}}}, ["BPC990"]),
        ({"argo-cd": {"namespace": "delivery"}}, "argocd", {}, ["BPC993"]),
        ({"argo-cd": {"namespace": "delivery"}}, "flux", {}, []),
        ({"calico": {}}, "flux", {}, []),
        ({"calico": {}, "vpc-cni": {"values": {"enableNetworkPolicy": "true"}}}, "flux", {}, ["BPC990"]),
        ({"calico": {}, "vpc-cni": {"values": {"enableNetworkPolicy": "false"}}}, "flux", {}, []),
        ({"calico": {}}, "flux", {"autoMode": {}}, ["BPC990"]),
        ({"karmada": {"storageClass": "gp3"}}, "flux", {}, []),
        ({"karmada": {"storageClass": "gp3"}}, "argocd", {}, ["BPC992"]),
        ({"karmada": {}}, "kustomize", {}, ["BPC992"]),
        ({"chaos-mesh": {}, "cert-manager": {}}, "argocd", {}, []),
        ({"chaos-mesh": {}, "cert-manager": {}}, "kustomize", {}, ["BPC992"]),
        ({"nginx-ingress": {}, "ingress-nginx": {}}, "flux", {}, ["BPC951"]),
        ({"gatekeeper": {}, "kyverno": {}}, "flux", {}, []),
    ],
)
def test_what_cannot_be_together(
    addons: dict[str, Any], engine: str, cluster: dict[str, Any], codes: list[str]
) -> None:
    assert made(addons, engine, cluster={"version": "1.35"} | cluster).errors == codes


def test_argo_cd_that_looks_after_itself_waits_for_its_waves() -> None:
    asked, told = "it has to be told", "resource.customizations.health.argoproj.io_Application"
    gitops = {"repository": "https://github.com/example/platform"}
    with_it, without = (made(addons, "argocd", gitops=gitops) for addons in ({"argo-cd": {}, "keda": {}}, {"keda": {}}))
    assert asked in without.files["README.md"].decode() and asked not in with_it.files["README.md"].decode()
    assert told in values("argo-cd")["configs"]["cm"]


def test_argo_cds_project_lets_in_what_is_only_in_a_chart() -> None:
    it = made({"calico": {}}, "argocd", gitops={"repository": "https://github.com/example/platform"})
    project = yaml.safe_load(it.files["gitops/default/appproject.yaml"])
    allowed = project["spec"]["clusterResourceWhitelist"]
    assert {"group": "operator.tigera.io", "kind": "Installation"} in allowed


def test_the_gateway_of_istio_comes_after_what_fills_it() -> None:
    it = made({"istio": {}, "istio-gateway": {"scheme": "internet-facing"}})
    spec = releases(it, "istio-gateway")["istio-ingressgateway"]
    assert spec["dependsOn"] == [{"name": "istiod"}] and spec["targetNamespace"] == "istio-ingress"
    assert spec["values"]["service"]["annotations"][SCHEME] == "internet-facing"
    assert made({"istio-gateway": {}}).errors == ["BPC401"]
