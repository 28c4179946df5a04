"""Beside nodes with Windows, the pods of charts keep to Linux: few charts say so by themselves."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bpc import about, catalogue
from bpc.addon import AddOn
from parts.compiling import compiled

CHARTS = [entry for entry in catalogue.addons() if "chart" in entry.sources]
# Those whose pods choose Linux, as Helm renders the chart of the entry's version.
BY_THEMSELVES = {
    "argo-cd",
    "aws-gateway-api-controller",
    "calico",
    "cert-manager",
    "gatekeeper",
    "ingress-nginx",
    "karpenter",
    "keda",
    "kyverno",
    "prometheus-node-exporter",
    "secrets-store-csi-driver-provider-aws",
}
LINUX = {"kubernetes.io/os": "linux"}
WINDOWS = {"name": "windows", "ami": "Windows2022Core"}


def values(entry: type[AddOn], groups: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """The values of the last chart of an add-on, as Flux gets them."""
    example = about.example(entry)
    example["addons"][entry.name] = {**example["addons"][entry.name], "source": "chart", **more}
    made = compiled(**example | {"gitops": {"engine": "flux"}, "nodeGroups": [{"name": "workers"}, *groups]})
    assert made.errors == []
    folder = f"kubernetes/base/{entry.name}/"
    found = [one for path, text in made.files.items() if path.startswith(folder) for one in yaml.safe_load_all(text)]
    releases = {one["metadata"]["name"]: one["spec"] for one in found if one["kind"] == "HelmRelease"}
    last = entry.charts[-1]
    return dict(releases[last.release or last.name].get("values", {}))


def at(said: Any, path: str) -> Any:
    for key in path.split("."):
        said = said.get(key, {})
    return said


def test_somebody_keeps_every_charts_pods_to_linux() -> None:
    """Render a new entry's chart to see which of the two it is: `nodeSelector` or `affinity` of each pod."""
    assert {entry.name for entry in CHARTS if not entry.node_selectors} == BY_THEMSELVES


@pytest.mark.parametrize("entry", [one for one in CHARTS if one.node_selectors], ids=lambda one: one.name)
def test_pods_of_charts_keep_to_linux(entry: type[AddOn]) -> None:
    beside, alone = values(entry, [WINDOWS]), values(entry, [])
    for path in entry.node_selectors:
        assert (at(beside, path), at(alone, path)) == (LINUX, {})


def test_the_blueprint_has_the_last_word() -> None:
    mine = {"nodeSelector": {"pool": "system"}}
    said = values(catalogue.addon("external-dns"), [WINDOWS], zones=["Z0123456789ABCDEFGHIJ"], values=mine)
    assert said["nodeSelector"] == LINUX | {"pool": "system"}


def test_a_page_says_what_becomes_of_windows() -> None:
    said = {one: about.everything(catalogue.addon(one))["runsOn"]["windows"] for one in ("aws-ebs-csi-driver", "keda")}
    assert said == {"aws-ebs-csi-driver": "yes", "keda": "no: its pods keep to nodes with Linux"}
    assert "IRSA" in about.everything(catalogue.addon("amazon-cloudwatch-observability"))["runsOn"]["windows"]
