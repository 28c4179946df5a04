"""GitOps: what engines are told of a repository, in which order, and that kustomize builds all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import addon, catalogue, verify
from bpc.facts import custom_resources
from bpc.output import namespaces, waves
from bpc.output.waves import FIRST, LAST, Part
from bpc.verify import manifests, secrets
from parts import kubectl
from parts.compiling import Compiled, compiled

URL = "https://github.com/example/platform"
OWN = {"chart": {"repository": "https://charts.example.com", "name": "thing", "version": "1.2.3"}, "namespace": "keda"}
ADDONS: dict[str, Any] = {"keda": {}, "cluster-autoscaler": {}, "thing": OWN}
ARGOCD = {"argocd": {"identityCenter": {"instanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"}}}


def made(engine: str = "flux", addons: dict[str, Any] = ADDONS, **gitops: Any) -> Compiled:
    asked = {"engine": engine, "repository": URL} | gitops
    it = compiled(addons=addons, gitops=asked, nodeGroups=[{"name": "workers"}])
    assert it.errors == []
    return it


def objects(it: Compiled, file: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in yaml.safe_load_all(it.files[file])}


def written(it: Compiled, folder: Path) -> Path:
    for path, content in it.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.mark.parametrize("engine", ["flux", "argocd"])
def test_everything_builds_and_fits(engine: str, tmp_path: Path) -> None:
    folder = written(made(engine), tmp_path)
    built = {one.parent: kubectl.kustomize(one.parent) for one in folder.rglob(verify.KUSTOMIZATION)}
    assert len(built) > 6
    everything = [one for some in built.values() for one in some]
    assert [found.diagnostic.message for one in everything for found in manifests.fits("x", one, "1.36")] == []
    overlay = folder / "kubernetes/overlays/default"
    below = [one for part in sorted(overlay.iterdir()) if part.is_dir() for one in built[part]]
    assert sorted(map(json.dumps, below)) == sorted(map(json.dumps, built[overlay]))


def test_flux_applies_the_waves_one_after_the_other() -> None:
    steps = objects(made(), "gitops/default/sync.yaml")
    first, second = f"shop-{FIRST}", "shop-20-controllers"
    assert [*steps] == ["shop", first, second]
    assert steps["shop"]["spec"]["path"] == "./out/shop/gitops/default"
    assert steps[second]["spec"]["path"] == "./out/shop/kubernetes/overlays/default/20-controllers"
    assert steps[second]["spec"]["dependsOn"] == [{"name": first}]
    assert "dependsOn" not in steps[first]["spec"]
    assert [one["spec"]["prune"] for one in steps.values()] == [True, False, True]
    # Itself it cannot wait for.
    assert [one["spec"].get("wait") for one in steps.values()] == [None, True, True]


@pytest.mark.parametrize(
    ("gitops", "kind", "reference"),
    [
        ({}, "GitRepository", {"branch": "main"}),
        ({"revision": "a" * 40}, "GitRepository", {"commit": "a" * 40}),
        ({"revision": "refs/tags/v1"}, "GitRepository", {"name": "refs/tags/v1"}),
        ({"repository": "oci://ghcr.io/example/platform"}, "OCIRepository", {"tag": "latest"}),
        (
            {"repository": "oci://ghcr.io/example/platform", "revision": f"sha256:{'0' * 64}"},
            "OCIRepository",
            {"digest": f"sha256:{'0' * 64}"},
        ),
    ],
)
def test_where_flux_finds_the_manifests(gitops: dict[str, Any], kind: str, reference: dict[str, str]) -> None:
    it = made(**gitops)
    source = objects(it, "gitops/default/source.yaml")["shop"]
    assert (source["kind"], source["spec"]["ref"]) == (kind, reference)
    steps = objects(it, "gitops/default/sync.yaml")
    assert {one["spec"]["sourceRef"]["kind"] for one in steps.values()} == {kind}
    assert steps["shop"]["spec"]["path"] == (
        "./gitops/default" if "repository" in gitops else "./out/shop/gitops/default"
    )


def test_flux_reads_a_private_repository() -> None:
    source = objects(
        made(secretRef={"name": "key"}, namespace="flux", intervalSeconds=300), "gitops/default/source.yaml"
    )
    assert source["shop"]["spec"]["secretRef"] == {"name": "key"}
    assert (source["shop"]["spec"]["interval"], source["shop"]["metadata"]["namespace"]) == ("5m", "flux")
    registry = "oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com/platform"
    it = made(repository=registry)
    assert objects(it, "gitops/default/source.yaml")["shop"]["spec"]["provider"] == "aws"
    text = it.files["gitops/default/source.yaml"].decode()
    assert len(list(secrets.deployed_values("x", text))) == 1
    assert list(secrets.deployed_values("x", text, [registry])) == []
    assert len(list(secrets.deployed_values("x", text.replace("platform", "other"), [registry]))) == 1


def test_argo_cd_has_an_application_a_wave() -> None:
    it = made("argocd", path="clusters/shop", revision="production")
    (root,) = objects(it, "gitops/default/application.yaml").values()
    assert root["spec"]["source"] == {
        "repoURL": URL,
        "targetRevision": "production",
        "path": "clusters/shop/gitops/default",
    }
    children = objects(it, "gitops/default/applications.yaml")
    wave = {name: one["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] for name, one in children.items()}
    assert wave == {f"shop-{FIRST}": "10", "shop-20-controllers": "20"}
    prunes = [one["spec"]["syncPolicy"]["automated"]["prune"] for one in children.values()]
    assert prunes == [False, True]


def test_argo_cds_project_lets_in_what_is_there_and_no_more() -> None:
    it = made("argocd", clusterResourceWhitelist=[{"group": "example.com", "kind": "Widget"}])
    (project,) = objects(it, "gitops/default/appproject.yaml").values()
    spec = project["spec"]
    assert spec["sourceRepos"] == [URL, "https://charts.example.com", "https://kedacore.github.io/charts"]
    assert [one["namespace"] for one in spec["destinations"]] == ["argocd", "keda", "kube-system"]
    kinds = {(one["group"], one["kind"]) for one in spec["clusterResourceWhitelist"]}
    assert {("example.com", "Widget"), ("", "Namespace"), ("rbac.authorization.k8s.io", "ClusterRole")} <= kinds
    assert all("*" not in part for one in kinds for part in one)
    applications = [
        one
        for path, text in it.files.items()
        if path.endswith(("application.yaml", "applications.yaml"))
        for one in yaml.safe_load_all(text)
    ]
    assert len(applications) == 5
    for one in applications:
        assert one["spec"]["project"] == project["metadata"]["name"]
        assert one["spec"]["source"]["repoURL"] in spec["sourceRepos"]
        assert one["spec"]["destination"]["namespace"] in [it["namespace"] for it in spec["destinations"]]


def test_without_charts_the_project_lets_in_only_the_kinds_of_the_manifests() -> None:
    it = made("argocd", {"cluster-autoscaler": {}})
    (project,) = objects(it, "gitops/default/appproject.yaml").values()
    kinds = [one["kind"] for one in project["spec"]["clusterResourceWhitelist"]]
    assert kinds == ["ClusterRole", "ClusterRoleBinding"]
    (child,) = objects(it, "gitops/default/applications.yaml").values()
    # The name stays when a second wave comes; the folder is the environment's.
    assert child["metadata"]["name"] == "shop-20-controllers"
    assert child["spec"]["source"]["path"] == "out/shop/kubernetes/overlays/default"


def bridge(it: Compiled, stack: str) -> dict[str, Any]:
    value = it.template(stack)["Outputs"]["ArgoCdClusterSecret"]["Value"]["Fn::Sub"]
    text = value if isinstance(value, str) else value[0]
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_the_bridge_is_an_output_of_the_network() -> None:
    it = made("argocd")
    secret = bridge(it, "network")
    assert secret["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "cluster"
    assert secret["metadata"]["labels"]["enable_keda"] == "true"
    assert "enable_coredns" not in secret["metadata"]["labels"]
    annotations = secret["metadata"]["annotations"]
    assert (annotations["aws_account_id"], annotations["aws_vpc_id"]) == ("${AWS::AccountId}", "${VpcId}")
    assert annotations["addons_repo_basepath"] + annotations["addons_repo_path"] == (
        "out/shop/kubernetes/overlays/default"
    )
    assert secret["stringData"]["server"] == "https://kubernetes.default.svc"
    assert it.lint() == []


@pytest.mark.parametrize("vpc", [{"vpcId": "vpc-0123456789abcdef0"}, {"vpcId": {"import": "vpc"}}, {}])
def test_the_bridge_of_a_vpc_that_is_there_already(vpc: dict[str, Any]) -> None:
    it = compiled(
        addons={"keda": {}},
        gitops={"engine": "argocd", "repository": URL},
        network={"existing": vpc},
        nodeGroups=[{"name": "workers"}],
    )
    assert it.errors == []
    assert ("aws_vpc_id" in bridge(it, "cluster")["metadata"]["annotations"]) == (vpc != {"vpcId": {"import": "vpc"}})
    assert it.lint() == []


def test_a_capability_knows_the_cluster_by_its_arn() -> None:
    it = compiled(
        cluster={"capabilities": ARGOCD},
        addons={"keda": {}},
        gitops={"engine": "argocd", "repository": URL},
        nodeGroups=[{"name": "workers"}],
    )
    secret = bridge(it, "network")
    assert secret["stringData"]["server"].endswith(":cluster/shop")
    assert secret["stringData"]["project"] == "shop"
    assert "config" not in secret["stringData"]
    readme = it.files["README.md"].decode()
    assert "associate-access-policy" in readme and "argocd-cm" not in readme


@pytest.mark.parametrize("engine", ["flux", "argocd"])
def test_nothing_names_an_account_or_has_a_secret(engine: str) -> None:
    it = made(engine)
    texts = {path: text.decode() for path, text in it.files.items() if path.startswith(("gitops/", "kubernetes/"))}
    assert any(path.startswith("gitops/") for path in texts)
    found = [one for path, text in texts.items() for one in secrets.deployed_values(path, text)]
    assert found + [one for path, text in texts.items() for one in secrets.secret_objects(path, text)] == []


def test_the_readme_says_the_waves_and_what_to_wait_for() -> None:
    it = compiled(addons=ADDONS, gitops={"engine": "flux"}, nodeGroups=[{"name": "workers"}])
    assert not [path for path in it.files if path.startswith("gitops/")]
    commands = re.findall(r"^kubectl apply.*$", it.files["README.md"].decode(), re.MULTILINE)
    folder = "kubectl apply --server-side -k kubernetes/overlays/default"
    assert commands == [f"{folder}/{FIRST}", f"{folder}/20-controllers"]


def test_two_add_ons_in_one_namespace_make_it_once() -> None:
    it = made()
    found = [path for path, text in it.files.items() if b"kind: Namespace" in text and path.startswith("kubernetes/")]
    assert len(found) == 1
    # Nobody knows what the chart of one's own needs, so the level of the other does not hold.
    assert b"pod-security" not in it.files[found[0]]


def test_a_repository_that_two_add_ons_use_is_there_once() -> None:
    own = OWN | {"chart": {"repository": "https://kedacore.github.io/charts", "name": "more", "version": "1.2.3"}}
    it = made(addons={"keda": {}, "thing": own})
    texts = [text.decode() for path, text in it.files.items() if path.endswith("helmrepository.yaml")]
    assert len(texts) == 1
    assert "name: kedacore-github-io-charts" in texts[0]
    releases = [yaml.safe_load(text) for path, text in it.files.items() if path.endswith("helmrelease.yaml")]
    names = {one["spec"]["chart"]["spec"]["sourceRef"]["name"] for one in releases}
    assert names == {"kedacore-github-io-charts"}


def test_charts_of_one_add_on_have_their_repository_once() -> None:
    entry = next(one for one in catalogue.addons() if len(one.charts) > 1 and one.charts[0].repository[:5] == "https")
    it = made(addons={entry.name: {}})
    texts = [text for path, text in it.files.items() if path.endswith("helmrepository.yaml")]
    assert len(texts) == len({chart.repository for chart in entry.charts})


def test_the_readme_says_how_where_environments_are_otherwise() -> None:
    other = {"region": "us-west-2", "with": {"cluster": {"capabilities": ARGOCD}}}
    it = compiled(
        addons={"keda": {}},
        gitops={"engine": "argocd", "repository": URL},
        nodeGroups=[{"name": "workers"}],
        environments={"dev": {}, "more": {"region": "eu-west-2"}, "prod": other},
    )
    headings = re.findall("^## Hand.*$", it.files["README.md"].decode(), re.MULTILINE)
    assert sorted(headings) == ["## Hand the manifests to Argo CD", "## Hand the manifests to EKS's Argo CD"]


class First(addon.AddOn):
    """Brings a kind."""

    name = "first"
    crds = ("widgets.example.com",)


class Second(addon.AddOn):
    """Uses the kind."""

    name = "second"
    requires = ("first",)


class Planned:
    def __init__(self, entry: type[addon.AddOn]) -> None:
        self.entry = entry


def an_object(kind: str, version: str = "v1") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "a", "labels": {}}}


def test_each_object_has_its_wave() -> None:
    widget = an_object("Widget", "example.com/v1")
    definition = an_object("CustomResourceDefinition") | {"spec": {"group": "other.example.com"}}
    own = [definition, an_object("Deployment"), widget, an_object("Other", "other.example.com/v1")]
    parts = [
        Part("first", own, Planned(First)),  # type: ignore[arg-type]
        Part("second", [an_object("Deployment"), widget], Planned(Second)),  # type: ignore[arg-type]
        Part("storage", [an_object("StorageClass", "storage.k8s.io/v1"), widget]),
    ]
    found = [(wave, part.component, [one["kind"] for one in part.objects]) for wave, part in waves.placed(parts)]
    assert found == [
        (FIRST, "first", ["CustomResourceDefinition"]),
        ("20-controllers", "first", ["Deployment"]),
        (LAST, "first", ["Widget", "Other"]),
        # By then the controller is there.
        ("30-controllers", "second", ["Deployment", "Widget"]),
        ("20-controllers", "storage", ["StorageClass"]),
        (LAST, "storage", ["Widget"]),
    ]


@pytest.mark.parametrize(
    ("levels", "kept"),
    [(["restricted", "baseline"], "baseline"), (["privileged", "restricted"], "privileged"), (["baseline", ""], None)],
)
def test_a_namespace_is_as_open_as_needed(levels: list[str], kept: str | None) -> None:
    key = "pod-security.kubernetes.io/enforce"
    parts = []
    for index, level in enumerate(levels):
        one = an_object("Namespace")
        one["metadata"]["labels"] = {"a": "b"} | ({key: level} if level else {})
        parts.append(Part(str(index), [one]))
    first, second = namespaces.once(parts)
    assert second.objects == []
    assert first.objects[0]["metadata"]["labels"] == {"a": "b"} | ({key: kept} if kept else {})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"intervall": "1m"}, ["spec.intervall is unknown"]),
        ({"path": None}, []),
        ({"sourceRef": {"kind": "GitRepository"}}, ["spec.sourceRef.name is missing"]),
        (
            {"dependsOn": [{"name": "a"}, {"nam": "b"}]},
            ["spec.dependsOn[].nam is unknown", "spec.dependsOn[].name is missing"],
        ),
    ],
)
def test_a_field_that_the_engine_does_not_have_is_found(change: dict[str, Any], said: list[str]) -> None:
    step = objects(made(), "gitops/default/sync.yaml")["shop"]
    assert list(custom_resources.wrong(step)) == []
    assert list(custom_resources.wrong(step | {"spec": step["spec"] | change})) == said


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"repository": "https://git.example.com:8443/group/sub.git"}, None),
        ({"repository": "ssh://git@git.example.com:2222/platform", "secretRef": {"name": "a.b-" + "c" * 60}}, None),
        ({"repository": "ssh://git@git.example.com/platform", "engine": "argocd"}, None),
        ({"repository": "oci://registry.example.com/platform", "revision": f"sha256:{'0' * 64}"}, None),
        ({"revision": "refs/pull/1/head"}, None),
        ({"revision": "feature/a+b.1"}, None),
        ({"repository": "https://git.example.com/platform?token=x"}, "BPC205"),
        ({"repository": "https://git.example.com/a b"}, "BPC205"),
        ({"intervalSeconds": 0}, "BPC205"),
        ({"repository": "https:///platform"}, "BPC480"),
        ({"repository": "https://[::1/platform"}, "BPC480"),
        ({"repository": "https://-git.example.com/platform"}, "BPC480"),
        ({"repository": "https://git.example.com/a//b"}, "BPC480"),
        ({"repository": "oci://registry.example.com"}, "BPC480"),
        ({"revision": "a..b"}, "BPC481"),
        ({"revision": "a//b"}, "BPC481"),
        ({"revision": "main/"}, "BPC481"),
        ({"revision": "a:b"}, "BPC481"),
        ({"revision": "a."}, "BPC481"),
        ({"repository": "oci://registry.example.com/platform", "revision": "refs/tags/v1"}, "BPC481"),
    ],
)
def test_a_repository_is_one_that_can_be_read(said: dict[str, Any], code: str | None) -> None:
    asked = {"engine": "flux", "repository": URL} | said
    assert compiled(gitops=asked).errors == ([code] if code else [])


def test_no_application_takes_the_place_of_another() -> None:
    """The blueprint of this name has Argo CD look after itself, under the same name."""
    sections = {"metadata": {"name": "argocd", "region": "eu-west-1"}, "nodeGroups": [{"name": "workers"}]}
    it = compiled(addons={"argo-cd": {}, "keda": {}}, gitops={"engine": "argocd", "repository": URL}, **sections)
    texts = [text for path, text in it.files.items() if path.startswith(("gitops/", "kubernetes/base/"))]
    made = [one for text in texts for one in yaml.safe_load_all(text)]
    names = [one["metadata"]["name"] for one in made if one["kind"] == "Application"]
    assert len(names) == len({*names}) and {"argocd", "argocd-root", "keda"} < {*names}


def test_no_example_has_an_object_of_the_engines_own_twice(root: Path) -> None:
    """What is under gitops/ is applied by itself, so kustomize cannot see that a chart has the same name."""
    looked = 0
    for folder in (root / "out").glob("*/gitops"):
        base, own = ([*_identities(one)] for one in (folder.parent / "kubernetes" / "base", folder))
        looked += len(own)
        assert {*base}.isdisjoint(own), folder
    assert looked > 10


def _identities(folder: Path) -> Iterator[tuple[str, str, str]]:
    for path in folder.rglob("*.yaml"):
        for one in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if "metadata" in one:
                yield one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]


@pytest.mark.parametrize("engine", ["flux", "argocd"])
def test_an_environment_without_manifests_keeps_the_path_of_its_engine(engine: str, tmp_path: Path) -> None:
    """Were the path gone, the engine would complain of that, and leave in the cluster what it has brought."""
    it = made(engine, addons={})
    assert not any(path.startswith("kubernetes/") for path in it.files)
    (root,) = [
        one for one in kubectl.kustomize(written(it, tmp_path) / "gitops/default") if "spec" in one and _follows(one)
    ]
    before = [one for one in _roots(made(engine)) if one["metadata"]["name"] == root["metadata"]["name"]]
    assert before[0] == root
    page = it.files["README.md"].decode()
    assert "`default` has none. The engine keeps its path `gitops/default`" in page
    assert "kubectl apply --server-side -k" not in page


def _follows(one: dict[str, Any]) -> bool:
    """Whether it is what takes the folder `gitops` out of the repository."""
    path = (one["spec"].get("source") or one["spec"]).get("path", "")
    return one["kind"] in ("Application", "Kustomization") and "/gitops/" in f"/{path}"


def _roots(it: Compiled) -> list[dict[str, Any]]:
    texts = [text for path, text in it.files.items() if path.startswith("gitops/default/")]
    return [one for text in texts for one in yaml.safe_load_all(text) if "spec" in one and _follows(one)]
