"""Every add-on of the catalogue is in an example; one example has all that can be together, and the rest a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import catalogue

ROOT = Path(__file__).resolve().parent.parent
# What specs/everything.yaml has not, and why.
APART = {
    "appmesh-controller": "istio is a mesh too",
    "argo-cd": "flux is the engine",
    "aws-gateway-api-controller": "the template of all add-ons would be larger than a request takes",
    "aws-node-termination-handler": "karpenter answers interruptions",
    "cloudwatch-agent": "amazon-cloudwatch-observability has it",
    "cluster-autoscaler": "karpenter adds nodes",
    "fluent-bit": "amazon-cloudwatch-observability has it",
    "ingress-nginx": "retired, and nginx-ingress has the same IngressClass",
    "kube-state-metrics": "kube-prometheus-stack has it",
    "prometheus": "kube-prometheus-stack has it",
    "prometheus-node-exporter": "kube-prometheus-stack has it",
    "spinnaker": "its role is by IRSA alone, and nothing here says the account",
}


def wanted(section: Any) -> Iterator[str]:
    """The add-ons that a blueprint, or what an environment adds to it, turns on."""
    for name, options in ((section or {}).get("addons") or {}).items():
        if (options or {}).get("enabled", True):
            yield name


def asked(path: Path) -> set[str]:
    spec = yaml.safe_load(path.read_text(encoding="utf-8"))
    below = [(one or {}).get("with") for one in (spec.get("environments") or {}).values()]
    return {name for section in (spec, *below) for name in wanted(section)}


EVERYTHING = asked(ROOT / "specs" / "everything.yaml")
ELSEWHERE = {name for path in (ROOT / "specs").iterdir() if path.stem != "everything" for name in asked(path)}


def test_what_can_be_together_is_together() -> None:
    assert EVERYTHING | {*APART} == {*catalogue.names()}
    assert not EVERYTHING & {*APART}


@pytest.mark.parametrize("name", sorted(APART))
def test_what_cannot_is_in_another_example(name: str) -> None:
    assert name in ELSEWHERE
    near = {*catalogue.addon(name).conflicts} & EVERYTHING
    far = {other for other in EVERYTHING if name in catalogue.addon(other).conflicts}
    assert near or far or name in ("argo-cd", "aws-gateway-api-controller", "spinnaker")


@pytest.mark.parametrize("name", catalogue.names())
def test_every_add_on_is_in_the_output_of_an_example(name: str) -> None:
    entry = catalogue.addon(name)
    known = f"AddonName: {entry.eks_name or name}\n"
    made = [path for path in (ROOT / "out").glob("*/cloudformation/*/*.yaml") if known in path.read_text("utf-8")]
    assert made or list((ROOT / "out").glob(f"*/kubernetes/base/{name}")), name
