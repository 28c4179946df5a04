"""Every add-on, chart and fixture of the Terraform EKS blueprint has a row in docs/blueprint.md, and its evidence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "out" / "blueprint"
TEXT = (ROOT / "docs" / "blueprint.md").read_text(encoding="utf-8")
# The seed at commit ab0ae549: modules/kubernetes-addons/main.tf of its example, and its files of variables.
EKS = """vpc-cni coredns kube-proxy aws-ebs-csi-driver adot amazon-cloudwatch-observability kubecost_kubecost
eks-pod-identity-agent aws-guardduty-agent"""
CHARTS = """cert-manager metrics-server aws-load-balancer-controller aws-node-termination-handler appmesh-controller
karpenter cluster-autoscaler keda chaos-mesh nats istio-base istiod kiali-server prometheus spinnaker"""
FIXTURES = "default.auto.tfvars " + " ".join(
    f"fixture.{name}.tfvars" for name in ("bottlerocket", "fargate", "graviton", "spot")
)


def rows(heading: str) -> list[list[str]]:
    section = re.split(r"^## ", TEXT, flags=re.MULTILINE)
    [body] = [one for one in section if one.startswith(f"{heading}\n")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines() if line[:1] == "|"][2:]


EVIDENCE = [row for heading in ("Add-ons of EKS", "Charts", "Fixtures", "Better") for row in rows(heading)]


def test_everything_of_the_seed_has_a_row() -> None:
    assert [row[0] for row in rows("Add-ons of EKS")] == EKS.split()
    assert [row[0] for row in rows("Charts")] == CHARTS.split()
    assert [row[0] for row in rows("Fixtures")] == FIXTURES.split()
    assert [row[0] for row in rows("Left out")] == ["cicd.tf", "apps/"]


@pytest.mark.parametrize("row", EVIDENCE, ids=lambda row: row[0].replace(" ", "-"))
def test_its_evidence_is_there(row: list[str]) -> None:
    file, needle = re.findall(r"`([^`]+)`", row[2])
    assert needle in (OUTPUT / file).read_text(encoding="utf-8")
