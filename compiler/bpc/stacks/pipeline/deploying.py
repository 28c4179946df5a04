"""The projects that deploy: one that commits the overlay, or one that renders it and one that applies it.

What is rendered is handed on with kubectl, so whoever is in the VPC fetches nothing from elsewhere. AWS CodeBuild User
Guide, Use AWS CodeBuild with Amazon VPC, and Allow CodeBuild access to AWS services required to create a VPC network
interface; Amazon EKS User Guide, Access policy permissions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from awacs.aws import Condition, Statement, StringEquals
from troposphere import GetAtt, ec2, eks
from troposphere.codebuild import VpcConfig

from bpc import home
from bpc.kit import https_egress, iam
from bpc.kit.sheet import Sheet
from bpc.model import Pipeline
from bpc.model.pipeline import Deploy
from bpc.plan.pipeline import is_inside
from bpc.plan.shapes import Plan
from bpc.stacks.pipeline import ground, repositories, scripts, source

COMMIT, RENDER, APPLY = "DeployProject", "RenderProject", "ApplyProject"
HANDED_ON = "handed-on"
CREDENTIALS = "169.254.170.2"
LOOK = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


def fill(plan: Plan, sheet: Sheet) -> None:
    wanted = plan.blueprint.pipeline
    assert wanted
    if wanted.deploy and wanted.commits:
        _commit(wanted, wanted.deploy, plan, sheet)
    elif wanted.deploy:
        _render(wanted, wanted.deploy, plan, sheet)
        _apply(wanted.deploy, plan, sheet)


def _set(wanted: Pipeline, plan: Plan, *tools: scripts.Tool) -> tuple[str, ...]:
    """The programs, and what kustomize is to set."""
    named = [(one.name, repositories.name(one, plan), one.context) for one in wanted.images]
    there, back = scripts.THERE_AND_BACK if wanted.elsewhere else ("", "")
    programs = scripts.fetched((scripts.KUSTOMIZE, *tools))
    return scripts.tag(wanted.overlays), programs, there, scripts.images(named), back


def _commit(wanted: Pipeline, deploy: Deploy, plan: Plan, sheet: Sheet) -> None:
    under, origin = ground.of(plan), wanted.elsewhere or wanted.source
    role = ground.role("DeployRole", under, sheet, source.clone(origin, push=True))
    said = f"Commits the images to {deploy.path}"
    script = scripts.COMMIT % (deploy.path, deploy.path, deploy.path)
    spec = scripts.spec(*_set(wanted, plan), script, git=True)
    ground.project(COMMIT, said, under, sheet, role=role, spec=spec, variables=[("BRANCH", origin.branch)])


def _render(wanted: Pipeline, deploy: Deploy, plan: Plan, sheet: Sheet) -> None:
    under = ground.of(plan)
    role = ground.role("RenderRole", under, sheet, [], writes=True)
    kubectl = scripts.kubectl(plan.blueprint.cluster.version)
    script = scripts.RENDER % (deploy.path, deploy.path)
    spec = scripts.spec(*_set(wanted, plan, kubectl), script, files=HANDED_ON)
    ground.project(RENDER, f"Sets the images in {deploy.path}", under, sheet, role=role, spec=spec)


def _apply(deploy: Deploy, plan: Plan, sheet: Sheet) -> None:
    cluster = sheet.imported("cluster", "ClusterName")
    statements = [iam.allow("eks:DescribeCluster", on=[iam.arn(f"eks:cluster/{plan.name}")], sid="FindTheCluster")]
    under, inside = ground.of(plan), is_inside(plan)
    role = ground.role("ApplyRole", under, sheet, [*statements, *(_in_vpc() if inside else ())])
    _entry(deploy, plan, sheet, GetAtt(role, "Arn"), cluster)
    ground.project(
        APPLY,
        f"Applies {deploy.path} to the cluster",
        under,
        sheet,
        role=role,
        spec=scripts.spec(scripts.APPLY, logs_by_proxy=inside and _logs_by_proxy(plan)),
        variables=[("CLUSTER", cluster), *(_by_proxy(plan) if inside else ())],
        more=_place(deploy, plan, sheet) if inside else {},
    )


def _entry(deploy: Deploy, plan: Plan, sheet: Sheet, role: GetAtt, cluster: Any) -> None:
    """Into the cluster, but no further than the namespaces."""
    policy = eks.AccessPolicy(
        PolicyArn=f"arn:{plan.partition}:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
        AccessScope=eks.AccessScope(Type="namespace", Namespaces=sorted(deploy.namespaces or ())),
    )
    entry = eks.AccessEntry(
        "DeployAccess",
        ClusterName=cluster,
        PrincipalArn=role,
        Type="STANDARD",
        AccessPolicies=[policy],
        Tags=sheet.tags(),
    )
    sheet.add(entry, (*deploy.at, "namespaces"))


def _place(deploy: Deploy, plan: Plan, sheet: Sheet) -> dict[str, Any]:
    """In the VPC, with a way to the Kubernetes API and to the AWS services, and none back."""
    at = (*deploy.at, "method")
    called = "The Kubernetes API and AWS services"
    group = https_egress.group("ApplySecurityGroup", "What deploys to the cluster", called, plan, sheet, at)
    let_in = ec2.SecurityGroupIngress(
        "ApplyToCluster",
        GroupId=sheet.imported("cluster", "ClusterSecurityGroupId"),
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        SourceSecurityGroupId=GetAtt(group, "GroupId"),
        Description="The Kubernetes API from what deploys",
    )
    sheet.add(let_in, at)
    vpc, subnets = home.vpc(plan, sheet), home.subnets("private", plan, sheet)
    return {"VpcConfig": VpcConfig(VpcId=vpc, Subnets=subnets, SecurityGroupIds=[GetAtt(group, "GroupId")])}


def _by_proxy(plan: Plan) -> Iterator[tuple[str, str]]:
    """What the project is told of the HTTP proxy between the VPC and the internet (AWS CodeBuild User Guide, Use
    CodeBuild with a proxy server); its credentials come from an address of the machine's own."""
    if plan.blueprint.network.proxy is None:
        return
    from bpc.kit import proxy_setup
    from bpc.plan import proxy

    said = proxy.environment(plan.blueprint, plan.endpoints)
    said["NO_PROXY"] = f"{CREDENTIALS},{said['NO_PROXY']}"
    yield from proxy_setup.spelled(said).items()


def _logs_by_proxy(plan: Plan) -> bool:
    return plan.blueprint.network.proxy is not None and "logs" not in plan.endpoints


def _in_vpc() -> list[Statement]:
    interfaces = iam.arn("ec2:network-interface/*")
    for_builds = Condition(StringEquals({"ec2:AuthorizedService": "codebuild.amazonaws.com"}))
    return [
        iam.allow_anywhere(*LOOK),
        iam.allow(
            "ec2:CreateNetworkInterface",
            on=[interfaces, iam.arn("ec2:subnet/*"), iam.arn("ec2:security-group/*")],
            sid="BeInTheVpc",
        ),
        iam.allow("ec2:DeleteNetworkInterface", on=[interfaces], sid="LeaveTheVpc"),
        iam.allow("ec2:CreateNetworkInterfacePermission", on=[interfaces], where=for_builds, sid="LendInterfaces"),
    ]
