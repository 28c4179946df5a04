"""Helm charts in a blueprint: what the engines are told, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bpc import build, plan, shape, source
from bpc.addon import AddOn, Chart
from parts.compiling import Compiled, compiled

CHART = {"repository": "https://charts.example.com", "name": "thing", "version": "1.2.3"}
OCI = CHART | {"repository": "oci://registry.example.com/charts"}
ADDON = {"chart": CHART, "namespace": "things", "values": {"replicas": 2}}


def made(addon: dict[str, Any], engine: str = "flux", **more: Any) -> Compiled:
    return compiled(addons={"my-own": addon}, gitops={"engine": engine}, nodeGroups=[{"name": "workers"}], **more)


def objects(it: Compiled) -> dict[str, dict[str, Any]]:
    """The objects of the add-on by kind."""
    files = [text for path, text in it.files.items() if path.startswith("kubernetes/base/my-own/")]
    return {one["kind"]: one for text in files for one in yaml.safe_load_all(text)}


def test_flux_is_told_where_the_chart_is_and_what_to_install() -> None:
    it = objects(made(ADDON))
    assert it["HelmRepository"]["spec"]["url"] == "https://charts.example.com"
    spec = it["HelmRelease"]["spec"]
    wanted = {"chart": "thing", "version": "1.2.3", "sourceRef": {"kind": "HelmRepository", "name": "my-own"}}
    assert spec["chart"]["spec"] == wanted
    assert (spec["releaseName"], spec["targetNamespace"], spec["values"]) == ("my-own", "things", {"replicas": 2})
    assert it["Namespace"]["metadata"]["name"] == "things"


def test_flux_gets_a_chart_of_a_registry_by_its_tag() -> None:
    it = objects(made(ADDON | {"chart": OCI}))
    source = it["OCIRepository"]["spec"]
    assert (source["url"], source["ref"]) == ("oci://registry.example.com/charts/thing", {"tag": "1.2.3"})
    assert it["HelmRelease"]["spec"]["chartRef"] == {"kind": "OCIRepository", "name": "my-own"}
    built = objects(made(ADDON | {"chart": OCI | {"version": "1.2.3+build.4"}}))
    assert built["OCIRepository"]["spec"]["ref"] == {"tag": "1.2.3_build.4"}


@pytest.mark.parametrize(
    ("chart", "url"), [(CHART, "https://charts.example.com"), (OCI, "registry.example.com/charts")]
)
def test_argo_cd_has_an_application(chart: dict[str, str], url: str) -> None:
    spec = objects(made(ADDON | {"chart": chart}, "argocd"))["Application"]["spec"]
    assert (spec["source"]["repoURL"], spec["source"]["chart"], spec["source"]["targetRevision"]) == (
        url,
        "thing",
        "1.2.3",
    )
    assert spec["source"]["helm"] == {"releaseName": "my-own", "valuesObject": {"replicas": 2}}
    assert spec["destination"]["namespace"] == "things"


def test_its_service_account_gets_its_role() -> None:
    permissions = [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::bucket/*"]}]
    it = made(ADDON | {"serviceAccount": "thing", "iam": {"permissions": permissions}})
    association = it.resource("addons", "AWS::EKS::PodIdentityAssociation")
    assert (association["Namespace"], association["ServiceAccount"]) == ("things", "thing")
    assert it.lint() == []


@pytest.mark.parametrize(
    ("addon", "engine", "code"),
    [
        ({}, "flux", "BPC954"),
        ({"chart": CHART}, "flux", "BPC955"),
        (ADDON, "kustomize", "BPC956"),
        (ADDON | {"preserveOnDelete": True}, "flux", "BPC407"),
        (ADDON | {"source": "eks"}, "flux", "BPC957"),
        (ADDON | {"version": "v1.2.3-eksbuild.1"}, "flux", "BPC407"),
        (ADDON | {"chart": CHART | {"repository": "https://me:secret@charts.example.com"}}, "flux", "BPC205"),
        (ADDON | {"chart": CHART | {"repository": "https://charts.example.com/x?token=secret"}}, "flux", "BPC205"),
        (ADDON | {"chart": CHART | {"repository": "oci://registry.example.com/charts:1"}}, "flux", "BPC205"),
        (ADDON | {"chart": CHART | {"repository": "https://charts.example.com/"}}, "flux", "BPC205"),
    ],
)
def test_what_cannot_be(addon: dict[str, Any], engine: str, code: str) -> None:
    assert made(addon, engine).errors == [code]


class One(AddOn):
    """Does something."""

    name = "keda"
    sources = ("chart",)
    charts = (Chart("https://charts.example.com", "keda", "1.0.0"),)
    conflicts = ("cluster-autoscaler",)
    architectures = ("amd64",)


class Other(AddOn):
    """Does the same."""

    name = "cluster-autoscaler"


@pytest.mark.parametrize(
    ("addons", "instance", "found"),
    [
        (["keda", "cluster-autoscaler"], "m7i.large", ["addons-conflict"]),
        (["keda"], "m7g.large", ["addon-architecture"]),
        (["keda"], "m7i.large", []),
        (["cluster-autoscaler"], "m7g.large", []),
    ],
)
def test_what_gets_in_each_others_way(addons: list[str], instance: str, found: list[str]) -> None:
    text = f"""
apiVersion: bpc/v1
kind: Blueprint
metadata: {{name: shop, region: eu-west-1}}
cluster: {{version: "1.35"}}
nodeGroups: [{{name: workers, instanceTypes: [{instance}]}}]
gitops: {{engine: flux}}
addons: {{{", ".join(f"{name}: {{}}" for name in addons)}}}
"""
    document, _ = source.parse(text.encode())
    assert document
    filled, complaints = shape.fit(document)
    assert filled is not None and complaints == []
    filled["addons"] = {name: one for name, one in filled["addons"].items() if name in addons}
    blueprint = build.blueprint(filled, document.data, "default", None)
    obstacles = plan.make(blueprint, lambda name: One if name == "keda" else Other)[1]
    assert [one.rule.name for one in obstacles] == found


@pytest.mark.parametrize(
    ("name", "addons", "engine", "code"),
    [
        ("my_own", {}, "flux", "BPC483"),
        ("x" * 54, {}, "argocd", "BPC483"),
        ("x" * 53, {}, "flux", None),
        ("istiod", {"istio": {}}, "flux", "BPC484"),
        ("istiod", {"istio": {}}, "argocd", "BPC484"),
        ("shop-root", {}, "argocd", "BPC484"),
        ("shop", {}, "argocd", None),
        ("shop-20-controllers", {}, "argocd", "BPC484"),
        ("shop", {}, "flux", None),
        ("shop-controllers", {}, "argocd", None),
    ],
)
def test_a_release_has_a_name_of_its_own(name: str, addons: dict[str, Any], engine: str, code: str | None) -> None:
    gitops = {"engine": engine, "repository": "https://github.com/example/platform"}
    it = compiled(addons={name: ADDON} | addons, gitops=gitops, nodeGroups=[{"name": "workers"}])
    assert it.errors == ([code] if code else [])


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"serviceAccount": {"name": "other"}}, ["BPC485"]),
        ({"serviceAccount": None}, ["BPC485"]),
        ({"serviceAccount": {"name": "external-secrets", "create": False}}, []),
        ({"webhook": {"serviceAccount": {"name": "other"}}}, []),
    ],
)
def test_values_keep_the_account_that_the_role_is_for(values: dict[str, Any], errors: list[str]) -> None:
    addons = {"external-secrets": {"values": values}}
    assert compiled(addons=addons, gitops={"engine": "flux"}, nodeGroups=[{"name": "workers"}]).errors == errors
