"""The blueprint's own patches of add-ons: kustomize or Flux applies them, to what they are for and to nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import pipeline
from bpc.beside import Beside
from bpc.kit import patches
from parts import kubectl
from parts.compiling import Compiled, compiled
from parts.memory import Memory

JSON = {"target": {"kind": "Deployment"}, "patch": "- {op: replace, path: /spec/replicas, value: 5}\n"}
MERGE = {
    "target": {"kind": "Deploy.*", "name": "metrics-server"},
    "patch": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: any\nspec:\n  minReadySeconds: 7\n",
}
OTHER = {"target": {"kind": "Deployment"}, "patch": "- {op: replace, path: /spec/replicas, value: 6}\n"}


def made(environments: dict[str, Any] | None = None, **addons: Any) -> Compiled:
    sections = {"environments": environments} if environments else {}
    it = compiled(
        cluster={"version": "1.35"},
        addons=addons,
        gitops={"engine": "flux"},
        nodeGroups=[{"name": "workers"}],
        **sections,
    )
    assert it.errors == []
    return it


def built(it: Compiled, folder: Path, environment: str = "default") -> dict[str, dict[str, Any]]:
    for path, content in it.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    objects = kubectl.kustomize(folder / "kubernetes" / "overlays" / environment)
    return {one["metadata"]["name"]: one["spec"] for one in objects if one["kind"] == "Deployment"}


def test_kustomize_applies_them_to_their_add_on_alone(tmp_path: Path) -> None:
    server = {"source": "manifests", "patches": [JSON, MERGE]}
    found = built(made(**{"metrics-server": server, "cluster-autoscaler": {}}), tmp_path)
    assert (found["metrics-server"]["replicas"], found["metrics-server"]["minReadySeconds"]) == (5, 7)
    assert found["cluster-autoscaler"].get("replicas", 1) == 1
    assert "minReadySeconds" not in found["cluster-autoscaler"]


def test_what_all_environments_have_stands_in_base() -> None:
    it = made(
        {"dev": {}, "prod": {"region": "us-west-2"}}, **{"metrics-server": {"source": "manifests", "patches": [JSON]}}
    )
    said = yaml.safe_load(it.files["kubernetes/base/metrics-server/kustomization.yaml"])
    assert said["patches"] == [JSON]
    assert "patches" not in yaml.safe_load(it.files["kubernetes/overlays/dev/kustomization.yaml"])


@pytest.mark.parametrize("first", [[], [JSON]])
def test_environments_can_have_others(first: list[Any], tmp_path: Path) -> None:
    environments = {
        "dev": {},
        "prod": {"region": "us-west-2", "with": {"addons": {"metrics-server": {"patches": [OTHER]}}}},
    }
    addons = {"metrics-server": {"source": "manifests", "patches": first}, "cluster-autoscaler": {}}
    it = made(environments, **addons)
    dev, prod = (built(it, tmp_path, name) for name in environments)
    assert dev["metrics-server"]["replicas"] == (5 if first else 2)
    assert prod["metrics-server"]["replicas"] == 6
    assert prod["cluster-autoscaler"].get("replicas", 1) == 1


def test_flux_applies_them_to_what_is_in_a_chart() -> None:
    it = made(keda={"patches": [JSON]})
    release = yaml.safe_load(it.files["kubernetes/base/keda/20-controllers/helmrelease.yaml"])
    assert release["spec"]["postRenderers"] == [{"kustomize": {"patches": [JSON]}}]
    files = (text for path, text in it.files.items() if path.endswith("kustomization.yaml"))
    assert all("patches" not in yaml.safe_load(text) for text in files)


DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}


@pytest.mark.parametrize(
    ("target", "fits"),
    [
        ({"kind": "Deployment"}, True),
        ({"kind": "Deploy"}, False),
        ({"kind": "Deploy.*", "group": "apps", "version": "v1", "namespace": "shop", "name": "web|api"}, True),
        ({"kind": "Deployment", "name": "we"}, False),
        ({"kind": "Deployment", "group": "batch"}, False),
        ({"kind": "Deployment", "namespace": "default"}, False),
    ],
)
def test_a_target_is_for_whole_values(target: dict[str, str], fits: bool, tmp_path: Path) -> None:
    """kustomize is asked too."""
    assert patches.matches(target, DEPLOYMENT) == fits
    patch = {"target": target, "patch": "- {op: add, path: /spec, value: {replicas: 9}}"}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["a.yaml"], "patches": [patch]}))
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(DEPLOYMENT))
    (one,) = kubectl.kustomize(tmp_path)
    assert ("spec" in one) == fits


def test_patches_that_are_left_out_change_nothing() -> None:
    assert made(keda={}).files == made(keda={"patches": []}).files


@pytest.mark.parametrize(("kind", "found"), [("Deployment", []), ("DaemonSet", ["BPC963"])])
def test_objects_from_files_are_patched_too(kind: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(yaml.safe_dump(DEPLOYMENT | {"spec": {"replicas": 1}}))
    patch = {"target": {"kind": kind}, "patch": JSON["patch"]}
    data = {
        "apiVersion": "bpc/v1",
        "kind": "Blueprint",
        "metadata": {"name": "shop", "region": "eu-west-1"},
        "nodeGroups": [{"name": "workers"}],
        "addons": {"web": {"manifests": ["web.yaml"], "namespace": "shop", "patches": [patch]}},
    }
    files = Memory()
    text = json.dumps(data).encode()
    result = pipeline.compile_blueprint(text, "shop.yaml", lambda _: files, beside=Beside(str(tmp_path)))
    assert [one.rule.code for one in result.diagnostics] == found
    if not found:
        assert built(Compiled(files, []), tmp_path / "out")["web"]["replicas"] == 5
