"""The pipeline: one source, each image once, and nothing that would be waited for in vain."""

from __future__ import annotations

from collections.abc import Iterator

from bpc.diagnostics import Diagnostic, rule
from bpc.kit.naming import logical_id
from bpc.model import Blueprint, Pipeline, Source

NO_SOURCE = rule(
    "BPC885",
    "pipeline-source",
    why="The source is a repository behind a connection, which takes both of their names, or one of AWS CodeCommit.",
    cure="Say `connectionArn` and `repository`, or `codeCommit`.",
)
TWICE = rule(
    "BPC886",
    "image-twice",
    why="An image's name becomes its repository in Amazon ECR and a logical ID, where only letters and digits count.",
    cure="Give one of the two another name.",
)
NOTHING_TO_APPROVE = rule(
    "BPC887",
    "approval-of-nothing",
    why="Somebody approves of a deployment; without `deploy`, nothing comes after the approval.",
    cure="Say `deploy`, or take `approval` away.",
)
NAMESPACES = rule(
    "BPC888",
    "deploy-namespaces",
    why="With `apply`, the namespaces are all that the role writes to; with `commit`, nobody writes to the cluster.",
    cure="Name the namespaces with `apply`, and none with `commit`.",
)
NO_ENTRY = rule(
    "BPC889",
    "deploy-without-entry",
    why="The role comes into the cluster by an access entry, which a cluster with config-map alone does not know "
    "(Amazon EKS User Guide, Grant IAM users access to Kubernetes with EKS access entries).",
    cure="Use another `cluster.authentication`, or the method `commit`.",
)
NO_WAY = rule(
    "BPC890",
    "deploy-without-way",
    why="AWS CodeBuild has no fixed addresses, so it reaches the Kubernetes API from private subnets of the VPC, by "
    "the private endpoint (AWS CodeBuild User Guide, Use AWS CodeBuild with Amazon VPC).",
    cure="Give the network private subnets and the cluster a private endpoint, or use the method `commit`.",
)


SAME = rule(
    "BPC495",
    "deploy-repository-same",
    why="What the pipeline commits to its own source must not start it again, so that it has to know that the overlay "
    "is there.",
    cure="Leave `deploy.repository` out; for another branch, use another repository.",
)


def _source(blueprint: Blueprint) -> Iterator[Diagnostic]:
    yield from incomplete(_wanted(blueprint).source)


def incomplete(source: Source) -> Iterator[Diagnostic]:
    """What is missing of a source, or is there twice."""
    behind = [one for one in (source.connection_arn, source.repository) if one]
    if source.code_commit and behind:
        yield NO_SOURCE.at(source.at, "there are two sources", "take one of the two away")
    elif not source.code_commit and len(behind) < 2:
        missing = "repository" if source.connection_arn else "connectionArn"
        yield NO_SOURCE.at(source.at, f"{missing} is missing" if behind else "there is no source")


def _images(blueprint: Blueprint) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for one in _wanted(blueprint).images:
        if other := seen.get(logical_id(one.name)):
            twice = other == one.name
            said = f"the image {one.name} is there twice" if twice else f"{other} and {one.name} are one name"
            yield TWICE.at((*one.at, "name"), said)
        seen.setdefault(logical_id(one.name), one.name)


def _deploy(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted = _wanted(blueprint)
    deploy = wanted.deploy
    if wanted.elsewhere:
        yield from incomplete(wanted.elsewhere)
        if _names(wanted.elsewhere) == _names(wanted.source):
            yield SAME.at(wanted.elsewhere.at, "this is the repository of the images", key=True)
    if wanted.approval and not deploy:
        yield NOTHING_TO_APPROVE.at((*wanted.at, "approval"), "there is nothing to approve of", key=True)
    if deploy and wanted.commits and deploy.namespaces:
        yield NAMESPACES.at((*deploy.at, "namespaces"), "commit writes to no namespace", key=True)
    if deploy and wanted.applies and not deploy.namespaces:
        yield NAMESPACES.at(deploy.at, "apply may write to no namespace", "name them with namespaces")


def _names(source: Source) -> tuple[str | None, str | None]:
    return source.repository, source.code_commit


def _way_in(blueprint: Blueprint) -> Iterator[Diagnostic]:
    wanted, cluster = _wanted(blueprint), blueprint.cluster
    if not wanted.applies or not wanted.deploy:
        return
    at = (*wanted.deploy.at, "method")
    if cluster.authentication == "config-map":
        yield NO_ENTRY.at(at, "the cluster knows no access entries", "use commit")
    if cluster.endpoint.is_open:
        return
    if not cluster.endpoint.is_private:
        yield NO_WAY.at(at, "the Kubernetes API answers publicCidrs alone", "use cluster.endpoint.access private")
    elif "private" not in blueprint.network.kinds:
        yield NO_WAY.at(at, "there are no private subnets to reach the Kubernetes API from", "use commit")


def _wanted(blueprint: Blueprint) -> Pipeline:
    assert blueprint.pipeline, "the topic is for those who say pipeline"
    return blueprint.pipeline


CHECKS = (_source, _images, _deploy, _way_in)
