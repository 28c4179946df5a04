"""The cluster as Argo CD has it, with what its ApplicationSets may ask: the GitOps bridge, as an output.

The names of labels and annotations are those of the GitOps Bridge project (its Terraform module and examples). The
account, the VPC and the ARN are known only when the stack is there, so a manifest cannot have them: CloudFormation
itself writes the Secret, and `kubectl apply` takes it from the output. There is nothing secret in it. An EKS capability
knows the cluster by its ARN, and wants to be told of the project (Amazon EKS User Guide, Register target clusters).

Nothing but the VPC is a resource's; the output stands in the stack that has it, for the output of another stack is no
value of an output.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from troposphere import Ref, Sub

from bpc.kit.naming import object_name
from bpc.kit.sheet import Sheet
from bpc.model import Gitops
from bpc.plan.shapes import Plan, PlannedAddOn

OUTPUT = "ArgoCdClusterSecret"
# The cluster that Argo CD is in, by the name that it has of its own for it.
NAME = "in-cluster"
# What the project calls otherwise than we do.
NAMES = {"argo-cd": "argocd", "fluent-bit": "aws_for_fluentbit", "vertical-pod-autoscaler": "vpa"}


def fill(plan: Plan, sheet: Sheet, vpc: Ref | str | None) -> None:
    """`vpc` is the VPC's id, or nothing where another stack has it."""
    gitops = plan.blueprint.gitops
    assert gitops, "the plan has a bridge"
    annotations = dict(_annotations(plan, gitops)) | ({"aws_vpc_id": "${VpcId}"} if vpc else {})
    made = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": NAME,
            "namespace": gitops.home,
            "labels": dict(_labels(plan)),
            "annotations": dict(sorted(annotations.items())),
        },
        "stringData": {"name": NAME} | _server(plan),
    }
    text = json.dumps(made, separators=(",", ":"))
    said = "For kubectl apply: the cluster as Argo CD knows it, with what the GitOps bridge says of it."
    sheet.output(OUTPUT, Sub(text, {"VpcId": vpc}) if vpc else Sub(text), said)


def _server(plan: Plan) -> dict[str, str]:
    capabilities = plan.blueprint.cluster.capabilities
    if capabilities and capabilities.argocd:
        arn = f"arn:${{AWS::Partition}}:eks:${{AWS::Region}}:${{AWS::AccountId}}:cluster/{plan.name}"
        return {"server": arn, "project": object_name(plan.name)}
    config = {"tlsClientConfig": {"insecure": False}}
    return {"server": "https://kubernetes.default.svc", "config": json.dumps(config, separators=(",", ":"))}


def _labels(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "argocd.argoproj.io/secret-type", "cluster"
    yield "aws_cluster_name", plan.name
    yield "cluster_name", NAME
    yield "environment", plan.blueprint.environment
    yield "kubernetes_version", plan.blueprint.cluster.version
    for addon in _brought(plan):
        yield f"enable_{_name(addon)}", "true"


def _annotations(plan: Plan, gitops: Gitops) -> Iterator[tuple[str, str]]:
    yield "addons_repo_url", str(gitops.repository)
    top = gitops.folder(plan.name)
    yield "addons_repo_basepath", f"{top}/" if top else ""
    yield "addons_repo_path", f"kubernetes/overlays/{plan.blueprint.environment}"
    yield "addons_repo_revision", gitops.wanted_revision
    yield "aws_account_id", "${AWS::AccountId}"
    yield "aws_cluster_name", plan.name
    yield "aws_region", "${AWS::Region}"
    yield "cluster_name", NAME
    yield "environment", plan.blueprint.environment
    for addon in _brought(plan):
        yield f"{_name(addon)}_namespace", addon.namespace
        if addon.service_account:
            yield f"{_name(addon)}_service_account", addon.service_account


def _brought(plan: Plan) -> Iterator[PlannedAddOn]:
    """What the repository brings; what EKS brings is no matter of Argo CD's."""
    return (addon for addon in plan.addons if addon.source != "eks")


def _name(addon: PlannedAddOn) -> str:
    return NAMES.get(addon.entry.name, addon.entry.name.replace("-", "_"))
